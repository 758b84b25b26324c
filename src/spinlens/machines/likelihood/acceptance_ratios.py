"""ln Z along a ladder of machines by acceptance ratios between neighbours (Bennett 1976), and what its error holds."""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Array
from spinlens.statistics.acceptance_ratio import acceptance_ratio
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_error

BLOCKS = 20  # of ladders, for the error

Works = list[tuple[Array, Array]]
"""For each pair of neighbours ln(weight above / weight below) of states of the lower and the upper, (steps, n) each."""


def log_ratio(works: Works, from_above: bool) -> Estimate:
    """ln Z of the last machine less that of the first.

    Its error holds that over ladders, what still drifted between the two halves of the steps and, where every second
    ladder began `from_above`, half of what those and the others differ by.
    """
    found, half = _gain(works), min(len(forward) for forward, _ in works) // 2
    drift = max(0.0, _excess(_gain(_part(works, slice(half))), _gain(_part(works, slice(half, None)))))
    apart = 0.0
    if from_above:
        sides = (_gain([(a[:, side::2], b[:, side::2]) for a, b in works]) for side in (0, 1))
        apart = max(0.0, _excess(*sides)) / 2
    return Estimate(found.value, float(np.sqrt(found.error**2 + drift**2 + apart**2)))


def _part(works: Works, rows: slice) -> Works:
    return [(a[rows], b[rows]) for a, b in works]


def _excess(first: Estimate, second: Estimate) -> float:
    """How far two numbers are apart beyond two of their errors."""
    return abs(first.value - second.value) - 2 * float(np.hypot(first.error, second.error))


def _gain(works: Works) -> Estimate:
    """The sum of ln(Z_above / Z_below) over all pairs, with a jackknife error over blocks of ladders."""
    n = works[0][0].shape[1]
    blocks = np.array_split(np.arange(n), min(BLOCKS, n))
    without = [[(np.delete(a, block, axis=1), np.delete(b, block, axis=1)) for a, b in works] for block in blocks]
    gains = [sum(acceptance_ratio(a, b) for a, b in pairs) for pairs in without]
    return Estimate(float(sum(acceptance_ratio(a, b) for a, b in works)), float(jackknife_error(gains)))
