"""Observables of single states that instruments are made of: e, m, G(r) along the axes, S(k) of long waves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens.arrays import Array
from spinlens.flows.correlators import axis_correlation

_LONGEST = 3  # wave numbers 1 … 3 along the axes, and the diagonal of the first


def distances(shape: tuple[int, ...]) -> npt.NDArray[np.int_]:
    """r = 1 … L/2 of the shortest side: all to 6, then 3/2 apart (8, 12, 16, 24, …), since far ones say the same."""
    reach = min(shape) // 2
    far = itertools.chain.from_iterable((8 << k, 12 << k) for k in range(24))
    chosen = [r for r in itertools.chain(range(1, 7), itertools.takewhile(lambda r: r <= reach, far)) if r <= reach]
    return np.array(sorted({*chosen, reach}))


def pair_correlation(states: npt.NDArray[Any]) -> Array:
    """G(r) of each state at `distances`: (n, *shape) → (n, R), averaged over sites and axes."""
    return axis_correlation(states)[:, distances(states.shape[1:])]


def waves(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Wave numbers along the axes: 1, 2, 3 as far as they lie below the edge of the zone."""
    return tuple(k for k in range(1, _LONGEST + 1) if 2 * k < min(shape))


def structure_factor(states: npt.NDArray[Any]) -> Array:
    """S(k) = |Σ_x s_x e^{−ik·x}|² / N of each state: (n, *shape) → (n, 1 + K).

    Columns: k = 0, then k = 2πj/L along the axes for j of `waves`, averaged over the axes, and in two or three
    dimensions the diagonal (2π/L, 2π/L), averaged over its orientations.
    """
    dimension = states.ndim - 1
    modes = scipy.fft.fftn(states.astype(np.float64), axes=tuple(range(1, states.ndim)))
    power = np.abs(modes) ** 2 / np.prod(states.shape[1:])

    def mean(places: list[tuple[int, ...]]) -> Array:
        return np.asarray(np.mean([power[(slice(None), *place)] for place in places], axis=0))

    zero = (0,) * dimension
    columns = [mean([zero])]
    for j in waves(states.shape[1:]):
        columns.append(mean([(*zero[:a], j, *zero[a + 1 :]) for a in range(dimension)]))
    if dimension > 1:
        pairs = itertools.combinations(range(dimension), 2)
        corners = [
            tuple(1 if axis == a else sign if axis == b else 0 for axis in range(dimension))
            for a, b in pairs
            for sign in (1, -1)
        ]
        columns.append(mean(corners))
    return np.column_stack(columns)
