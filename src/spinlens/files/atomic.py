"""Files written in one step: whoever looks, even after a power cut, sees the old content or all of the new.

The one writer of everything. It writes to a new file of a random name, so that no link that somebody has put there is
followed, and replaces nothing but regular files: devices, pipes and folders are refused.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from spinlens.errors import StudyError

PARTIAL = ".partial"
"""How the names of files end that are being written."""

_STALE = 3600.0  # seconds after which a file of a half-finished write is nobody's


def replace_file(target: Path, content: bytes, room: Path | None = None) -> None:
    """Write `target`: to a new file in the folder `room` (its own unless given), fsync, rename, fsync of the folder.

    A link of that name is replaced and not followed.
    """
    with replacing(target, room) as stream:
        stream.write(content)


def write_file(target: Path, content: bytes) -> None:
    """As `replace_file`, for names that a user gives: links are followed; what the system refuses is a `StudyError`."""
    with refusals(target):
        place = destination(target)
        sweep(place.parent)
        replace_file(place, content)


def make_folder(folder: Path) -> None:
    """The folder with all above it, where they are missing."""
    with refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)


def destination(target: Path) -> Path:
    """The file that a name given by a user stands for: where a link leads to; `OSError` where links go in a circle."""
    place = Path(os.path.realpath(target))
    if place.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(target))
    return place


@contextmanager
def refusals(target: Path) -> Iterator[None]:
    """What the system refuses in the block, as a `StudyError` that names the file."""
    try:
        yield
    except OSError as error:
        raise StudyError(f"cannot write {target}: {error.strerror or error}") from None


@contextmanager
def replacing(target: Path, room: Path | None = None) -> Iterator[BinaryIO]:
    """A stream whose content becomes `target` when the block ends, as by `replace_file`; nothing if it raises."""
    refuse_special(target)
    temporary = (room or target.parent) / f".{secrets.token_hex(8)}{PARTIAL}"
    try:
        with open(temporary, "xb") as stream:  # exclusively: not even a link of this name is followed
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def refuse_special(target: Path) -> None:
    """Raise `OSError` where something has the name `target` that a file must not take the place of."""
    try:
        mode = target.lstat().st_mode
    except OSError:  # there is nothing; what else may be wrong shows when it is written
        return
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        what = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
        raise OSError(errno.EEXIST, f"{what} has this name; give the name of a file", str(target))


def sweep(folder: Path) -> None:
    """Remove what kills in the middle of a write have left; younger files may belong to a process at work."""
    for path in folder.glob(f"*{PARTIAL}"):
        with contextlib.suppress(OSError):
            if path.is_file() and time.time() - path.lstat().st_mtime > _STALE:
                path.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system has that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
