"""Bins and blocks against the plain series, for any way of cutting it into stretches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens.sampling.chains.binning import Bins, Blocking, binned_tau
from spinlens.statistics.autocorrelation import integrated_time
from truths import autoregressive


def stretches(values, cuts):
    """`values` (k, n) cut into pieces of the given lengths, again and again."""
    first, number = 0, 0
    while first < values.shape[1]:
        length = cuts[number % len(cuts)]
        yield values[:, first : first + length]
        first, number = first + length, number + 1


CUTS = st.lists(st.integers(1, 70), min_size=1, max_size=5)


@given(n=st.integers(1, 900), cuts=CUTS, seed=st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_bins_are_means_of_equal_stretches(n, cuts, seed):
    values = np.random.default_rng(seed).normal(size=(2, n))
    bins = Bins(2, capacity=16)
    for part in stretches(values, cuts):
        bins.add(part)
    assert bins.draws == n
    assert bins.length & (bins.length - 1) == 0
    assert bins.length == 1 or 8 <= bins.filled < 16
    whole = bins.filled * bins.length
    expected = values[:, :whole].reshape(2, bins.filled, bins.length).mean(axis=2)
    np.testing.assert_allclose(bins.values, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(bins.total(), values.mean(axis=1), rtol=1e-12, atol=1e-14)


@given(n=st.integers(2, 500), cuts=CUTS, seed=st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_blocks_have_the_variances_of_the_cut_series(n, cuts, seed):
    values = 1e3 + np.random.default_rng(seed).normal(size=(2, n))
    blocking = Blocking.empty(2)
    for part in stretches(values, cuts):
        blocking.add(part)
    for level in range(int(np.log2(n))):
        count = n >> level
        blocks = values[:, : count << level].reshape(2, count, 1 << level).mean(axis=2)
        assert blocking.count[level] == count
        np.testing.assert_allclose(blocking.variances()[:, level], blocks.var(axis=1, ddof=1), rtol=1e-8)


def test_memory_does_not_grow_with_the_run():
    bins, blocking = Bins(3), Blocking.empty(3)
    sizes = []
    for _ in range(3):
        for _ in range(40):
            part = np.random.default_rng(1).normal(size=(3, 50_000))
            bins.add(part)
            blocking.add(part)
        arrays = [*bins.arrays().values(), *blocking.arrays().values()]
        sizes.append(sum(array.nbytes for array in arrays))
    assert max(sizes) < 60_000
    assert bins.draws == 6_000_000


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.9])
def test_tau_of_bins_is_that_of_the_series(correlation):
    """τ_int = (1 + a)/(2 (1 − a)) of an autoregressive series; 3 comparisons, with bins shorter and longer than τ."""
    series = autoregressive(correlation, (1 << 17,), 3)
    exact = (1 + correlation) / (2 * (1 - correlation))
    error = integrated_time(series).error
    for length in (1, 128):
        tau = binned_tau(series.reshape(1, -1, length).mean(axis=2), length, float(series.var()))
        assert abs(tau - exact) < 4 * max(error, 0.05 * exact)
