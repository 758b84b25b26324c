"""Clusters that wind around the torus, counted as the other program counts them.

Its R_2 is the share of graphs whose clusters *together* wind in two directions; `wraps_both` of `sample` (Newman and
Ziff) asks for one cluster that does. In the plane two clusters cannot wind in different directions without meeting;
with bonds of any length they can. Bonds lead the shortest way; across half the torus, where there are two, to +L/2
from the end from which the other axis leads upwards, as they do there.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from spinlens import IsingModel

Sites = npt.NDArray[np.int64]


def ranks(lattice: IsingModel, beta: float, states: npt.NDArray[np.int8], seed: int) -> Sites:
    """(2, n) for states (n, L, L): in how many directions one cluster of a graph winds at most, and all of them do.

    Graphs are drawn anew for each state, by Poisson trials of all pairs of sites, and followed bond by bond.
    """
    L, rng = lattice.shape[0], np.random.default_rng(seed)
    steps = np.array([(a, b) for a in range(L) for b in range(L) if a or b])
    J = lattice.coupling_table[steps[:, 0], steps[:, 1]]  # each pair is met from both ends: β J trials from each
    cumulative = np.cumsum(J)
    cumulative /= cumulative[-1]
    return np.asarray(_ranks(np.ascontiguousarray(states), steps, cumulative, beta * J.sum() * L**2, rng))


@numba.njit  # type: ignore[untyped-decorator]
def _ranks(states: Any, steps: Any, cumulative: Any, trials: float, rng: Any) -> Any:
    L = states.shape[1]
    found = np.zeros((2, len(states)), np.int64)
    up, first = np.empty(L * L, np.int64), np.empty((1, 2), np.int64)
    offset, closed = np.empty((L * L, 2), np.int64), np.empty((L * L, 2), np.int64)
    for number in range(len(states)):
        up[:], offset[:], closed[:] = np.arange(L * L), 0, 0
        first[:], one, together = 0, 0, 0
        for _ in range(rng.poisson(trials)):
            a, b = int(L * rng.random()), int(L * rng.random())
            e, f = steps[np.searchsorted(cumulative, rng.random(), side="right")]
            c, d = (a + e) % L, (b + f) % L
            if states[number, a, b] != states[number, c, d]:
                continue
            i, x_i, y_i = _climb(up, offset, a * L + b)
            j, x_j, y_j = _climb(up, offset, c * L + d)
            x = x_i + _around(a, c, e, f, L) - x_j
            y = y_i + _around(b, d, f, e, L) - y_j
            if i != j:
                up[j], offset[j, 0], offset[j, 1] = i, x, y
                x, y = closed[j, 0], closed[j, 1]
            if x != 0 or y != 0:
                one, together = max(one, _rank(closed, i, x, y)), max(together, _rank(first, 0, x, y))
        found[0, number], found[1, number] = one, together
    return found


@numba.njit  # type: ignore[untyped-decorator]
def _rank(known: Any, i: int, x: int, y: int) -> int:
    """In how many directions row i of known windings (0, 0 without) and (x, y) lead; makes the latter known."""
    if known[i, 0] == 0 and known[i, 1] == 0:
        known[i, 0], known[i, 1] = x, y
    return 2 if known[i, 0] * y != known[i, 1] * x else 1


@numba.njit  # type: ignore[untyped-decorator]
def _climb(up: Any, offset: Any, site: int) -> tuple[int, int, int]:
    """Root of a site and how often the way from there leads around both axes, halving the way."""
    x, y = 0, 0
    while up[site] != site:
        above = up[site]
        if up[above] != above:
            offset[site, 0] += offset[above, 0]
            offset[site, 1] += offset[above, 1]
            up[site] = up[above]
        x, y = x + offset[site, 0], y + offset[site, 1]
        site = up[site]
    return site, x, y


@numba.njit  # type: ignore[untyped-decorator]
def _around(here: int, there: int, step: int, other: int, L: int) -> int:
    """How often, −1, 0 or 1 times, a bond leads around an axis; it goes `step` along it and `other` along the other."""
    if 2 * step == L and other == 0:
        return 0
    if 2 * step < L or (2 * step == L and 2 * other <= L):
        return 1 if there < here else 0
    return -1 if there > here else 0
