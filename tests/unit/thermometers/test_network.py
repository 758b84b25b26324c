"""The network is the same for the same seed, and needs states for both halves."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.network import NetworkThermometer
from truths import drawn

MODEL = IsingModel((3, 3), NearestNeighbour())
GRID = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0]


def test_network_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    states = np.stack([drawn(MODEL, T, 40, k) for k, T in enumerate(GRID)])
    one, two, other = (
        NetworkThermometer.calibrate(MODEL, GRID, states, hidden=4, epochs=1, seed=seed) for seed in (5, 5, 6)
    )
    assert all(np.array_equal(a, b) for a, b in zip(one.layers, two.layers, strict=True))
    assert not np.array_equal(one.layers[0], other.layers[0])


def test_two_states_a_temperature_are_too_few() -> None:
    with pytest.raises(InputError, match="half to train"):
        NetworkThermometer.calibrate(MODEL, [1, 2, 3], np.ones((3, 3, 3, 3)))
