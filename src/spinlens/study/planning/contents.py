"""What a study folder is to hold, whichever version made it."""

from __future__ import annotations

from spinlens.errors import StudyError
from spinlens.study.definition.toml_file import load_study
from spinlens.study.stages import study_tasks
from spinlens.study.storage.catalogue import Catalogue, noted
from spinlens.study.storage.store import StudyFolder


def catalogue(folder: StudyFolder) -> Catalogue:
    """The catalogue of a study folder: as an earlier version left it, or of its study file.

    `InputError` names the mistake of a study file that cannot be used.
    """
    found = noted(folder.require())
    if found is not None and not found.current:
        return found
    path = folder.path / "study.toml"
    if not path.is_file():
        raise StudyError(f"{folder.path} has no study.toml; run its study again to write it")
    return Catalogue.of(study_tasks(load_study(path)))
