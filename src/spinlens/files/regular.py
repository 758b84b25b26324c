"""The one reader: regular files of a bounded size. A pipe would be waited for, a device has no end."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

MOST = 2**28
"""Bytes of a document (settings, results, a catalogue) that are read."""

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """A regular file, open for reading; `OSError` for anything else of that name, without a wait for who may write."""
    descriptor = os.open(path, os.O_RDONLY | _AT_ONCE)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    what = "a folder" if stat.S_ISDIR(mode) else "a device, a pipe or a socket"
    raise OSError(errno.EINVAL, f"it is {what}, not a file", os.fspath(path))


def read_regular(path: str | os.PathLike[str], most: float = MOST) -> bytes:
    """The content of a regular file of at most so many bytes; `OSError` otherwise."""
    with open_regular(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > most:
            raise OSError(errno.EFBIG, f"it has {size} bytes, more than the {most} that are read", os.fspath(path))
        return stream.read()


def require_regular(path: Path) -> None:
    """Raise `OSError` where there is no regular file to read."""
    open_regular(path).close()
