"""From a coupling to its critical point: bracket, runs, crossings, global fit."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from spinlens import checks
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.bracketing import Progress, Windows, locate, locate_pair, scan, scan_temperatures
from spinlens.criticality.search.budget import Budget, budget_of
from spinlens.criticality.search.budgeted import plan_critical_point
from spinlens.criticality.search.plan_folder import PlanFolder
from spinlens.criticality.search.sizes import make_models
from spinlens.criticality.search.status import Standing
from spinlens.criticality.universality import Regime
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import sample
from spinlens.seeding import purpose_seed

__all__ = ["CriticalPoint", "analyse", "find_critical_point", "locate", "scan", "scan_temperatures"]

_DRAWS, _CHAINS = 20_000, 2


def find_critical_point(
    coupling: Coupling,
    sizes: Sequence[int] = (8, 16, 32, 64),
    dimension: int = 2,
    seed: int = 0,
    draws: int | None = None,
    chains: int | None = None,
    points: int = 5,
    workers: int = 1,
    progress: Progress | None = None,
    regime: Regime | None = None,
    runs: list[SizeCurves] | None = None,
    *,
    budget: Budget | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    report: Callable[[Standing], None] | None = None,
) -> CriticalPoint:
    """Critical point of a ferromagnetic coupling by finite-size scaling, without being told any temperature.

    A ladder of temperatures walks down from the mean-field value Σ J until U4 of the two smallest sizes has crossed;
    each size is then run at `points` temperatures around the crossing of the sizes before it, in windows that move
    until it crosses too. U4, ξ/L and ⟨m²⟩ of all sizes are reweighted and fitted together.

    Parameters
    ----------
    coupling : `NearestNeighbour()` or `PowerLaw(sigma)`; tables belong to one size and cannot be scaled.
    sizes : at least three increasing L ≥ 4; ratios of two are best.
    dimension : 1, 2 or 3.
    budget : what to spend, instead of `draws` and `chains`: a time such as "5m", or a number of spin updates. Sweeps
        then go where they lower the error of T_c most, see `plan_critical_point`.
    draws : sweeps per chain and temperature, 20,000 without a budget; the error falls with its square root.
    chains : independent chains per temperature, 2 without a budget.
    points : temperatures per size.
    workers : threads; the result does not depend on it.
    regime : universality class to assume instead of the one that theory expects (`universality.reference`).
    runs : a list that takes the runs of every size, for figures and further analysis.
    progress : called after every step of a chain, from any thread.
    checkpoint : a folder that keeps the runs. Called again with the same arguments after any kill, the search goes on
        and gives the numbers of an unbroken one; a larger budget prolongs it.
    report : called before the runs of a size, or after every round of a budget, with how far the search is;
        ``report=print`` shows lines.

    Raises
    ------
    ConvergenceError : no crossing in range (1D nearest neighbour has no transition), or too few draws.
    InputError : arguments that cannot be used; CheckpointError : a folder of another search, or a damaged one.

    Source: Binder (1981) for U4; Ballesteros et al. (1996) for the quotients; Lepage et al. (2002) for priors of
    corrections.
    """
    if budget is not None:
        if draws is not None or chains is not None:
            raise InputError("a budget decides about draws and chains itself: give either budget, or draws and chains")
        planned = plan_critical_point(
            coupling, sizes, budget_of(budget, workers), dimension, seed, points, workers, report, checkpoint, regime,
            progress,
        )  # fmt: skip
        found, point = list(planned.curves), planned.point
    else:
        models, each = make_models(coupling, sizes, dimension), _Draws.given(draws, chains)
        points, workers = (
            checks.positive_integer("points", points, minimum=2),
            checks.positive_integer("workers", workers),
        )
        search = _Search(models, checks.seed(seed), each, points, workers, progress, checkpoint, report)
        found = search.gather()
        point = analyse(found, regime)
    if runs is not None:
        runs.extend(found)
    return point


@dataclass(frozen=True)
class _Draws:
    """Draws of each chain, and chains of each temperature."""

    draws: int
    chains: int

    @classmethod
    def given(cls, draws: int | None, chains: int | None) -> _Draws:
        """Checked, with what holds where nothing is given."""
        return cls(
            checks.positive_integer("draws", _DRAWS if draws is None else draws),
            checks.positive_integer("chains", _CHAINS if chains is None else chains),
        )


@dataclass(frozen=True)
class _Search:
    """Runs with fixed draws, kept in a folder where one is given: one for each size and attempt."""

    models: Sequence[IsingModel]
    seed: int
    each: _Draws
    points: int
    workers: int
    progress: Progress | None
    checkpoint: str | os.PathLike[str] | None
    report: Callable[[Standing], None] | None

    @cached_property
    def folder(self) -> PlanFolder | None:
        """Where the runs are kept."""
        if self.checkpoint is None:
            return None
        return PlanFolder(self.checkpoint, {
            "coupling": repr(self.models[0].coupling), "sizes": [model.shape[0] for model in self.models],
            "dimension": self.models[0].dimension, "seed": self.seed, "points": self.points,
            "draws": self.each.draws, "chains": self.each.chains,
        })  # fmt: skip

    def gather(self) -> list[SizeCurves]:
        """The runs of all sizes, in windows in which consecutive sizes cross."""
        return Windows(self.models, self._run, self.points, self.seed, self.workers).gather(self._centre())

    def _centre(self) -> float:
        """The first estimate of T_c, from the folder where it is known."""
        known = self.folder.notes.get("ladder") if self.folder is not None else None
        centre = float(known or locate_pair(self.models, self.seed, self.workers))
        if self.folder is not None:
            self.folder.note(ladder=centre)
        return centre

    def _run(self, k: int, grid: tuple[float, ...], attempt: int) -> SizeCurves:
        model, (draws, chains) = self.models[k], (self.each.draws, self.each.chains)
        self._tell(k, grid)
        purpose = purpose_seed(self.seed, "scan", attempt, bits=32)
        kept = None if self.folder is None else self.folder.part(attempt, model.shape[0])
        data = sample(
            model, grid, draws, chains, purpose, "swendsen-wang", workers=self.workers, energy=False,
            progress=self.progress, checkpoint=kept,
        )  # fmt: skip
        return SizeCurves.from_dataset(model, data)

    def _tell(self, k: int, grid: tuple[float, ...]) -> None:
        """What is run next; sizes take time in proportion to their sites."""
        if self.report is None:
            return
        sites = [model.n_sites for model in self.models]
        text = f"L = {self.models[k].shape[0]}: {len(grid)} temperatures from {grid[0]:.6g} to {grid[-1]:.6g}"
        draws = len(grid) * self.each.chains * self.each.draws
        self.report(Standing(text, None, sum(sites[:k]) / sum(sites), sites[k] / sum(sites), draws))
