"""What a study consists of: the names of its results with their keys, kept in the folder for later versions.

Keys cover the version of spinlens and the task graph as that version drew it. The catalogue that lies in a folder is
what makes the results of an earlier version readable: they are looked up by name and checked against the key noted
when they were made, never taken for results of this version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spinlens.files.regular import read_regular
from spinlens.study.definition.tasks import NAME, Task, package_version, task_keys
from spinlens.study.storage.store import StudyFolder, checkpoint_name
from spinlens.versions import Make

FILENAME = "catalogue.json"
_KEY = re.compile(r"[0-9a-f]{64}")
_CHECKPOINT = re.compile(r"[^/\0]{1,200}")


@dataclass(frozen=True)
class Catalogue:
    """Version that made a study, key of each result by task name, and names of the folders of states underway.

    `made_with` are the makes that have worked on it, the last one last.
    """

    version: str
    keys: dict[str, str]
    checkpoints: tuple[str, ...]
    made_with: tuple[Make, ...] = ()

    @classmethod
    def of(cls, tasks: Sequence[Task]) -> Catalogue:
        """The catalogue of tasks as this version runs them."""
        keys = task_keys(tasks)
        kept = tuple(checkpoint_name(task, keys) for task in tasks if task.checkpoint)
        return cls(package_version(), keys, kept)

    @property
    def current(self) -> bool:
        """Whether this version made it, so that what is missing can be computed."""
        return self.version == package_version()

    def text(self) -> str:
        """As JSON, one result a line."""
        about = {"spinlens": self.version, "made_with": self.made_with}
        document = {**about, "checkpoints": self.checkpoints, "keys": self.keys}
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def noted(folder: StudyFolder) -> Catalogue | None:
    """The catalogue that lies in the folder, None where it is missing or cannot be used."""
    path = folder.path / FILENAME
    try:
        if path.is_symlink():
            return None
        found: Any = json.loads(read_regular(path))
        keys, kept, version = found["keys"], tuple(found["checkpoints"]), found["spinlens"]
        makes = tuple({str(name): str(of) for name, of in make.items()} for make in found.get("made_with", []))
        sound = (
            isinstance(version, str)
            and all(NAME.fullmatch(name) and ".." not in name and _KEY.fullmatch(key) for name, key in keys.items())
            and all(_CHECKPOINT.fullmatch(name) for name in kept)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Catalogue(version, keys, kept, makes) if sound else None
