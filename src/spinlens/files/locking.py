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
from spinlens.files.atomic import make_folder, refusals

LOCK = ".lock"
"""Name of the file in a folder that its run holds."""

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
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(_opened(path))
        try:
            _try_lock(stream)
        except (BlockingIOError, PermissionError):
            holder = stream.read(200).strip() or "another process"
            raise StudyError(f"{path.parent} is in use by {holder}; wait for that run or stop it") from None
        if not _is_still(stream, path):  # its holder has just ended and removed it: it is locked for nobody
            stack.enter_context(hold(path))
        stream.seek(0)
        stream.truncate()
        stream.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        stream.flush()
        yield


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make `folder` and hold it for as long as the block runs; `StudyError` when another run does, or none can."""
    new = not folder.exists()
    make_folder(folder)
    with contextlib.ExitStack() as stack:
        if new:  # a run that has left nothing in it leaves no folder either
            stack.callback(_remove_empty, folder)
        with refusals(folder):
            stack.enter_context(hold(folder / LOCK))
        stack.callback((folder / LOCK).unlink, missing_ok=True)  # still held
        yield


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _opened(path: Path) -> IO[str]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    return os.fdopen(descriptor, "r+", encoding="utf-8")


def _is_still(stream: IO[str], path: Path) -> bool:
    """Whether the open file is the one that has the name now."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.lstat())
    except OSError:
        return False
