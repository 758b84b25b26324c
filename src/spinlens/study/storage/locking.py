"""One run at a time on a folder: a lock that the operating system drops when its holder dies."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from spinlens.errors import StudyError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(stream: IO[str]) -> None:
        stream.seek(1 << 20)  # past the text, which stays readable
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(stream: IO[str]) -> None:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for as long as the block runs; `StudyError` when another process does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    with open(descriptor, "r+", encoding="utf-8") as stream:
        try:
            _try_lock(stream)
        except (BlockingIOError, PermissionError):
            holder = stream.read(200).strip() or "another process"
            raise StudyError(f"{path.parent} is in use by {holder}; wait for that run or stop it") from None
        stream.seek(0)
        stream.truncate()
        stream.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        stream.flush()
        yield
