"""ξ of a known ratio, with its error."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.lattice.correlation import structure_factor
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.correlation_length import CorrelationLengthThermometer


def test_the_correlation_length_of_a_known_ratio() -> None:
    """ξ = √(S(0)/S(k) − 1)/(2 sin π/L) of two states, and its error by the jackknife of many."""
    model = IsingModel((8, 8), NearestNeighbour())
    rng = np.random.default_rng(1)
    grid = np.array([2.0, 3.0, 4.0])
    states = np.where(rng.random((3, 500, 8, 8)) < np.array([0.2, 0.3, 0.4])[:, None, None, None], -1, 1)
    thermometer = CorrelationLengthThermometer.calibrate(model, grid, states)
    reading = thermometer.read(states[1])
    long, short = structure_factor(states[1])[:, :2].T
    xi = np.sqrt(long.mean() / short.mean() - 1) / (2 * np.sin(np.pi / 8))
    found = thermometer.correlation_length(reading)
    assert found.value == pytest.approx(xi, rel=1e-9)
    without = [np.delete(long, k).mean() / np.delete(short, k).mean() for k in range(500)]
    replicas = np.sqrt(np.array(without) - 1) / (2 * np.sin(np.pi / 8))
    assert found.error == pytest.approx(np.sqrt(499 * replicas.var()), rel=0.02)
    assert np.isinf(thermometer.correlation_length(thermometer.read(np.ones((5, 8, 8)))).value)
