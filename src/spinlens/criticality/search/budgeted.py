"""Where to spend computing time: sweeps over sizes so that the error of T_c is smallest for the spin updates spent."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from spinlens import checks
from spinlens.criticality.analysis.analysis import analyse, analyse_with_influence
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.bracketing import Progress
from spinlens.criticality.search.budget import TimeBudget
from spinlens.criticality.search.plan_folder import PlanFolder
from spinlens.criticality.search.planned_run import PlannedRun
from spinlens.criticality.search.sizes import make_models
from spinlens.criticality.search.status import Standing
from spinlens.criticality.universality import Regime
from spinlens.errors import ConvergenceError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel


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
    report: Callable[[Standing], None] | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    regime: Regime | None = None,
    progress: Progress | None = None,
) -> PlannedPoint:
    """Critical point for a budget of spin updates, spent where it lowers the error of T_c most.

    A pilot round of 8 % in equal shares finds windows of temperature in which consecutive sizes cross. Each further
    round brings the sweeps of size L closer to √(v_L / c_L), the optimum for errors v_L / n_L at costs c_L a sweep
    (Neyman 1934), with v_L / n_L the part of the variance of T_c that comes from size L. Rounds are independent chains
    at three temperatures next to the T_c found so far.

    Parameters
    ----------
    coupling, sizes, dimension, seed, points, workers, regime, progress : as `find_critical_point`.
    updates : spins updated in all, L^d per sweep; 10⁹ take about half a minute on one core. A number of updates rather
        than of seconds makes the result the same on every machine and for any number of workers. What is left of a
        `TimeBudget` is turned into updates again after every round, by the time that the round took.
    report : called after each round with how far the search is; its text has the round, T_c so far, draws of each size.
    checkpoint : a folder that keeps all histograms. Called again with the same arguments, the run goes on after the
        last size that was finished; with more updates it is prolonged by further rounds.

    Raises
    ------
    ConvergenceError : sizes do not cross; CheckpointError : a folder of another run, or damaged.
    """
    models = make_models(coupling, sizes, dimension)
    seed = checks.seed(seed)
    points, workers = checks.positive_integer("points", points, minimum=2), checks.positive_integer("workers", workers)
    folder = None if checkpoint is None else PlanFolder(checkpoint, _arguments(coupling, models, seed, points))
    run = PlannedRun(models, seed, points, workers, folder, progress)
    run.begin(updates)
    while (number := run.next_round()) is not None:
        begun = run.elapsed
        if not run.underway(number):
            point, influence = _so_far(run.curves, regime)
            run.analysed(begun)
            _tell(run, number, point, report)
            if not run.plan(number, run.centre if point is None else point.temperature.value, influence):
                break
        run.spend(number, begun)
    point = analyse(run.curves, regime)
    _tell(run, run.rounds, point, report)
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


def _tell(run: PlannedRun, number: int, point: CriticalPoint | None, report: Callable[[Standing], None] | None) -> None:
    """How far the run is."""
    if report is None:
        return
    temperature, seconds = None if point is None else point.temperature, run.seconds
    draws = ", ".join(f"L = {L}: {n}" for L, n in run.draws.items())
    time = "" if seconds is None else f", {run.elapsed:.0f} s of {seconds:g} s"
    text = f"round {number}{time}: T_c = {temperature or 'lost in noise'}; draws {draws}"
    if seconds is None:
        report(Standing(text, temperature, min(1.0, run.spent / run.updates)))
    else:
        report(Standing(text, temperature, min(1.0, run.elapsed / seconds), left=max(0.0, seconds - run.elapsed)))
