"""Tables that the long-range sweep draws from: Walker's alias table and the Poisson distribution of trials."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import poisson

from spinlens._jit import kernel

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]

_NEAR = 1023


@kernel
def _fill(probability: Floats, alias: Labels, small: Labels, large: Labels) -> None:
    """Walker's method as Vose (1991): pair each deficient cell with an excessive one."""
    n_small, n_large = 0, 0
    for cell in range(probability.size):
        if probability[cell] < 1.0:
            small[n_small] = cell
            n_small += 1
        else:
            large[n_large] = cell
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        low, high = small[n_small], large[n_large - 1]
        alias[low] = high
        probability[high] -= 1.0 - probability[low]
        if probability[high] < 1.0:
            n_large -= 1
            small[n_small] = high
            n_small += 1
    for n in range(n_small):
        probability[small[n]] = 1.0
    for n in range(n_large):
        probability[large[n]] = 1.0


def alias_table(weights: Floats) -> tuple[Floats, Labels]:
    """Walker's alias table of `weights` ≥ 0 (n,): cell k is kept with `probability[k]`, else `alias[k]` is drawn.

    >>> probability, alias = alias_table(np.array([1.0, 3.0]))
    >>> probability.tolist(), alias.tolist()
    ([0.5, 1.0], [1, 1])
    """
    probability = np.ascontiguousarray(weights, dtype=np.float64) * (weights.size / weights.sum())
    alias = np.arange(weights.size, dtype=np.int32)
    _fill(probability, alias, np.empty(weights.size, np.int32), np.empty(weights.size, np.int32))
    return probability, alias


def split_tables(
    table: Floats,
) -> tuple[tuple[Floats, Labels], Labels, tuple[Floats, Labels], Labels]:
    """A coupling table as a small alias table of its strongest entries and one of all others.

    Returns
    -------
    near : alias table of the strongest displacements and, last, of the sum of all others (≤ 1,024 entries, 12 KiB).
    offsets : (n_near, 3) displacement of each near entry.
    far : alias table of the others (one entry of weight 0 where there are none).
    sites : flat index of each far entry.
    """
    weights = table.ravel()
    order = np.argsort(-weights, kind="stable").astype(np.int32)
    strong = order[: min(_NEAR, int(np.count_nonzero(weights)))]
    others = order[len(strong) : int(np.count_nonzero(weights))]
    near = alias_table(np.append(weights[strong], weights[others].sum()))
    offsets = np.zeros((len(strong) + 1, 3), dtype=np.int32)
    offsets[:-1] = np.stack(np.unravel_index(strong, table.shape), axis=1)
    if len(others) == 0:
        return near, offsets, (np.ones(1), np.zeros(1, np.int32)), np.zeros(1, np.int32)
    return near, offsets, alias_table(weights[others]), others


def poisson_table(mean: float) -> tuple[Floats, int]:
    """P(n ≤ first + k), k = 0, 1, …, of a Poisson variable, over all n whose probability is not below 1e-18."""
    first = max(0, math.floor(mean - 10 * math.sqrt(mean) - 5))
    last = math.ceil(mean + 10 * math.sqrt(mean) + 30)
    return np.asarray(poisson.cdf(np.arange(first, last), mean)), first
