"""Where to spend computing time: sweeps over sizes so that the error of T_c is smallest for the spin updates spent."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.criticality.analysis import analyse, analyse_with_influence
from spinlens.criticality.budget import Account, TimeBudget
from spinlens.criticality.lattices import make_models
from spinlens.criticality.location import Windows, around, locate_pair
from spinlens.criticality.observables import SizeCurves
from spinlens.criticality.result import CriticalPoint
from spinlens.criticality.store import PlanFolder
from spinlens.criticality.universality import Regime
from spinlens.errors import CheckpointError, ConvergenceError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import sample
from spinlens.seeding import seed_sequence

_PILOT_SHARE = 0.08
_ROUND_SHARE, _ROUND_MOST = 0.2, 5e9  # spin updates of a round: share of the budget, and never more
_LEAST_DRAWS = 400
_MARGIN = 0.04  # share of each size that is never taken away, so that no crossing starves
_BLOCKS = 64
_CHAINS = 2
_POINTS = 3  # temperatures of a round, within 0.4 standard deviations of the bond number
_STEP = 0.4

Array = npt.NDArray[np.float64]
Report = Callable[[str], None]


@dataclass(frozen=True)
class PlannedPoint:
    """A critical point and how the spin updates were spent.

    `draws` of each size, all temperatures and chains together; `curves` are the runs themselves.
    """

    point: CriticalPoint
    draws: dict[int, int]
    updates: int
    curves: tuple[SizeCurves, ...] = field(compare=False, repr=False, default=())


def plan_critical_point(
    coupling: Coupling,
    sizes: Sequence[int],
    updates: float | TimeBudget,
    dimension: int = 2,
    seed: int = 0,
    points: int = 5,
    workers: int = 1,
    report: Report | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    regime: Regime | None = None,
) -> PlannedPoint:
    """Critical point for a budget of spin updates, spent where it lowers the error of T_c most.

    A pilot round of 8 % in equal shares finds windows of temperature in which consecutive sizes cross. Each further
    round allots sweeps to size L in proportion to √(v_L / c_L), the optimum for errors v_L / n_L at costs c_L a sweep
    (Neyman 1934), with v_L the part of the variance of T_c that comes from size L. Rounds are independent chains at
    three temperatures next to the T_c found so far.

    Parameters
    ----------
    coupling, sizes, dimension, seed, points, workers, regime : as `find_critical_point`.
    updates : spins updated in all, L^d per sweep; 10⁹ take about half a minute on one core. A number of updates rather
        than of seconds makes the result the same on every machine and for any number of workers. What is left of a
        `TimeBudget` is turned into updates again after every round, by the time that the round took.
    report : called after each round with a line: its number, T_c so far, the draws of each size.
    checkpoint : a folder that keeps all histograms. Called again with the same arguments, the run goes on after the
        last size that was finished; with more updates it is prolonged by further rounds.

    Raises
    ------
    ConvergenceError : sizes do not cross; CheckpointError : a folder of another run, or damaged.
    """
    models = make_models(coupling, sizes, dimension)
    points = checks.positive_integer("points", points, minimum=2)
    folder = None
    if checkpoint is not None:
        folder = PlanFolder(checkpoint, _arguments(coupling, models, seed, points))
    run = _PlannedRun(models, seed, points, checks.positive_integer("workers", workers), folder, regime)
    run.begin(updates)
    while (number := run.next_round()) is not None:
        begun = run.elapsed
        if not run.underway(number):
            point, influence = _so_far(run.curves, regime)
            run.tell(number, point, report)
            temperature = run.centre if point is None else point.temperature.value
            run.plan(number, temperature, influence)
        run.spend(number, begun)
    point = analyse(run.curves, regime)
    run.tell(run.rounds, point, report)
    return PlannedPoint(point, dict(run.draws), run.spent, tuple(run.curves))


def _so_far(curves: Sequence[SizeCurves], regime: Regime | None) -> tuple[CriticalPoint | None, tuple[float, ...]]:
    """The critical point so far and its influences; none, and equal ones, while noise hides it."""
    try:
        return analyse_with_influence(curves, regime)
    except ConvergenceError:
        return None, (0.0,) * len(curves)


def _arguments(coupling: Coupling, models: Sequence[IsingModel], seed: int, points: int) -> dict[str, Any]:
    return {
        "coupling": repr(coupling), "sizes": [model.shape[0] for model in models],
        "dimension": models[0].dimension, "seed": seed, "points": points,
    }  # fmt: skip


@dataclass
class _PlannedRun:
    """The runs of all sizes so far, and how they go on."""

    models: Sequence[IsingModel]
    seed: int
    points: int
    workers: int
    folder: PlanFolder | None
    regime: Regime | None
    curves: list[SizeCurves] = field(default_factory=list)
    draws: dict[int, int] = field(default_factory=dict)
    grids: list[tuple[float, ...]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)  # rounds that each size has behind it
    planned: dict[str, Any] = field(default_factory=dict)
    updates: float = 0.0
    centre: float = 0.0
    account: Account | None = None

    @property
    def elapsed(self) -> float:
        """Seconds spent of a time budget."""
        return 0.0 if self.account is None else self.account.elapsed

    @property
    def spent(self) -> int:
        """Spin updates measured so far."""
        return sum(self.draws[model.shape[0]] * model.n_sites for model in self.models)

    @property
    def rounds(self) -> int:
        """Rounds that all sizes have behind them."""
        return min(self.done)

    def begin(self, updates: float | TimeBudget) -> None:
        """The pilot round, or what the folder holds of an earlier run."""
        self.draws = {model.shape[0]: 0 for model in self.models}
        notes = self.folder.notes if self.folder is not None else {}
        if self.folder is not None and "centre" in notes:
            self._resume(self.folder, updates, notes)
            return
        self.centre = locate_pair(self.models, self.seed, self.workers)
        self._open(updates, {})
        windows = Windows(self.models, self._pilot, self.points, self.seed, self.workers)
        self.curves = windows.gather(self.centre)
        self.centre = windows.centre
        self.grids, self.done = [()] * len(self.models), [1] * len(self.models)
        for k in range(len(self.models)):
            self._save(k)
        self._revalue()
        if self.folder is not None:
            self.folder.note(centre=self.centre, **self._budget_notes())

    def _resume(self, folder: PlanFolder, updates: float | TimeBudget, notes: dict[str, Any]) -> None:
        self.centre, self.planned = float(notes["centre"]), dict(notes.get("planned", {}))
        for model in self.models:
            found = folder.load(model)
            if found is None:
                raise CheckpointError(f"{folder.path} lacks the histograms of L = {model.shape[0]}; remove the folder")
            size, own = found
            self.curves.append(size)
            self.draws[size.L] = int(own["draws"])
            self.done.append(int(own["rounds"]))
            self.grids.append(tuple(own["grid"]))
        self._open(updates, notes)
        folder.note(**self._budget_notes())

    def _open(self, updates: float | TimeBudget, notes: dict[str, Any]) -> None:
        """Take the budget: spin updates, or a time, of which earlier calls may have spent a part."""
        if not isinstance(updates, TimeBudget):
            self.updates = checks.positive_number("updates", updates)
            return
        self.account = Account(updates, float(notes.get("elapsed") or 0.0), float(notes.get("rate") or 0.0))
        if not self.account.rate:
            self.account.rate = updates.speed(self.models, self.centre)
        self._revalue()

    def _revalue(self) -> None:
        """The budget in spin updates, by what is left of a time."""
        if self.account is not None:
            self.updates = max(1.0, self.spent + self.account.worth())

    def _budget_notes(self) -> dict[str, Any]:
        if self.account is None:
            return {"updates": self.updates}
        return {"updates": self.updates, "elapsed": self.account.elapsed, "rate": self.account.rate}

    def _pilot(self, k: int, grid: tuple[float, ...], attempt: int) -> SizeCurves:
        share = _PILOT_SHARE * self.updates / len(self.models)
        return self._sample(k, grid, share, ("pilot", attempt))

    def _sample(self, k: int, grid: tuple[float, ...], updates: float, purpose: tuple[str, int]) -> SizeCurves:
        """Runs of one size at a grid of temperatures for a number of spin updates."""
        model = self.models[k]
        draws = max(_LEAST_DRAWS, int(updates / (_CHAINS * len(grid) * model.n_sites)))
        seed = int(seed_sequence(self.seed, *purpose, model.shape[0]).generate_state(1)[0])
        data = sample(model, grid, draws, _CHAINS, seed, "swendsen-wang", workers=self.workers, energy=False)
        self.draws[model.shape[0]] += draws * _CHAINS * len(grid)
        return SizeCurves.from_dataset(model, data, _BLOCKS)

    def next_round(self) -> int | None:
        """The number of the next round, None when the budget is spent."""
        if max(self.done) > self.rounds:
            return self.rounds
        least = _LEAST_DRAWS * _CHAINS * _POINTS * self.models[0].n_sites
        return self.rounds if self.updates - self.spent > max(0.01 * self.updates, least) else None

    def underway(self, number: int) -> bool:
        """Whether this round was planned before and some sizes may have finished it."""
        return bool(self.planned) and int(self.planned["number"]) == number

    def plan(self, number: int, temperature: float, influence: Sequence[float]) -> None:
        """Shares of a round by size, from their `influence` on the variance of T_c; kept before anything is run."""
        costs = [model.n_sites for model in self.models]
        shares = allot(influence, [self.draws[model.shape[0]] for model in self.models], costs)
        left, portion = self.updates - self.spent, min(_ROUND_SHARE * self.updates, _ROUND_MOST)
        portion = left if left < 1.5 * portion else portion
        self.planned = {"number": number, "temperature": temperature, "updates": (portion * shares).tolist()}
        if self.folder is not None:
            self.folder.note(planned=self.planned)

    def spend(self, number: int, begun: float) -> None:
        """The runs of the planned round that are not there yet; `begun` is what was `elapsed` before it was planned."""
        before = self.spent
        for k, updates in enumerate(self.planned["updates"]):
            if self.done[k] > number:
                continue
            self.grids[k] = self._grid(k, float(self.planned["temperature"]))
            fresh = self._sample(k, self.grids[k], updates, ("round", number))
            self.curves[k] = SizeCurves.joined([self.curves[k], fresh])
            self.done[k] = number + 1
            self._save(k)
        if self.account is not None:
            self.account.round(self.spent - before, begun)
        self._revalue()
        if self.folder is not None:
            self.folder.note(**self._budget_notes())

    def tell(self, number: int, point: CriticalPoint | None, report: Report | None) -> None:
        """One line on how far the run is."""
        if report is None:
            return
        draws = ", ".join(f"L = {L}: {n}" for L, n in self.draws.items())
        time = "" if self.account is None else f", {self.elapsed:.0f} s of {self.account.budget.seconds:g} s"
        report(f"round {number}{time}: T_c = {'lost in noise' if point is None else point.temperature}; draws {draws}")

    def _grid(self, k: int, temperature: float) -> tuple[float, ...]:
        """Temperatures of a round: those of the last one unless T_c has moved by a third of their spacing."""
        size = self.curves[k]
        low, high = size.histograms.support
        centre = min(max(size.theta(temperature), low), high)
        step = _STEP / math.sqrt(float(size.histograms.full.bonds(centre)[1][0]))
        last = self.grids[k]
        if last and abs(size.theta(last[len(last) // 2]) - centre) < step / 3:
            return last
        return around(size.model, float(size.temperature(centre)), _POINTS, step)

    def _save(self, k: int) -> None:
        if self.folder is not None:
            size = self.curves[k]
            self.folder.save(size, {"rounds": self.done[k], "draws": self.draws[size.L], "grid": list(self.grids[k])})


def allot(variances: Sequence[float], draws: Sequence[int], costs: Sequence[int]) -> Array:
    """Shares of the next round's updates by size: √(v c) for variances v = (variance so far) × (draws so far)."""
    weight = np.sqrt(np.array(variances) * np.array(draws) * np.array(costs))
    share = weight / weight.sum() if weight.sum() > 0 else np.full(len(weight), 1 / len(weight))
    return np.asarray((1 - _MARGIN * len(share)) * share + _MARGIN)
