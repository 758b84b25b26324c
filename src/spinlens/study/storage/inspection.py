"""What lies in a study folder: results that are done, missing, damaged, or left over from other inputs.

`survey` looks at names and sizes and changes nothing; `verify` reads every file; `clean` removes what is of no use.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spinlens.errors import ArtefactError, InputError, StudyError
from spinlens.files.regular import read_regular
from spinlens.study.storage import provenance
from spinlens.study.storage.catalogue import Catalogue
from spinlens.study.storage.codec import SUFFIXES
from spinlens.study.storage.refusals import named_errors
from spinlens.study.storage.store import CHECKPOINTS, FILE_NAME, Artefact, StudyFolder

REST = ("damaged", ".partial")
"""Folders of a study whose contents no run reads."""


@dataclass(frozen=True)
class Inspection:
    """The state of a study folder.

    `done` maps task names to their files, `missing` names the tasks without one, `damaged` maps files to what is wrong
    with them, `stale` are sound-looking results of other inputs, `rest` are files set aside or left by a kill.
    """

    done: Mapping[str, Path]
    missing: tuple[str, ...]
    damaged: Mapping[Path, str] = field(default_factory=dict)
    stale: tuple[Path, ...] = ()
    rest: tuple[Path, ...] = ()

    @property
    def removable(self) -> tuple[Path, ...]:
        """What `clean` removes."""
        return (*self.damaged, *self.stale, *self.rest)

    def stages(self) -> dict[str, tuple[int, int]]:
        """Tasks done and tasks in all, by stage."""
        done = Counter(name.split("/", 1)[0] for name in self.done)
        open_ = Counter(name.split("/", 1)[0] for name in self.missing)
        return {stage: (done[stage], done[stage] + open_[stage]) for stage in dict.fromkeys([*done, *open_])}


def survey(folder: StudyFolder, contents: Catalogue) -> Inspection:
    """The state of a folder from names and sizes alone: a moment even for 10,000 tasks, and nothing is touched."""
    keys = contents.keys
    wanted = {key[:16]: name for name, key in keys.items()}
    found: dict[str, list[Path]] = {}
    damaged: dict[Path, str] = {}
    stale: list[Path] = []
    for path, status in _files(folder.path / "artefacts"):
        match = FILE_NAME.fullmatch(path.name)
        if match is None or match["suffix"] not in SUFFIXES or not stat.S_ISREG(status.st_mode):
            damaged[path] = "is not an artefact of this study"
        elif status.st_size == 0:
            damaged[path] = "is empty"
        elif match["key"] in wanted:
            found.setdefault(wanted[match["key"]], []).append(path)
        else:
            stale.append(path)
    for name in [name for name, paths in found.items() if len(paths) > 1]:
        damaged |= dict.fromkeys(found.pop(name), f"is one of several answers to {name}")
    missing = tuple(name for name in keys if name not in found)
    done = {name: found[name][0] for name in keys if name in found}
    rest = [path for name in REST for path, _ in _files(folder.path / name)]
    roots = [path for path in _listed(folder.path / CHECKPOINTS) if path.name not in contents.checkpoints]
    rest += [path for root in roots for path, _ in _files(root)]
    return Inspection(done, missing, damaged, tuple(stale), tuple(rest))


def verify(folder: StudyFolder, contents: Catalogue, say: Callable[[str], None] | None = None) -> Inspection:
    """As `survey`, with every result of the study read, checked against its name and decoded.

    `say` hears of every file that is not what it should be. Results of other inputs cannot be checked, because their
    full keys are not known; nothing reads them.
    """
    keys, state = contents.keys, survey(folder, contents)
    damaged, done = dict(state.damaged), dict(state.done)
    for name, path in state.done.items():
        try:
            Artefact(str(path), keys[name]).payload()
        except ArtefactError as error:
            damaged[path] = f"is damaged ({name})" if "is damaged" in str(error) else str(error)
            del done[name]
    for path, reason in damaged.items():
        if say is not None:
            say(f"{path.relative_to(folder.path)} {reason}")
    missing = tuple(name for name in keys if name not in done)
    return replace(state, done=done, missing=missing, damaged=damaged)


def clean(folder: StudyFolder, state: Inspection) -> int:
    """Remove what `state` says is of no use; returns the bytes set free. Results of the study itself stay."""
    freed = 0
    with folder.locked(), named_errors(folder.path):
        for path in state.removable:
            if path.is_symlink() or path.is_file():
                freed += path.lstat().st_size
                path.unlink()
        for name in REST:
            shutil.rmtree(folder.path / name, ignore_errors=True)
        for inner in (*_listed(folder.path / "artefacts"), *_listed(folder.path / CHECKPOINTS)):
            if inner.is_dir() and not inner.is_symlink() and not any(inner.iterdir()):
                inner.rmdir()
    return freed


def with_checkpoints(folder: StudyFolder, state: Inspection) -> Inspection:
    """`state` with all states underway among what is removable, those of the study itself too."""
    kept = tuple(path for path, _ in _files(folder.path / CHECKPOINTS) if path not in state.rest)
    return replace(state, rest=(*state.rest, *kept))


def total_size(paths: Sequence[Path]) -> int:
    """Bytes that files take, those that are gone or cannot be looked at left out."""
    total = 0
    for path in paths:
        try:
            total += path.lstat().st_size
        except OSError:
            continue
    return total


def wrong_at_the_top(folder: StudyFolder, contents: Catalogue, state: Inspection) -> list[str]:
    """What is wrong with the files beside the artefacts: results that are not those of the study, a broken record."""
    problems = []
    written = folder.path / "results.json"
    if written.is_file() and "results" in state.done:
        try:
            same = bool(json.loads(read_regular(written)) == folder.results(contents.keys)["results"])
        except (OSError, ValueError, RecursionError):
            same = False
        if not same:
            problems.append(f"results.json is not what the study found; write it anew: spinlens report {folder.path}")
    if (folder.path / provenance.FILENAME).is_file() and not provenance.read(folder)["runs"]:
        problems.append(f"{provenance.FILENAME} is damaged or empty; when and where the study ran is lost")
    return problems


def _files(root: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Everything but plain folders below `root`, sorted, links not followed."""
    if not root.is_dir() or root.is_symlink():
        return
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError as error:
        raise StudyError(f"cannot read {root}: {error.strerror or error}") from None
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield Path(entry.path), entry.stat(follow_symlinks=False)


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def require_study(path: str | os.PathLike[str]) -> StudyFolder:
    """The study folder at `path`; `StudyError` when it is none, `InputError` for a path that cannot be one."""
    try:
        return StudyFolder(path).require()
    except ValueError as error:  # a null byte in the path
        raise InputError(f"{str(path)!r} is no path: {error}") from None
