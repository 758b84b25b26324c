"""One run at a time on a folder: a lock that the operating system drops when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from spinlens.errors import StudyError
from spinlens.files.atomic import make_folder, refusals

LOCK = ".lock"
"""Name of the file in a folder that its run holds."""
CLAIM = ".lock.held"
"""Name of the file that stands for the lock where the file system has none."""

_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}

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
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            stack.enter_context(_claimed(path.with_name(CLAIM)))
        if not _is_still(stream, path):  # its holder has just ended and removed it: it is locked for nobody
            stack.enter_context(hold(path))
        stream.seek(0)
        stream.truncate()
        stream.write(_holder())
        stream.flush()
        yield


@contextlib.contextmanager
def _claimed(path: Path) -> Iterator[None]:
    """Hold a folder by a file that is there, on file systems without locks: a run that is killed leaves it behind."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        holder = path.read_text(encoding="utf-8", errors="replace")[:200].strip() or "another process"
        if not _has_ended(holder):
            raise StudyError(
                f"{path.parent} is in use by {holder}, or was when that was killed: its file system has no locks; "
                f"wait for that run, or remove {path} when it has ended"
            ) from None
        path.unlink(missing_ok=True)
        with _claimed(path):
            yield
        return
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(_holder())
        yield
    finally:
        path.unlink(missing_ok=True)


def _holder() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}\n"


def _has_ended(holder: str) -> bool:
    """Whether a process of this machine is no more; of other machines nothing is known."""
    match = re.fullmatch(r"process (\d+) on (.+)", holder)
    if match is None or match[2] != socket.gethostname() or sys.platform == "win32":
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


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
