"""Crossings of consecutive sizes at temperatures that were given: a parabola through the nearest of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spinlens.arrays import Array
from spinlens.criticality.analysis.crossings import Crossing, Family, Ratio, bracket
from spinlens.criticality.own_data.points import Points
from spinlens.statistics.estimate import Estimate

_NEAREST = 4  # temperatures of each size that the parabola goes through
_COPIES = 400  # of the values, with their noise: the spread of what follows from them is its error
_STEPS = 4  # of Newton's method


@dataclass(frozen=True)
class _Size:
    """The measurements of one size nearest to a crossing: of ratio and ln⟨m²⟩, and noisy copies (copies, rows, 2)."""

    L: int
    log_temperature: Array
    copies: Array

    def at(self, log_temperature: Array) -> tuple[Array, Array]:
        """Values and slopes in ln T of parabolas (or lines through two) for each copy, both (copies, 2)."""
        middle = self.log_temperature.mean()
        powers = np.vander(self.log_temperature - middle, min(3, len(self.log_temperature)), increasing=True)
        parameters = np.einsum("pr,crq->cpq", np.linalg.pinv(powers), self.copies)
        t, orders = (log_temperature - middle)[:, None, None], np.arange(powers.shape[1])
        slopes = orders[1:, None] * t ** (orders[1:, None] - 1)
        return (t ** orders[:, None] * parameters).sum(axis=1), (slopes * parameters[:, 1:]).sum(axis=1)


def crossing_families(points: Points, dimension: int) -> tuple[Family, ...]:
    """Crossings of U4 and ξ/L of consecutive sizes, of the pairs that cross where both were measured."""
    sizes = sorted({int(L) for L in points.sizes})
    ratios: list[Ratio] = [ratio for ratio in ("binder", "xi") if ratio in points.names]
    return tuple(
        Family(
            ratio,
            tuple(found for pair in itertools.pairwise(sizes) if (found := _crossing(points, ratio, pair, dimension))),
        )
        for ratio in ratios
    )


def _crossing(points: Points, ratio: Ratio, sizes: tuple[int, int], dimension: int) -> Crossing | None:
    found = _bracket(points, ratio, sizes)
    if found is None:
        return None
    small, large = (_nearest(points, ratio, L, math.sqrt(found[0] * found[1])) for L in sizes)
    theta = np.full(_COPIES + 1, 0.5 * math.log(found[0] * found[1]))
    low, high = math.log(found[0]), math.log(found[1])
    room = high - low
    for _ in range(_STEPS):
        (below, below_slope), (above, above_slope) = small.at(theta), large.at(theta)
        change = (above - below)[:, 0] / (above_slope - below_slope)[:, 0]
        theta = np.clip(theta - change, low - room, high + room)
    (below, below_slope), (above, above_slope) = small.at(theta), large.at(theta)
    scale = math.log(sizes[1] / sizes[0])
    quotient = above_slope[:, 0] / below_slope[:, 0]
    y_t = np.log(np.where(quotient > 0, quotient, np.nan)) / scale
    delta_spin = -(above - below)[:, 1] / (2 * scale) if "log_m2" in points.names else np.full(len(theta), np.nan)
    rows = (np.exp(theta), below[:, 0], delta_spin, dimension - y_t)
    return Crossing(sizes, *(_estimate(values) for values in rows))


def _estimate(values: Array) -> Estimate:
    """The first value; its error is half the width of 68 % of the others, of which some go astray."""
    known = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or len(known) < _COPIES // 2:
        return Estimate(math.nan, math.nan)
    return Estimate(float(values[0]), float(np.subtract(*np.quantile(known, [0.8413, 0.1587]))) / 2)


def _bracket(points: Points, ratio: Ratio, sizes: Sequence[int]) -> tuple[float, float] | None:
    """Neighbouring temperatures between which the larger size falls below the smaller one, by linear interpolation."""
    own = [points.sizes == L for L in sizes]
    grids = [points.temperature[rows] for rows in own]
    low, high = max(grid.min() for grid in grids), min(grid.max() for grid in grids)
    both = np.unique(np.concatenate(grids))
    both = both[(low <= both) & (both <= high)]
    if len(both) < 2:
        return None
    values = points.column(ratio)[0]
    small, large = (np.interp(both, grid, values[rows]) for grid, rows in zip(grids, own, strict=True))
    return bracket(both, large - small)


def _nearest(points: Points, ratio: Ratio, L: int, temperature: float) -> _Size:
    """The rows of a size nearest to a temperature, the measured ones and then copies with their noise."""
    own = np.flatnonzero(points.sizes == L)
    rows = own[np.argsort(np.abs(points.temperature[own] - temperature), kind="stable")[:_NEAREST]]
    used = [points.names.index(ratio), points.names.index("log_m2") if "log_m2" in points.names else 0]
    roots = np.linalg.cholesky(points.propagated[rows])  # (rows, k, k)
    noise = np.random.default_rng(L).standard_normal((_COPIES, *roots.shape[:2]))
    moved = points.values[rows] + np.einsum("rkl,crl->crk", roots, noise)
    copies = np.concatenate([points.values[rows][None], moved])[:, :, used]
    return _Size(L, np.log(points.temperature[rows]), copies)
