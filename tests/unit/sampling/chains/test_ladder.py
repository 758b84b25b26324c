"""Ladders of temperatures: their streams, their travellers, what they keep."""

from __future__ import annotations

import numpy as np
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.statistics.autocorrelation import mean_estimate


def test_draws_do_not_depend_on_workers_or_other_ladders():
    model = IsingModel((4, 4), PowerLaw(1.2))
    options = {"temperatures": (8.0, 5.0), "draws": 50, "seed": 4, "keep_spins": True, "warmup": 10, "exchange": True}
    one, four = (sample(model, chains=3, workers=n, **options) for n in (1, 4))
    xr.testing.assert_identical(one, four)
    alone = sample(model, chains=1, **options)
    np.testing.assert_array_equal(alone.spins[:, 0], one.spins[:, 0])
    np.testing.assert_allclose(model.energy(one.spins.values) / 16, one.energy, rtol=1e-12, atol=1e-14)


def test_replicas_travel_and_none_is_lost():
    model = IsingModel((4, 4), NearestNeighbour())
    data = sample(model, (1.8, 2.3, 3.0, 4.0, float("inf")), 2000, seed=1, warmup=50, exchange=True)
    assert set(map(tuple, np.sort(data.replica.values, axis=0).transpose(1, 2, 0).reshape(-1, 5))) == {(0, 1, 2, 3, 4)}
    assert bool((data.round_trips > 20).all())
    assert abs(mean_estimate(data.energy.sel(temperature=np.inf).values).deviation(0.0)) < 4


def test_averages_and_correlations_of_a_ladder_are_those_of_its_series():
    model = IsingModel((5, 4), PowerLaw(1.2))
    options = {"temperatures": (8.0, 5.0, 6.5), "draws": 512, "seed": 2, "warmup": 20, "exchange": True}
    series = sample(model, keep_spins=True, **options)
    binned = sample(model, series=False, correlations=True, **options)
    np.testing.assert_allclose(binned.m2.mean("bin"), series.m2.mean("draw"), rtol=1e-12)
    np.testing.assert_array_equal(binned.swap_acceptance, series.swap_acceptance)
    neighbours = (series.spins * series.spins.roll(x=1)).mean(("draw", "x", "y"))
    found = binned.correlation.mean("correlation_bin").isel(r_x=1, r_y=0)
    np.testing.assert_allclose(found, neighbours, atol=1e-12)
