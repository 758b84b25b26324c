"""Replica exchange: exact averages at every temperature, swaps that help, and the same draws for any workers."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact, sample
from spinlens.errors import InputError
from spinlens.sampling.chains import ladder as exchange
from spinlens.statistics.autocorrelation import mean_estimate


def mixed_signs():
    values = np.random.default_rng(3).normal(size=(3, 5))
    return CouplingTable((values + np.roll(np.flip(values), 1, axis=(0, 1))) / 2)


def deviations(model, data):
    found = []
    for temperature in data.temperature.values:
        truth, here = exact.enumerate(model, float(temperature)), data.sel(temperature=temperature)
        pairs = ((here.energy, truth.energy), (here.energy**2, truth.energy_squared), (here.m2, truth.m2))
        pairs += ((here.magnetization, truth.magnetization),)
        found += [mean_estimate(series.values).deviation(value) for series, value in pairs]
    return np.array(found)


@pytest.mark.parametrize("algorithm", ["metropolis", "heat-bath", "clock"])
def test_agreement_with_enumeration(algorithm):
    """16 comparisons each, frustrated couplings in a field; swaps that are always accepted must be found out."""
    model = IsingModel((3, 5), mixed_signs(), 0.1)
    data = sample(model, (4.0, 1.0, 1.6, 2.6), 3000, seed=2, algorithm=algorithm, exchange=True)
    found = deviations(model, data)
    assert found.shape == (16,)
    assert np.abs(found).max() < 4
    assert bool((data.swap_acceptance > 0.2).all())


def test_swaps_that_forget_the_energy_are_found_out(monkeypatch):
    monkeypatch.setattr(exchange.math, "exp", lambda gain: 1.0)
    model = IsingModel((3, 5), mixed_signs(), 0.1)
    data = sample(model, (1.0, 1.6, 2.6, 4.0), 3000, seed=2, exchange=True)
    assert np.abs(deviations(model, data)).max() > 4


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


def test_both_phases_are_visited_below_the_transition():
    """L = 8 at T = 1.5, where a single chain keeps its sign for longer than this run."""
    model = IsingModel((8, 8), NearestNeighbour())
    data = sample(model, np.linspace(1.5, 4.0, 9), 1500, seed=3, warmup=100, exchange=True)
    cold = data.magnetization.isel(temperature=0).values
    assert all(np.any(np.diff(np.sign(chain[chain != 0]))) for chain in cold)


@pytest.mark.parametrize("temperatures", [[2.0], [0.0, 1.0]])
def test_ladders_that_cannot_be_are_refused(temperatures):
    with pytest.raises(InputError, match="two or more temperatures above 0"):
        sample(IsingModel((4, 4), NearestNeighbour()), temperatures, 5, exchange=True)


def test_cluster_moves_do_not_exchange():
    with pytest.raises(InputError, match="exchange is for single-spin moves"):
        sample(IsingModel((4, 4), NearestNeighbour()), (2.0, 3.0), 5, algorithm="wolff", exchange=True)


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
