"""Files written in one step: whoever looks, even after a power cut, sees the old content or all of the new."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from spinlens.errors import StudyError


def replace_file(target: Path, content: bytes, temporary: Path | None = None) -> None:
    """Write `target`: to a temporary name (beside it unless given), fsync, rename, fsync of the folder."""
    with replacing(target, temporary) as stream:
        stream.write(content)


def write_file(target: Path, content: bytes) -> None:
    """As `replace_file`; what the system refuses is a `StudyError` that names the file."""
    try:
        replace_file(target, content, target.with_name(f".{target.name}.partial"))
    except OSError as error:
        raise StudyError(f"cannot write {target}: {error.strerror or error}") from None


@contextmanager
def replacing(target: Path, temporary: Path | None = None) -> Iterator[BinaryIO]:
    """A stream whose content becomes `target` when the block ends, as by `replace_file`; nothing if it raises."""
    if temporary is None:
        temporary = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        with open(temporary, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system has that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
