"""A folder of results that belongs to one run: another run asks before it replaces them, and leaves none of them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spinlens.arrays import AnyArray
from spinlens.errors import CheckpointError
from spinlens.files.atomic import PARTIAL, replace_file
from spinlens.files.bound_folder import as_json, difference, makes_of
from spinlens.files.formats import MARKER, OF_FLOW, OF_TRAIN, TAKEN_UP
from spinlens.files.locking import CLAIM, LOCK
from spinlens.files.regular import read_regular
from spinlens.versions import Make


def claim(folder: Path, command: str, arguments: Mapping[str, Any], force: bool = False) -> list[Make]:
    """Make `folder` that of one run, or find it so.

    Parameters
    ----------
    folder : path
        Made when missing; the same run goes on in it.
    command : str
        Which command: "train", "flow".
    arguments : mapping
        All that determines the results, JSON-able; noted in run.json, with the makes that have worked on them.
    force : bool
        Take the folder of another run: what that one wrote is removed, files of others stay.

    Returns
    -------
    list of Make
        What its numbers are made with: one make unless they are a mixture, the last one last.

    Raises
    ------
    CheckpointError
        The folder holds another run or other files, or cannot be written: choose another, or force it.
    """
    asked = {"command": command, **as_json(arguments)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        wrong = _whose(folder, asked)
        if wrong and not force:
            raise CheckpointError(f"{folder} {wrong}; choose another --out, or replace what is there with --force")
        if wrong:
            _remove_run(folder)
        makes = makes_of(run_of(folder) if _goes_on(folder) else {})
        replace_file(folder / MARKER, (json.dumps({**asked, "made_with": makes}, indent=1) + "\n").encode())
    except OSError as error:
        raise CheckpointError(f"cannot write {folder}: {error.strerror or error}") from None
    return makes


def run_of(folder: Path) -> dict[str, Any]:
    """What the marker of a folder says; empty where there is none that can be read."""
    try:
        found = json.loads(read_regular(folder / MARKER))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def digest(arrays: Iterable[AnyArray | None]) -> str:
    """Twelve hexadecimal digits that name arrays, for arguments."""
    found = hashlib.sha256()
    for array in arrays:
        found.update(b"none" if array is None else f"{array.dtype.str}{array.shape}".encode())
        if array is not None:
            found.update(array.tobytes() if not array.flags.c_contiguous else array.data)
    return found.hexdigest()[:12]


def _whose(folder: Path, asked: Mapping[str, Any]) -> str:
    """In words why the folder is not that of the run asked for; empty where it is."""
    known = run_of(folder)
    if not _kept(folder):  # nobody's, or of a run that failed before it had anything to keep
        return ""
    if not known:
        return "holds other files"
    if known.get("command") != asked["command"]:
        return f"belongs to spinlens {known.get('command')}"
    changes = difference({name: known[name] for name in known if name != "made_with"}, asked)
    return f"belongs to another run: {changes}" if changes else ""


def _kept(folder: Path) -> bool:
    """Whether a run has kept anything there, or anybody else."""
    return any(not _of_no_worth(item) for item in folder.iterdir())


def _goes_on(folder: Path) -> bool:
    """Whether there is anything of the run that is taken up; a finished training is made anew from its beginning."""
    kept = (path for name in TAKEN_UP for path in (folder / name, *(folder / name).rglob("*")))
    return any(path.is_file() and path.suffix != PARTIAL for path in kept)


def _of_no_worth(item: Path) -> bool:
    """Whether a file is there before a run has anything to keep: its marker, if it is one, its lock, half a file."""
    return item.suffix == PARTIAL or item.name in (LOCK, CLAIM) or (item.name == MARKER and bool(run_of(item.parent)))


def _remove_run(folder: Path) -> None:
    """Remove whatever a command may have written."""
    for pattern in {*OF_TRAIN, *OF_FLOW, MARKER}:
        for path in folder.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
