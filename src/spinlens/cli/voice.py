"""What the command line says: a broken output ends the talk and not the work.

Streams may be closed, of a code page without the letters that are said, on a full disk, or read by a program that has
gone. None of it is worth a result: letters become escapes, and what cannot be written is dropped.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO

_CONTROLS = re.compile(r"\x1b(?!\[[0-9;?]*[A-Za-z])|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]")


class Voice:
    """The standard output and error of a command; `refused` is why something that was said to stdout is lost."""

    def __init__(self) -> None:
        self._out: _Speech | None = None

    @property
    def refused(self) -> str:
        """Empty where all was said, and where nobody listens any more."""
        error = None if self._out is None else self._out.error
        return "" if error is None or error.errno == errno.EPIPE else error.strerror or str(error)

    @contextlib.contextmanager
    def tolerant(self) -> Iterator[None]:
        """Put streams that never raise in place of those of this process, until the block ends."""
        _open_closed()
        before = sys.stdout, sys.stderr
        sys.stdout, self._out = _tolerant(sys.stdout, 1)
        sys.stderr, _ = _tolerant(sys.stderr, 2)
        try:
            yield
        finally:
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            sys.stdout, sys.stderr = before


class _Text(io.TextIOWrapper):
    """Text in which control characters are shown and not obeyed, beside those that move the cursor or colour.

    What is said may come from files of others, and some sequences make a terminal do what its user did not ask for.
    """

    def write(self, text: str, /) -> int:
        return super().write(_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text))


class _Speech(io.FileIO):
    """A descriptor that drops what cannot be written, and keeps the first reason."""

    error: OSError | None = None

    def write(self, content: Any, /) -> int:
        if self.error is None:
            try:
                return super().write(content) or 0
            except OSError as error:
                self.error = error
        return len(content)


def _tolerant(stream: TextIO | None, descriptor: int) -> tuple[TextIO, _Speech | None]:
    """The stream as one that never raises; those of no file, as in a notebook, stay as they are."""
    if stream is not None:
        try:
            descriptor = stream.fileno()
        except io.UnsupportedOperation:
            return stream, None
        with contextlib.suppress(OSError):
            stream.flush()
    speech = _Speech(descriptor, "w", closefd=False)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    buffer = io.BufferedWriter(speech)
    return _Text(buffer, encoding, "backslashreplace", line_buffering=speech.isatty()), speech


def _open_closed() -> None:
    """Give closed standard streams a place to go, before the first file that is opened takes their number."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
