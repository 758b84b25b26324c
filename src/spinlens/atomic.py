"""Files written in one step: whoever looks, even after a power cut, sees the old content or all of the new."""

from __future__ import annotations

import os
from pathlib import Path


def replace_file(target: Path, content: bytes, temporary: Path | None = None) -> None:
    """Write `target`: to a temporary name (beside it unless given), fsync, rename, fsync of the folder."""
    if temporary is None:
        temporary = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        with open(temporary, "wb") as stream:
            stream.write(content)
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
