"""Bins and blocks against the plain series, for any way of cutting it into stretches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.sampling.chains.binning import Bins, Blocking, binned_tau
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.convergence import split_r_hat


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
    rng = np.random.default_rng(3)
    noise = rng.normal(size=1 << 17)
    series = np.empty(1 << 17)
    series[0] = noise[0]
    for t in range(1, len(series)):
        series[t] = correlation * series[t - 1] + np.sqrt(1 - correlation**2) * noise[t]
    exact = (1 + correlation) / (2 * (1 - correlation))
    error = integrated_time(series).error
    for length in (1, 128):
        tau = binned_tau(series.reshape(1, -1, length).mean(axis=2), length, float(series.var()))
        assert abs(tau - exact) < 4 * max(error, 0.05 * exact)


def test_split_r_hat_sees_chains_apart_and_chains_that_drift():
    draws = np.random.default_rng(0).normal(size=(2, 1000))
    halves = draws.reshape(4, 500)
    assert abs(split_r_hat(halves.mean(axis=1), 1.0, 500) - 1) < 0.01
    apart, drifting = np.add(draws, [[0.0], [1.0]]), draws + np.linspace(0, 2, 1000)
    for series in (apart, drifting):
        halves = series.reshape(4, 500)
        assert split_r_hat(halves.mean(axis=1), float(halves.var(axis=1).mean()), 500) > 1.1


def test_averages_are_those_of_the_series():
    model = IsingModel((8, 8), NearestNeighbour())
    series = sample(model, (2.0, 2.5), 5_000, seed=2)
    binned = sample(model, (2.0, 2.5), 5_000, seed=2, series=False)
    assert binned.sizes["bin"] == 625
    for name in ("energy", "magnetization", "m2", "m4", "bonds", "largest_cluster", "mode_x"):
        blocks = series[name].values[:, :, :5_000].reshape(2, 2, 625, 8).mean(axis=3)
        np.testing.assert_allclose(binned[name], blocks, rtol=1e-9, atol=1e-12)
    both = [data.sel(observable=series.observable.values) for data in (series, binned)]
    np.testing.assert_allclose(both[0]["average"], both[1]["average"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(both[0]["error"], both[1]["error"], rtol=0.15)
    np.testing.assert_allclose(both[0]["split_r_hat"], both[1]["split_r_hat"], rtol=0.01)
    product = (series.bonds * series.m4).mean(("chain", "draw"))
    np.testing.assert_allclose(binned["average"].sel(observable="bonds_m4"), product, rtol=1e-9)


def test_correlations_are_those_of_the_states():
    model = IsingModel((5, 4), NearestNeighbour())
    data = sample(model, 2.5, 64, chains=1, seed=2, keep_spins=True, correlations=True)
    spins = data.spins.values[0, 0].astype(float)
    assert data.correlation.dims == ("temperature", "chain", "correlation_bin", "r_x", "r_y")
    found = data.correlation.mean("correlation_bin").values[0, 0]
    for r in np.ndindex(5, 4):
        expected = (spins * np.roll(spins, r, axis=(1, 2))).mean()
        assert found[r] == pytest.approx(expected, abs=1e-12)
