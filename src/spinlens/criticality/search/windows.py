"""Where each size is run: around the crossing of the two sizes before it, in a window that moves until it crosses."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import xarray as xr

from spinlens.criticality.analysis.crossings import bracket, difference
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.bracketing import FirstLook
from spinlens.errors import ConvergenceError
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Tell, silent
from spinlens.sampling.sampler import sample
from spinlens.seeding import computed_temperature, purpose_seed

_FIRST = 1000  # draws of each chain that place windows: with more draws chains are prolonged where they are
_WINDOWS = 8
_NOISE = 4.0  # standard deviations: the largest of some tens of differences, of which neighbours are alike
_Taken = TypeVar("_Taken")

WindowRun = Callable[[IsingModel, tuple[float, ...], int], xr.Dataset]
"""Samples a model at some temperatures; the number tells the windows of a size apart."""


def window_runs(
    draws: int,
    chains: int,
    seed: int,
    workers: int = 1,
    tell: Tell = silent,
    checkpoint: str | os.PathLike[str] | None = None,
    wrapping: bool = False,
) -> WindowRun:
    """Runs of cluster moves that are reweighted later; each is kept in a part of `checkpoint`, where it goes on."""

    def run(model: IsingModel, grid: tuple[float, ...], number: int) -> xr.Dataset:
        L = model.shape[0]
        kept = None if checkpoint is None else Path(checkpoint) / f"run-{number:03d}-L{L:05d}"
        stream = purpose_seed(seed, "scan", number, L, bits=32)
        return sample(
            model, grid, draws, chains, stream, "swendsen-wang", workers=workers, energy=False, progress=tell,
            checkpoint=kept, wrapping=wrapping,
        )  # fmt: skip

    return run


@dataclass(frozen=True)
class Prospect:
    """What is known of T_c when a size is to be run.

    Attributes
    ----------
    temperature : of the crossing found last, where the next size is run.
    spread : standard deviation of the number of frozen bonds there over √N, which is about the same for all sizes.
    before : the first draws of the size before, None for the smallest.
    """

    temperature: float
    spread: float
    before: SizeCurves | None = None

    @classmethod
    def first(cls, look: FirstLook) -> Prospect:
        """Before the smallest size."""
        return cls(look.temperature, look.spread)

    @classmethod
    def after(cls, size: SizeCurves, temperature: float) -> Prospect:
        """After the first draws of a size, with the crossing that they gave."""
        return cls(temperature, size.bond_spread(size.theta(temperature)) / math.sqrt(size.model.n_sites), size)


def scan_all(
    models: Sequence[IsingModel],
    prospect: Prospect,
    points: int,
    run: Callable[[IsingModel], WindowRun],
    take: Callable[[IsingModel, xr.Dataset], _Taken],
) -> tuple[list[_Taken], float]:
    """Scans of all sizes, what is made of each, and the crossing of the largest two."""
    found = []
    for model in models:
        data, prospect = scan(model, prospect, points, run(model))
        found.append(take(model, data))
        del data  # only one size is in memory at a time
    return found, prospect.temperature


def scan(model: IsingModel, prospect: Prospect, points: int, run: WindowRun) -> tuple[xr.Dataset, Prospect]:
    """The runs of one size (temperature, chain, draw), and the prospect of the next.

    Its window is `points` temperatures about the prospect at distances of one standard deviation of the number of
    bonds, so that histograms of neighbours overlap. While U4 does not cross that of the size before well inside, it is
    extended by another window on the side of the crossing.

    Raises
    ------
    ConvergenceError
        The two sizes do not cross where the smaller one was run, and not for want of draws.
    """
    step = 1 / (prospect.spread * math.sqrt(model.n_sites))
    data = run(model, around(model, prospect.temperature, points, step), 1)
    if prospect.before is None:
        return data, Prospect.after(first_draws(model, data), prospect.temperature)
    number = 1
    while True:
        size = first_draws(model, data)
        crossing, further = _look(prospect.before, size, prospect.temperature)
        if not further or number == _WINDOWS or not _reaches(prospect.before, size, further):
            break
        number += 1
        data = _joined(data, run(model, _beyond(size, further, points, step), number))
    if crossing is None and _may_cross(prospect.before, size):
        crossing = prospect.temperature
    if crossing is None:
        low, high = min(size.temperatures), max(size.temperatures)
        raise ConvergenceError(
            f"U4 of L = {prospect.before.L} and {size.L} do not cross between T = {low:.6g} and {high:.6g}, though "
            f"L = {size.L} was run in {number} windows: use more draws or other sizes"
        )
    return data, Prospect.after(size, crossing)


def around(model: IsingModel, centre: float, points: int, step: float) -> tuple[float, ...]:
    """`points` temperatures at equal steps in θ = ln v around `centre`, increasing."""
    fugacity = model.coupling.fugacity
    offsets = step * (np.arange(points) - (points - 1) / 2)
    return tuple(map(computed_temperature, fugacity.temperature(fugacity.log(centre) - offsets).tolist()))


def first_draws(model: IsingModel, data: xr.Dataset) -> SizeCurves:
    """The draws of a scan that place windows."""
    return SizeCurves.from_dataset(model, data.isel(draw=slice(_FIRST)))


def _look(small: SizeCurves, large: SizeCurves, otherwise: float) -> tuple[float | None, int]:
    """Where U4 of two sizes crosses, and on which side to look further: 1 hotter, −1 colder, 0 where it is settled.

    Where noise hides all differences nothing can be learned from moving, and the crossing is taken to be `otherwise`.
    """
    temperatures, values, errors = difference(small, large)
    found = bracket(temperatures, values / np.maximum(errors, 1e-300))
    crossing = None if found is None else math.sqrt(found[0] * found[1])
    if found is not None and temperatures[1] < found[0] and found[1] < temperatures[-2]:
        return crossing, 0
    if (np.abs(values) < 2 * errors).all():
        return crossing or otherwise, 0
    if found is not None:  # at an end of the window, where noise may have made it
        return crossing, 1 if found[0] > temperatures.mean() else -1
    return None, 1 if float((values / errors).sum()) > 0 else -1


def _may_cross(small: SizeCurves, large: SizeCurves) -> bool:
    """Whether U4 of two sizes differs nowhere by so much that it could not be noise, as with few draws."""
    _, values, errors = difference(small, large)
    return bool((np.abs(values) < _NOISE * errors).all())


def _reaches(small: SizeCurves, large: SizeCurves, side: int) -> bool:
    """Whether the smaller size was run further out than the larger one on a side."""
    return side * (_end(small, side) - _end(large, side)) > 0


def _end(size: SizeCurves, side: int) -> float:
    return max(size.temperatures) if side > 0 else min(size.temperatures)


def _beyond(size: SizeCurves, side: int, points: int, step: float) -> tuple[float, ...]:
    """The window next to the runs of a size."""
    centre = size.theta(_end(size, side)) - side * step * (points + 1) / 2
    return around(size.model, float(size.temperature(centre)), points, step)


def _joined(data: xr.Dataset, more: xr.Dataset) -> xr.Dataset:
    return xr.concat(
        [data, more], "temperature", data_vars="minimal", coords="minimal", compat="override", join="override",
        combine_attrs="override",
    )  # fmt: skip
