"""What the operating system refuses of a study folder, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from spinlens.errors import StudyError


@contextlib.contextmanager
def named_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into one sentence."""
    try:
        yield
    except OSError as error:
        where = error.filename or path
        raise StudyError(f"cannot write the study folder: {where}: {error.strerror or error}") from error
