"""Averages and correlations that a run keeps, against its series and states."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample


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
