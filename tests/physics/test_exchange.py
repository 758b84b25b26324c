"""Replica exchange: exact averages at every temperature, and swaps that help."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, exact, sample
from spinlens.sampling.chains import ladder
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
    """16 comparisons each, frustrated couplings in a field; the twin, swaps that are always accepted, is below."""
    model = IsingModel((3, 5), mixed_signs(), 0.1)
    data = sample(model, (4.0, 1.0, 1.6, 2.6), 3000, seed=2, algorithm=algorithm, exchange=True)
    found = deviations(model, data)
    assert found.shape == (16,)
    assert np.abs(found).max() < 4
    assert bool((data.swap_acceptance > 0.2).all())


def test_swaps_that_forget_the_energy_are_found_out(monkeypatch):
    monkeypatch.setattr(ladder, "acceptance", lambda gain: 1.0)
    model = IsingModel((3, 5), mixed_signs(), 0.1)
    data = sample(model, (1.0, 1.6, 2.6, 4.0), 3000, seed=2, exchange=True)
    assert np.abs(deviations(model, data)).max() > 4


def test_both_phases_are_visited_below_the_transition():
    """L = 8 at T = 1.5, where a single chain keeps its sign for longer than this run."""
    model = IsingModel((8, 8), NearestNeighbour())
    data = sample(model, np.linspace(1.5, 4.0, 9), 1500, seed=3, warmup=100, exchange=True)
    cold = data.magnetization.isel(temperature=0).values
    assert all(np.any(np.diff(np.sign(chain[chain != 0]))) for chain in cold)
