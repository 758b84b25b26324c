"""Walker's alias tables: any distribution over n cells, drawn at the cost of one look at a table."""

from __future__ import annotations

from spinlens.arrays import Array, Labels
from spinlens.sampling.kernels.compiled import kernel


@kernel
def fill_alias_table(probability: Array, alias: Labels, small: Labels, large: Labels) -> None:
    """Walker's method as Vose (1991): pair each deficient cell with an excessive one.

    `probability` (n,), weights of mean 1, and `alias` (n,), 0 … n − 1, become the table; `small` and `large` (n,) are
    scratch.
    """
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
    for n in range(n_small):  # what rounding has left over
        probability[small[n]] = 1.0
    for n in range(n_large):
        probability[large[n]] = 1.0
