"""Where the transition is: a ladder of temperatures down from Σ J, and windows that widen until sizes cross."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import xarray as xr

from spinlens.arrays import Array
from spinlens.criticality.analysis.crossings import bracket, difference
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError, CouplingError
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Report
from spinlens.sampling.sampler import sample

_LADDER_STEP = 0.92
_LADDER_END = 0.05
_PILOT_DRAWS = 2000
_WIDENINGS = 8

Progress = Report


def locate(small: IsingModel, large: IsingModel, seed: int = 0, workers: int = 1) -> float:
    """A first estimate of T_c (percent level) from the U4 crossing of two small sizes.

    The mean-field temperature Σ_r J(r) bounds T_c from above, so the ladder starts there and goes down until U4 of the
    larger size lies above that of the smaller by three errors; where the two merge again deep in the ordered phase it
    has gone too far, and is repeated with four times the draws.

    Raises
    ------
    CouplingError : some J(r) < 0.
    ConvergenceError : no crossing in range.
    """
    if min(float(small.coupling_table.min()), float(large.coupling_table.min())) < 0:
        raise CouplingError(
            "the critical point of a coupling with negative J(r) is not a ferromagnetic one: J ≥ 0 needed"
        )
    upper = small.coupling_sum
    for draws in (_PILOT_DRAWS, 4 * _PILOT_DRAWS, 16 * _PILOT_DRAWS):
        rungs: list[tuple[float, float, float]] = []
        temperature = upper
        while temperature > _LADDER_END * upper:
            sizes = [_pilot(model, (temperature,), draws, seed, workers) for model in (small, large)]
            values = [size.binder_with_error(temperature) for size in sizes]
            rungs.append((temperature, values[1][0] - values[0][0], math.hypot(values[0][1], values[1][1])))
            found = _crossed(rungs)
            if found is not None:
                return _refine(small, large, *found, seed, draws, workers)
            if min(values[0][0], values[1][0]) > _ORDERED:
                break
            temperature *= _LADDER_STEP
    raise ConvergenceError(
        f"U4 of L = {small.shape[0]} and {large.shape[0]} do not cross between T = {temperature:.3g} and "
        f"{upper:.5g}: there is no transition at T > 0 in range, or the sizes are too small"
    )


def locate_pair(models: Sequence[IsingModel], seed: int, workers: int) -> float:
    """`locate` with the smallest size and the first that is twice as large."""
    small = models[0]
    large = next((model for model in models if model.shape[0] >= 2 * small.shape[0]), models[-1])
    return locate(small, large, seed, workers)


_ORDERED = 0.6655  # U4 of both sizes above this: far below any transition


def _crossed(rungs: Sequence[tuple[float, float, float]]) -> tuple[float, float] | None:
    """The range in which the difference of U4 changes sign for good, with a rung to spare at either side."""
    temperature, value, error = rungs[-1]
    if not value > 3 * error > 0:
        return None
    above = [T for T, below, uncertain in rungs if below < 2 * uncertain]
    return temperature, (min(above) if above else temperature) / _LADDER_STEP


def _pilot(model: IsingModel, grid: Sequence[float], draws: int, seed: int, workers: int) -> SizeCurves:
    data = sample(model, tuple(grid), draws, 2, seed, "swendsen-wang", workers=workers, energy=False)
    return SizeCurves.from_dataset(model, data)


def _refine(
    small: IsingModel, large: IsingModel, low: float, high: float, seed: int, draws: int, workers: int
) -> float:
    grid = tuple(np.linspace(low, high, 8).tolist())
    pilots = [_pilot(model, grid, draws, seed, workers) for model in (small, large)]
    rows = np.array([[size.binder_with_error(T) for T in grid] for size in pilots])
    values, errors = rows[1, :, 0] - rows[0, :, 0], np.hypot(rows[0, :, 1], rows[1, :, 1])
    found = bracket(np.array(grid), values / np.maximum(errors, 1e-300))
    if found is None:
        return math.sqrt(low * high)
    k = grid.index(found[0])
    share = values[k] / (values[k] - values[k + 1])
    return float(found[0] + share * (found[1] - found[0]))


def scan_temperatures(
    model: IsingModel, centre: float, points: int, seed: int = 0, workers: int = 1, spacing: float = 1.0
) -> tuple[float, ...]:
    """`points` temperatures around `centre`, spaced so that the histograms of neighbours overlap.

    Steps in θ = ln v are `spacing` over the standard deviation of the number of frozen bonds, from a short pilot run.
    """
    pilot = sample(model, centre, 400, 2, seed, "swendsen-wang", workers=workers, energy=False)
    return around(model, centre, points, spacing / float(pilot["bonds"].std()))


def around(model: IsingModel, centre: float, points: int, step: float) -> tuple[float, ...]:
    """`points` temperatures at equal steps in θ = ln v around `centre`, increasing."""
    offsets = step * (np.arange(points) - (points - 1) / 2)
    fugacity = model.coupling.fugacity
    return tuple(fugacity.temperature(fugacity.log(centre) - offsets).tolist())


def scan(
    model: IsingModel,
    centre: float,
    draws: int,
    chains: int = 2,
    points: int = 5,
    seed: int = 0,
    workers: int = 1,
    progress: Progress | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
) -> xr.Dataset:
    """Cluster runs of one size around `centre`, ready for reweighting; see `scan_temperatures`.

    `checkpoint` is a folder from which the runs go on when called again, and are prolonged with more draws.
    """
    grid = scan_temperatures(model, centre, points, seed, workers)
    return sample(
        model,
        grid,
        draws,
        chains,
        seed,
        "swendsen-wang",
        workers=workers,
        energy=False,
        progress=progress,
        checkpoint=checkpoint,
    )


class Run(Protocol):
    """Samples size number k at some temperatures; `attempt` tells repeated calls apart."""

    def __call__(self, k: int, grid: tuple[float, ...], attempt: int) -> SizeCurves:
        """The runs."""
        ...


@dataclass
class Windows:
    """Runs of all sizes, in windows of temperature in which consecutive sizes cross.

    Attributes
    ----------
    run : how to sample.
    step : θ step of each size's grid.
    points : temperatures of a grid.
    """

    models: Sequence[IsingModel]
    run: Run
    points: int
    seed: int
    workers: int
    curves: list[SizeCurves] = field(default_factory=list)
    steps: list[float] = field(default_factory=list)
    attempts: int = 0
    centre: float = 0.0

    def gather(self, centre: float) -> list[SizeCurves]:
        """Sizes in ascending order, each around the crossing of the two before, widened until it crosses too.

        Raises
        ------
        ConvergenceError : a pair of sizes does not cross however far the window is moved.
        """
        for k, model in enumerate(self.models):
            self.steps.append(self._step(k, model, centre))
            self.curves.append(self._sampled(k, centre))
            if k > 0:
                centre = self._crossing(k, centre)
        self.centre = centre
        return self.curves

    def _step(self, k: int, model: IsingModel, centre: float) -> float:
        """One standard deviation of the number of bonds in θ: from a short run for the smallest size, and then ∝ N^−½.

        What is not ∝ √N in it, a logarithm or L^{y_t − d/2}, moves steps by a tenth.
        """
        if k == 0:
            pilot = sample(model, centre, 400, 2, self.seed, "swendsen-wang", workers=self.workers, energy=False)
            return 1 / float(pilot["bonds"].std())
        before = self.curves[k - 1]
        low, high = before.histograms.support
        spread = float(before.histograms.full.bonds(min(max(before.theta(centre), low), high))[1][0])
        return math.sqrt(before.model.n_sites / (spread * model.n_sites))

    def _sampled(self, k: int, centre: float) -> SizeCurves:
        self.attempts += 1
        return self.run(k, around(self.models[k], centre, self.points, self.steps[k]), self.attempts)

    def _crossing(self, k: int, centre: float) -> float:
        """The crossing of sizes k − 1 and k; windows move towards it until it is inside."""
        for _ in range(_WIDENINGS):
            small, large = self.curves[k - 1 : k + 1]
            temperatures, values, errors = difference(small, large)
            found = bracket(temperatures, values / np.maximum(errors, 1e-300))
            if found is not None and not _at_edge(found, temperatures):
                return math.sqrt(found[0] * found[1])
            if (np.abs(values) < 2 * errors).all():
                return found[0] if found is not None else centre
            above = float((values / errors).sum()) > 0 if found is None else found[0] > temperatures.mean()
            self._widen(k, temperatures[-1] if above else temperatures[0], above)
        if found is not None:
            return math.sqrt(found[0] * found[1])
        raise ConvergenceError(
            f"U4 of L = {small.L} and {large.L} do not cross between T = {temperatures[0]:.6g} and "
            f"{temperatures[-1]:.6g}, though the windows were moved {_WIDENINGS} times: use more draws or other sizes"
        )

    def _widen(self, k: int, edge: float, above: bool) -> None:
        """Run both sizes beyond an edge of their common window, where they do not reach there yet."""
        for j in (k - 1, k):
            size = self.curves[j]
            reach = (self.points - 1) * self.steps[k] * (1 if above else -1)
            goal = float(size.temperature(size.theta(edge) - reach))
            if (goal > max(size.temperatures)) if above else (goal < min(size.temperatures)):
                half = (self.points - 1) / 2 * self.steps[j] * (1 if above else -1)
                own = max(size.temperatures) if above else min(size.temperatures)
                centre = float(size.temperature(size.theta(own) - half))
                self.curves[j] = SizeCurves.joined([size, self._sampled(j, centre)])


def _at_edge(found: tuple[float, float], temperatures: Array) -> bool:
    """Whether a crossing lies so close to an end of the window that noise may have made it."""
    return bool(found[0] <= temperatures[1] or found[1] >= temperatures[-2])
