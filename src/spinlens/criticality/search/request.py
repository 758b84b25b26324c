"""What a search for a critical point is asked, and what it finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.bracketing import FirstLook, first_look
from spinlens.criticality.search.search_folder import SearchFolder
from spinlens.criticality.search.windows import WindowRun, window_runs
from spinlens.criticality.universality import Regime
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Step, Tell, silent
from spinlens.versions import Make


@dataclass(frozen=True)
class SearchRequest:
    """All that a search needs besides what it may spend.

    Attributes
    ----------
    models : one lattice for each size, increasing.
    points : temperatures of a window.
    folder : where the runs are kept; None keeps nothing.
    tell : what the steps of the search are told to.
    wrapping : whether clusters that wind around the torus are counted.
    """

    models: tuple[IsingModel, ...]
    seed: int
    points: int
    workers: int
    regime: Regime | None
    folder: SearchFolder | None
    tell: Tell
    wrapping: bool = False

    @property
    def notes(self) -> dict[str, Any]:
        """What earlier calls have noted."""
        return {} if self.folder is None else self.folder.notes

    def note(self, **notes: Any) -> None:
        """Note it for later calls, where something is kept."""
        if self.folder is not None:
            self.folder.note(**notes)

    def first_look(self) -> FirstLook:
        """The ladder, or what the notes have of it."""
        self.tell(Step("looking for the transition", 0.0))
        known = self.notes.get("first_look")
        look = first_look(self.models, self.seed, self.workers, self.tell) if known is None else FirstLook(**known)
        self.note(first_look=asdict(look))
        return look

    def runs(self, draws: int, chains: int, tell: Tell = silent) -> WindowRun:
        """How windows are run."""
        path = None if self.folder is None else self.folder.path
        return window_runs(draws, chains, self.seed, self.workers, tell, path, self.wrapping)


@dataclass(frozen=True)
class Search:
    """A critical point and the runs it rests on.

    Attributes
    ----------
    point : the critical point.
    draws : of each size, all temperatures and chains together.
    curves : the runs of each size, to be reweighted.
    made_with : the makes that have worked on them, one unless the search is a mixture.
    """

    point: CriticalPoint
    draws: dict[int, int]
    curves: tuple[SizeCurves, ...] = field(compare=False, repr=False)
    made_with: tuple[Make, ...] = ()

    @property
    def updates(self) -> int:
        """Spins updated in all draws."""
        return sum(self.draws[size.L] * size.model.n_sites for size in self.curves)
