"""A study folder: write-once artefacts that are checked whenever they are read.

    study.toml          the study as resolved
    study.json          marks the folder as a study, with its format
    catalogue.json      the key of each result, for later versions to find them by
    artefacts/<stage>/<what>-<key>-<check>.{nc,safetensors,json}
    results.json  report.html  provenance.json
    checkpoints/        state underway of long tasks, for those that can go on from it
    damaged/            files that failed their check, kept for a look

`key` names all that determines a file (`task_keys`), `check` is a checksum over key and content: a file that is cut
short, altered, or given another's name does not match its own name and is never read.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinlens.errors import ArtefactError, StudyError
from spinlens.files.atomic import PARTIAL, replace_file, sync_folder
from spinlens.files.formats import STUDY
from spinlens.files.locking import CLAIM, LOCK, hold
from spinlens.files.plain import plain
from spinlens.files.regular import read_regular
from spinlens.study.definition.tasks import FORMAT, Task, checkpoint_key
from spinlens.study.storage.codec import SUFFIXES, Payload, opened
from spinlens.study.storage.refusals import named_errors

MARKER = STUDY
CHECKPOINTS = "checkpoints"
FILE_NAME = re.compile(r"(?P<label>.+)-(?P<key>[0-9a-f]{16})-(?P<check>[0-9a-f]{16})(?P<suffix>\.\w+)")
_OURS = {LOCK, CLAIM, PARTIAL, MARKER}


@dataclass(frozen=True)
class Artefact:
    """Where the result of a task lies; small enough to be sent to a worker instead of the result itself."""

    path: str
    key: str

    def data(self) -> bytes:
        """The bytes, after their check; raises `ArtefactError` when the file is not what its name says."""
        try:
            content = read_regular(self.path, math.inf)
        except OSError as error:
            raise ArtefactError(f"cannot read {self.path}: {error.strerror}; run the study again") from None
        match = FILE_NAME.fullmatch(Path(self.path).name)
        if match is None or match["key"] != self.key[:16] or match["check"] != check(self.key, content):
            raise ArtefactError(f"{self.path} is damaged; run the study again and it will be made anew")
        return content

    def payload(self) -> Payload:
        """What the task returned."""
        return self.opened()[1]

    def opened(self) -> tuple[dict[str, Any], Payload]:
        """What is kept about the result, and what the task returned."""
        return opened(Path(self.path).suffix, self.data(), self.path)


def check(key: str, content: bytes) -> str:
    """Checksum (16 hex digits) of an artefact's content under its key."""
    digest = hashlib.sha256(key.encode() + b"\0")
    digest.update(content)
    return digest.hexdigest()[:16]


class StudyFolder:
    """The folder of one study. Making the object touches nothing; `locked` creates the folder."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.notices: list[str] = []
        self._held: os.stat_result | None = None

    def require(self) -> StudyFolder:
        """Itself, when it is a study that this version can read; raises `StudyError` otherwise."""
        self._inspect()
        if not (self.path / MARKER).is_file():
            raise StudyError(f"{self.path} is not a study folder; make one with: spinlens reproduce --out {self.path}")
        return self

    @contextlib.contextmanager
    def locked(self) -> Iterator[StudyFolder]:
        """Create the folder where needed and hold it alone; a second run on it gets a `StudyError`."""
        self._inspect()
        with contextlib.ExitStack() as stack:
            with named_errors(self.path):
                self.path.mkdir(parents=True, exist_ok=True)
                stack.enter_context(hold(self.path / LOCK))
                self._held = self.path.stat()
                self._inspect()
                stack.callback(shutil.rmtree, self.path / PARTIAL, ignore_errors=True)
                shutil.rmtree(self.path / PARTIAL, ignore_errors=True)
                (self.path / PARTIAL).mkdir(exist_ok=True)
                if not (self.path / MARKER).exists():
                    self.write_json(MARKER, {"spinlens_study": True, "format": FORMAT})
            yield self

    def inventory(self, keys: Mapping[str, str]) -> dict[str, Artefact]:
        """The tasks of `keys` (name to key) that are done, each file checked.

        Files that fail their check or are no artefacts at all are moved to `damaged` and said in `notices`;
        artefacts of other inputs stay where they are.
        """
        wanted = {key[:16]: name for name, key in keys.items()}
        found: dict[str, list[Artefact]] = {}
        for path in self._files():
            match = FILE_NAME.fullmatch(path.name)
            if match is None or match["suffix"] not in SUFFIXES or not stat.S_ISREG(path.lstat().st_mode):
                self.set_aside(path, "is not an artefact of this study")
            elif match["key"] in wanted:
                name = wanted[match["key"]]
                artefact = Artefact(str(path), keys[name])
                if self._sound(artefact):
                    found.setdefault(name, []).append(artefact)
                else:
                    self.set_aside(path, f"is damaged and will be made anew ({name})")
        for name in [name for name, candidates in found.items() if len(candidates) > 1]:
            for artefact in found.pop(name):
                self.set_aside(Path(artefact.path), f"is one of several answers to {name}; it will be made anew")
        return {name: candidates[0] for name, candidates in found.items()}

    def artefact(self, name: str, key: str) -> Artefact | None:
        """The artefact of one task without checking its content (reading it does), or None."""
        folder, label = self._place(name)
        candidates = sorted(folder.glob(f"*-{key[:16]}-*")) if folder.is_dir() else []
        matches = [path for path in candidates if path.name.startswith(label) and FILE_NAME.fullmatch(path.name)]
        return Artefact(str(matches[0]), key) if matches else None

    def results(self, keys: Mapping[str, str]) -> StudyResults:
        """The payloads of a study by task name; `keys` as in `inventory`."""
        return StudyResults(self, keys)

    def write(self, name: str, key: str, suffix: str, content: bytes) -> Artefact:
        """Store the result of a task: temporary name, fsync, rename, fsync of the folder. Written once."""
        folder, label = self._place(name)
        target = folder / f"{label}-{key[:16]}-{check(key, content)}{suffix}"
        with named_errors(self.path):
            self._require_own()
            for part in (folder.parent, folder):
                if not part.is_dir():
                    part.mkdir(exist_ok=True)
                    sync_folder(part.parent)
            if not target.exists():
                self._replace(target, content)
        return Artefact(str(target), key)

    def write_text(self, filename: str, text: str) -> Path:
        """Write (or replace, in one step) a file at the top of the folder; one that says the same stays."""
        path, content = self.path / filename, text.encode()
        with named_errors(self.path):
            if path.is_symlink() or not path.is_file() or path.read_bytes() != content:
                self._replace(path, content)
        return path

    def write_json(self, filename: str, value: Any) -> Path:
        """As `write_text`, for JSON data (see `spinlens.study.storage.codec.encode` for NumPy numbers and NaN)."""
        return self.write_text(filename, json.dumps(plain(value), indent=2, ensure_ascii=False) + "\n")

    def remove_text(self, filename: str) -> None:
        """Remove a file from the top of the folder, if it is there."""
        with named_errors(self.path):
            (self.path / filename).unlink(missing_ok=True)

    def checkpoint(self, task: Task, keys: Mapping[str, str]) -> Path | None:
        """The folder for the state underway of a task that keeps one; made by its worker."""
        if not task.checkpoint:
            return None
        root = self.path.absolute() / CHECKPOINTS
        with named_errors(self.path):
            root.mkdir(exist_ok=True)
        return root / checkpoint_name(task, keys)

    def drop_checkpoint(self, task: Task, keys: Mapping[str, str]) -> None:
        """Remove the state underway of a finished task, unless a longer run could go on from it."""
        folder = self.checkpoint(task, keys)
        if folder is not None and not task.grows:
            shutil.rmtree(folder, ignore_errors=True)

    def set_aside(self, path: Path, reason: str) -> None:
        """Move a file that must not be read to `damaged` and say so."""
        with named_errors(self.path):
            folder = self.path / "damaged"
            folder.mkdir(exist_ok=True)
            target, count = folder / path.name, 1
            while os.path.lexists(target):
                count += 1
                target = folder / f"{path.name}.{count}"
            os.replace(path, target)
        self.notices.append(f"{path.relative_to(self.path)} {reason}; moved to damaged/")

    def _inspect(self) -> None:
        """Raise `StudyError` when the folder is none, belongs to something else, or is from the future."""
        if self.path.exists() and not self.path.is_dir():
            raise StudyError(f"{self.path} is a file, not a folder; choose another --out")
        if not self.path.exists():
            return
        with named_errors(self.path):
            entries = {entry.name for entry in self.path.iterdir()}
        if MARKER not in entries and entries - _OURS:
            raise StudyError(f"{self.path} holds other files and is not a study folder; choose another --out")
        for name in ("artefacts", CHECKPOINTS, "damaged", PARTIAL):
            if (self.path / name).is_symlink():
                raise StudyError(f"{self.path / name} is a link out of the study folder; remove it")
        if MARKER in entries:
            self._check_marker()

    def _check_marker(self) -> None:
        try:
            marker = json.loads(read_regular(self.path / MARKER))
            version = marker["format"] if marker["spinlens_study"] is True else None
        except OSError as error:
            raise StudyError(f"cannot read {self.path / MARKER}: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, RecursionError):
            version = None
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise StudyError(
                f"{self.path / MARKER} is damaged; if {self.path} is a spinlens study, delete that file and run again"
            )
        if version < FORMAT:
            raise StudyError(
                f"{self.path} is of an earlier spinlens (format {version}, this one reads {FORMAT}), which judged "
                "machines in other ways: run its study again in another folder"
            )
        if version > FORMAT:
            raise StudyError(f"{self.path} was made by a newer spinlens (format {version}, this one reads {FORMAT})")

    def _files(self) -> list[Path]:
        root = self.path / "artefacts"
        with named_errors(self.path):
            return sorted(
                Path(folder) / name
                for folder, subfolders, names in os.walk(root)
                for name in [*names, *(sub for sub in subfolders if os.path.islink(os.path.join(folder, sub)))]
            )

    def _sound(self, artefact: Artefact) -> bool:
        try:
            artefact.data()
        except ArtefactError:
            return False
        return True

    def _place(self, name: str) -> tuple[Path, str]:
        stage, _, rest = name.partition("/")
        return self.path / "artefacts" / _shortened(stage), _shortened((rest or stage).replace("/", "."))

    def _replace(self, target: Path, content: bytes) -> None:
        self._require_own()
        (self.path / PARTIAL).mkdir(exist_ok=True)
        replace_file(target, content, self.path / PARTIAL)

    def _require_own(self) -> None:
        """Refuse to write where the folder that was locked is no more."""
        if not self.path.is_dir():
            raise StudyError(f"the study folder {self.path} has been removed; nothing more can be saved")
        if self._held is not None and not os.path.samestat(self._held, self.path.stat()):
            raise StudyError(f"another folder has the name {self.path} now; nothing more is saved")


class StudyResults(Mapping[str, Payload]):
    """Payloads of a study by task name, read and checked when asked for."""

    def __init__(self, folder: StudyFolder, keys: Mapping[str, str]) -> None:
        self.folder, self.keys_by_name = folder, dict(keys)

    def __getitem__(self, name: str) -> Payload:
        artefact = self.folder.artefact(name, self.keys_by_name[name])
        if artefact is None:
            raise StudyError(f"{self.folder.path} has no result of {name!r} yet; run the study again to make it")
        return artefact.payload()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys_by_name)

    def __len__(self) -> int:
        return len(self.keys_by_name)


def checkpoint_name(task: Task, keys: Mapping[str, str]) -> str:
    """Name of the folder for the state underway of a task."""
    return f"{_shortened(task.name.replace('/', '.'))}-{checkpoint_key(task, keys)[:16]}"


def _shortened(name: str) -> str:
    """At most 120 bytes of a name, so that the file system takes it; the key keeps it unique."""
    return name.encode()[:120].decode(errors="ignore")
