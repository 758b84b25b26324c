"""Limits of temperature, mixed signs, a large lattice against exact averages; test_enumeration has the small ones."""

from __future__ import annotations

import numpy as np

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, exact, sample
from spinlens.statistics.autocorrelation import mean_estimate


def test_onsager_kaufman_energy_at_criticality():
    """The twin draws at a temperature that is 0.5 % higher."""
    model = IsingModel((32, 32), NearestNeighbour())
    for off, draws, agrees in ((1.0, 200_000, True), (1.005, 20_000, False)):
        data = sample(model, off * exact.CRITICAL_TEMPERATURE, draws, chains=2, seed=3, workers=2)
        estimate = mean_estimate(data.energy.values[0])
        assert (abs(estimate.deviation(-1.4336584661)) < 4) is agrees
        assert not agrees or estimate.error < 5e-4


def test_cluster_moves_take_mixed_signs_to_metropolis():
    table = np.zeros((3, 5))
    table[0, 1] = table[0, -1] = 1.0
    table[1, 0] = table[-1, 0] = -0.7
    model = IsingModel((3, 5), CouplingTable(table))
    data = sample(model, 1.5, 40_000, chains=2, seed=2)
    assert data.attrs["algorithm"] == "Metropolis"
    truth = exact.enumerate(model, 1.5)
    assert abs(mean_estimate(data.energy.values[0]).deviation(truth.energy)) < 4


def test_limits_of_temperature():
    model = IsingModel((4, 4), PowerLaw(1.2))
    data = sample(model, (0.0, float("inf")), 4000, chains=2, seed=9)
    assert np.all(np.abs(data.magnetization.sel(temperature=0.0)) == 1)
    assert abs(mean_estimate(data.magnetization.values[0]).deviation(0.0)) < 4
    assert abs(mean_estimate(data.m2.values[1]).deviation(1 / 16)) < 4
    assert abs(mean_estimate(data.energy.values[1]).deviation(0.0)) < 4
