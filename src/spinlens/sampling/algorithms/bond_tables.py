"""Tables that the long-range sweep draws from: Walker's alias table and the Poisson distribution of trials."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy.special import pdtr

from spinlens.arrays import Array, Integers, Labels, Single
from spinlens.sampling.algorithms.streams import first_bits
from spinlens.sampling.kernels.alias import fill_alias_table

_NEAR = 1023


def alias_table(weights: Array) -> tuple[Array, Labels]:
    """Walker's alias table of `weights` ≥ 0 (n,): cell k is kept with `probability[k]`, else `alias[k]` is drawn.

    >>> probability, alias = alias_table(np.array([1.0, 3.0]))
    >>> probability.tolist(), alias.tolist()
    ([0.5, 1.0], [1, 1])
    """
    probability = np.ascontiguousarray(weights, dtype=np.float64) * (weights.size / weights.sum())
    alias = np.arange(weights.size, dtype=np.int32)
    fill_alias_table(probability, alias, np.empty(weights.size, np.int32), np.empty(weights.size, np.int32))
    return probability, alias


class LongRangeTables(NamedTuple):
    """Where the displacements of bond trials are drawn from, J(r) as two alias tables.

    near_probability, near_alias : the strongest displacements and, last, the sum of all others (≤ 1,024 entries).
    near_offset : (n_near, 3) displacement of each near entry.
    far_probability, far_alias : the others. Where J has the reflections of a hypercube the table covers 0 ≤ r ≤ L/2
        and signs are drawn: 2^−d of the memory. Thresholds are float32: the odds of an entry are right to 1e-7.
    far_sides : (3,) sides of the far table, those of the lattice where there is no such symmetry.
    """

    near_probability: Array
    near_alias: Labels
    near_offset: Labels
    far_probability: Single
    far_alias: Labels
    far_sides: Integers


def long_range_tables(table: Array) -> LongRangeTables:
    """The two alias tables of a coupling table (A, B, C) of J(r) ≥ 0.

    >>> tables = long_range_tables(np.array([[[0.0, 1.0, 0.5, 1.0]]]))
    >>> tables.near_offset[:, 2].tolist(), tables.far_probability.size
    ([1, 3, 2, 0], 1)
    """
    table = first_bits(table)
    weights, multiplicity = _orthant(table)
    flat = weights.ravel()
    strong = _strongest(flat, _NEAR // int(multiplicity.max()))
    offsets = _images(np.stack(np.unravel_index(strong, weights.shape), axis=1), weights.shape, table.shape)
    near = table[tuple(offsets.T)]
    rest = (weights * multiplicity).ravel()
    rest[strong] = 0.0
    total = rest.sum()
    probability, alias = alias_table(np.append(near, total))
    near_offset: Labels = np.append(offsets, [[0, 0, 0]], axis=0).astype(np.int32)
    if total == 0.0:
        ones, sides = np.ones(1, np.float32), np.ones(3, np.int64)
        return LongRangeTables(probability, alias, near_offset, ones, np.zeros(1, np.int32), sides)
    far_probability, far_alias = alias_table(rest)
    sides = np.array(weights.shape, dtype=np.int64)
    return LongRangeTables(probability, alias, near_offset, far_probability.astype(np.float32), far_alias, sides)


def _orthant(table: Array) -> tuple[Array, Array]:
    """J(r) for 0 ≤ r ≤ L/2 with the number of reflections of each r; the whole table where J lacks reflections."""
    for axis, side in enumerate(table.shape):
        upper = np.take(table, np.arange(1, (side + 1) // 2), axis=axis)
        lower = np.take(table, np.arange(side - 1, side // 2, -1), axis=axis)
        if not np.allclose(upper, lower, rtol=1e-12, atol=0):
            return table, np.ones((1, 1, 1))
    multiplicity = np.ones((1, 1, 1))
    for axis, side in enumerate(table.shape):
        images = np.full(side // 2 + 1, 2.0)
        images[0] = 1.0
        if side % 2 == 0:
            images[-1] = 1.0
        multiplicity = multiplicity * np.expand_dims(images, tuple(other for other in range(3) if other != axis))
    return table[tuple(slice(side // 2 + 1) for side in table.shape)], multiplicity


def _strongest(weights: Array, number: int) -> Integers:
    """Indices of the `number` largest weights > 0, strongest first, ties in order of the index."""
    number = min(number, int(np.count_nonzero(weights)))
    if number == 0:
        return np.empty(0, np.int64)
    bound = np.partition(weights, weights.size - number)[weights.size - number]
    candidates = np.flatnonzero(weights >= bound)
    return candidates[np.argsort(-weights[candidates], kind="stable")][:number]


def _images(offsets: Integers, orthant: tuple[int, ...], shape: tuple[int, ...]) -> Integers:
    """All distinct reflections of displacements (n, 3), modulo the sides, in the order given."""
    for axis, side in enumerate(shape):
        if orthant[axis] == side:
            continue
        mirrored = offsets.copy()
        mirrored[:, axis] = -mirrored[:, axis] % side
        both = np.stack([offsets, mirrored], axis=1).reshape(-1, 3)
        offsets = both[np.append(True, np.any(both[1:] != both[:-1], axis=1))]
    return offsets


def poisson_table(mean: float) -> tuple[Array, int]:
    """P(n ≤ first + k), k = 0, 1, …, of a Poisson variable, over all n whose probability is not below 1e-18."""
    first = max(0, math.floor(mean - 10 * math.sqrt(mean) - 5))
    last = math.ceil(mean + 10 * math.sqrt(mean) + 30)
    return np.asarray(pdtr(np.arange(first, last), mean)), first
