"""A first look for T_c: a ladder of temperatures down from Σ J until U4 of two sizes has crossed, then closer looks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np

from spinlens.criticality.analysis.crossings import bracket
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError, CouplingError
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Step, Tell, silent
from spinlens.sampling.sampler import sample
from spinlens.seeding import computed_temperature

_LADDER_STEP = 0.92
_LADDER_END = 0.05
_PILOT_DRAWS = 2000
_ORDERED = 0.6655  # U4 of both sizes above this: far below any transition
_TEMPERATURES = 8  # of a closer look
_LOOKS = 4
_CLOSE = 2.0  # spacing of the last look, in steps of a window: the crossing is then well inside

Pilot = Callable[[IsingModel, Sequence[float]], SizeCurves]


@dataclass(frozen=True)
class FirstLook:
    """T_c to about a percent, and the deviation of the number of frozen bonds of the smaller size there, over √N."""

    temperature: float
    spread: float


class _Rung(NamedTuple):
    """U4 of the larger size minus that of the smaller at one temperature, with its error."""

    temperature: float
    difference: float
    error: float


def first_look(models: Sequence[IsingModel], seed: int = 0, workers: int = 1, tell: Tell = silent) -> FirstLook:
    """`locate` with the smallest size and the first that is twice as large."""
    return locate(*pair_of(models), seed, workers, tell)


def pair_of(models: Sequence[IsingModel]) -> tuple[IsingModel, IsingModel]:
    """The smallest size, and the first that is twice as large; the largest where none is."""
    small = models[0]
    return small, next((model for model in models if model.shape[0] >= 2 * small.shape[0]), models[-1])


def locate(small: IsingModel, large: IsingModel, seed: int = 0, workers: int = 1, tell: Tell = silent) -> FirstLook:
    """A first estimate of T_c from the U4 crossing of two small sizes.

    The mean-field temperature Σ_r J(r) bounds T_c from above, so the ladder starts there and goes down until U4 of the
    larger size lies above that of the smaller by three errors; where the two merge again deep in the ordered phase it
    has gone too far, and is repeated with four times the draws.

    Raises
    ------
    CouplingError
        Some J(r) < 0.
    ConvergenceError
        No crossing in range.
    """
    if min(float(small.coupling_table.min()), float(large.coupling_table.min())) < 0:
        raise CouplingError(
            "the critical point of a coupling with negative J(r) is not a ferromagnetic one: J ≥ 0 needed"
        )
    for draws in (_PILOT_DRAWS, 4 * _PILOT_DRAWS, 16 * _PILOT_DRAWS):
        pilot = partial(_pilot, draws=draws, seed=seed, workers=workers, tell=tell)
        if (found := _descended(small, large, pilot)) is not None:
            return _refined(small, large, *found, pilot)
    raise ConvergenceError(
        f"U4 of L = {small.shape[0]} and {large.shape[0]} do not cross between T = "
        f"{_LADDER_END * small.coupling_sum:.3g} and {small.coupling_sum:.5g}: there is no transition at T > 0 in "
        "range, or the sizes are too small"
    )


def _pilot(model: IsingModel, grid: Sequence[float], draws: int, seed: int, workers: int, tell: Tell) -> SizeCurves:
    where = f"{min(grid):.4g}" if len(grid) == 1 else f"{min(grid):.4g} to {max(grid):.4g}"
    tell(Step(f"looking for the transition: L = {model.shape[0]}, T = {where}", 0.0))
    data = sample(model, tuple(grid), draws, 2, seed, "swendsen-wang", workers=workers, energy=False)
    return SizeCurves.from_dataset(model, data)


def _descended(small: IsingModel, large: IsingModel, pilot: Pilot) -> tuple[float, float] | None:
    """The range of temperatures that holds the crossing; None where the ladder went past it."""
    rungs: list[_Rung] = []
    temperature = computed_temperature(small.coupling_sum)
    while temperature > _LADDER_END * small.coupling_sum:
        below, above = (pilot(model, (temperature,)).binder_with_error(temperature) for model in (small, large))
        rungs.append(_Rung(temperature, above[0] - below[0], math.hypot(above[1], below[1])))
        if (found := _crossed(rungs)) is not None:
            return found
        if min(below[0], above[0]) > _ORDERED:
            return None
        temperature = computed_temperature(temperature * _LADDER_STEP)
    return None


def _crossed(rungs: Sequence[_Rung]) -> tuple[float, float] | None:
    """The range in which the difference of U4 changes sign for good, with a rung to spare at either side."""
    last = rungs[-1]
    if not last.difference > 3 * last.error > 0:
        return None
    above = [rung.temperature for rung in rungs if rung.difference < 2 * rung.error]
    return last.temperature, (min(above) if above else last.temperature) / _LADDER_STEP


def _refined(small: IsingModel, large: IsingModel, low: float, high: float, pilot: Pilot) -> FirstLook:
    """The crossing, looked at ever closer until temperatures are about as close as in a window of the larger size."""
    centre = math.sqrt(low * high)
    for _ in range(_LOOKS):
        grid = np.array([computed_temperature(T) for T in np.linspace(low, high, _TEMPERATURES)])
        sizes = [pilot(model, grid.tolist()) for model in (small, large)]
        rows = np.array([[size.binder_with_error(T) for T in grid] for size in sizes])  # (2, T, [value, error])
        values, errors = rows[1, :, 0] - rows[0, :, 0], np.hypot(rows[0, :, 1], rows[1, :, 1])
        found = bracket(grid, values / np.maximum(errors, 1e-300))
        if found is None:
            break
        k = grid.tolist().index(found[0])
        centre = float(found[0] + values[k] / (values[k] - values[k + 1]) * (found[1] - found[0]))
        spread = sizes[1].bond_spread(sizes[1].theta(centre))
        if (sizes[1].theta(found[0]) - sizes[1].theta(found[1])) * spread < _CLOSE:
            break
        half = (found[1] - found[0]) / 2
        low, high = found[0] - half, found[1] + half
    return FirstLook(centre, sizes[0].bond_spread(sizes[0].theta(centre)) / math.sqrt(small.n_sites))
