"""A folder that belongs to one set of arguments, which are compared before anything in it is read."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spinlens.errors import CheckpointError
from spinlens.files.atomic import PARTIAL, replace_file, sweep
from spinlens.files.formats import CHECKPOINT, PLAN
from spinlens.files.locking import CLAIM, LOCK
from spinlens.files.regular import read_regular
from spinlens.versions import Make, differences, made_with


class OtherArguments(CheckpointError):
    """A folder with the states of a run of other arguments."""


class BoundFolder:
    """A folder bound to `arguments` (JSON-able) by the file `name` in it, with notes that may change.

    Making the object creates the folder, or checks that it belongs to the same arguments; `free` says in words which
    arguments are not among them. `made_with` are the makes that have worked on it, the last one last.

    Raises
    ------
    CheckpointError : the folder holds other things, belongs to other arguments, is damaged or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], name: str, arguments: Mapping[str, Any], free: str) -> None:
        self.path = Path(path)
        self._file = self.path / name
        asked = as_json(arguments)
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            sweep(self.path)
            known = found = self._read()
            fresh = known is None or (not known["notes"] and self._nothing_saved())
            if known is None or (fresh and known["arguments"] != asked):
                known = {"arguments": asked, "notes": {}}
            if known["arguments"] == asked:
                self.made_with = makes_of({} if fresh else known)
                known = {**known, "made_with": self.made_with}
                if known != found:
                    self._write(known)
        except OSError as error:
            raise CheckpointError(f"cannot write {self.path}: {error.strerror or error}") from None
        if changes := difference(known["arguments"], asked):
            raise OtherArguments(
                f"{self.path} belongs to another run: {changes}; give the arguments it was made with ({free} may "
                "change), give another folder, or remove it"
            )

    @property
    def notes(self) -> dict[str, Any]:
        """What was noted beside the arguments."""
        known = self._read()
        return {} if known is None else dict(known["notes"])

    def note(self, **notes: Any) -> None:
        """Keep more notes."""
        known = self._read() or {"arguments": {}, "notes": {}}
        self._write({**known, "notes": {**known["notes"], **notes}})

    def _nothing_saved(self) -> bool:
        """Whether a run of other arguments has bound the folder and failed before it had anything to keep."""
        files = (path for path in self.path.rglob("*") if not path.is_dir())
        return all(path.suffix == PARTIAL or path.name in (LOCK, CLAIM, CHECKPOINT, PLAN) for path in files)

    def _read(self) -> dict[str, Any] | None:
        if not self._file.exists():
            if any(item.suffix != PARTIAL and item.name not in (LOCK, CLAIM) for item in self.path.iterdir()):
                raise CheckpointError(f"{self.path} holds other files and no {self._file.name}; give another folder")
            return None
        try:
            known = json.loads(read_regular(self._file))
        except ValueError:
            known = None
        if not isinstance(known, dict):
            raise CheckpointError(f"{self._file} is damaged; remove {self.path} to start the run over")
        return known if {"arguments", "notes"} <= set(known) else {"arguments": known, "notes": {}}

    def _write(self, content: Mapping[str, Any]) -> None:
        replace_file(self._file, (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def makes_of(known: Mapping[str, Any]) -> list[Make]:
    """The makes that have worked on a run by what is known of it, and the one that goes on now, the last one last.

    Warns
    -----
    RuntimeWarning
        They are several: its last digits are those of one or the other.
    """
    mine, noted = made_with(), known.get("made_with")
    earlier = [make for make in noted if isinstance(make, dict) and make != mine] if isinstance(noted, list) else []
    if earlier:
        warnings.warn(
            f"this run was begun with other libraries or on another processor ({differences(earlier[-1], mine)}): its "
            "numbers are a mixture, which results say",
            RuntimeWarning,
            stacklevel=2,
        )
    return [*earlier, mine]


def emptied(folder: Path) -> None:
    """Remove the states of a run from its folder, which this process holds."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in (LOCK, CLAIM):
            path.unlink()


def as_json(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they come back from a file."""
    found: dict[str, Any] = json.loads(json.dumps(arguments, allow_nan=False))
    return found


def difference(known: object, asked: Mapping[str, Any]) -> str:
    """What differs between two sets of arguments, in words; empty where nothing does.

    >>> difference({"draws": 4, "seed": 0}, {"draws": 5, "seed": 0})
    'draws was 4 and is 5'
    """
    if known == asked:
        return ""
    before = known if isinstance(known, dict) else {}
    names = [name for name in {**before, **asked} if before.get(name) != asked.get(name)]
    return ", ".join(f"{name} was {_short(before.get(name))} and is {_short(asked.get(name))}" for name in names)


def _short(value: object) -> str:
    text = "None" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
