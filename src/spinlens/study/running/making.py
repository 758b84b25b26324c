"""What a study is made with: the same libraries and processor kernels throughout, unless a mixture is asked for."""

from __future__ import annotations

from dataclasses import dataclass

from spinlens.errors import StudyError
from spinlens.study.definition.tasks import package_version
from spinlens.study.storage.catalogue import noted
from spinlens.study.storage.inspection import survey
from spinlens.study.storage.store import CHECKPOINTS, StudyFolder
from spinlens.versions import Make, differences

_HOW_TO_MIX = "--mixed (mixed=True) goes on all the same, and results and page say so"


@dataclass(frozen=True)
class Making:
    """What a run of a study computes with.

    Parameters
    ----------
    make : of the process that runs the study.
    earlier : other makes that have worked on the study, which states underway may be of.
    mixed : whether workers may be of another make, too.
    """

    make: Make
    earlier: tuple[Make, ...] = ()
    mixed: bool = False

    @property
    def every(self) -> tuple[Make, ...]:
        """All makes that have worked on the study, the last one last."""
        return tuple(make for make in (*(one for one in self.earlier if one != self.make), self.make) if make)

    def refusal(self, mine: Make) -> str:
        """Why a worker of the make `mine` cannot take part; empty where it can."""
        there, here = mine["spinlens"], self.make["spinlens"]
        if there != here:
            return f"its worker has spinlens {there} instead of {here}; install the same on both"
        if mine == self.make or self.mixed:
            return ""
        return (
            f"its worker computes otherwise than the process that runs the study ({differences(self.make, mine)}): "
            f"install the same on both, or let both take the same kernels; {_HOW_TO_MIX}"
        )


def admitted(study: StudyFolder, make: Make | None, any_done: bool, mixed: bool) -> Making:
    """What a run computes with that is of the make `make`, None where nothing is left to compute.

    Raises
    ------
    StudyError : the folder holds results of another version, or of another make and no mixture is asked for.
    """
    before = noted(study)
    if make is not None and before is not None and not before.current and survey(study, before).done:
        raise StudyError(
            f"{study.path} holds results of spinlens {before.version}, and this is {package_version()}, which computes "
            "all of them anew: give another folder, or go on with that version"
        )
    earlier = before.made_with if before is not None and (any_done or _underway(study)) else ()
    if make is None:
        return Making(earlier[-1] if earlier else {}, earlier)
    if earlier and make not in earlier and not mixed:
        raise StudyError(
            f"{study.path} was begun with other libraries or on another processor ({differences(earlier[-1], make)}), "
            f"so that digits differ: go on where it was begun, or give another folder; {_HOW_TO_MIX}"
        )
    return Making(make, earlier, mixed)


def _underway(study: StudyFolder) -> bool:
    """Whether there are states underway."""
    return any(path.is_file() for path in (study.path / CHECKPOINTS).rglob("*"))
