"""T = 0 and ∞, drawn exactly."""

from __future__ import annotations

import numpy as np

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain


def test_temperature_zero_in_a_field_is_the_state_along_it():
    model = IsingModel((4, 4), PowerLaw(1.2), -0.1)
    draws = make_algorithm(model, 0.0).advance(start_chain(model, 1, 0.0, 0), 5, 1, energy=True, states=True)
    assert np.all(draws.states == -1)
    np.testing.assert_allclose(draws.energy, -16 * (model.coupling_sum / 2 + 0.1))


def test_multispin_draws_limits_of_temperature_exactly():
    data = sample(IsingModel((4, 4), NearestNeighbour()), (0.0, 2.0, np.inf), 5, 70, algorithm="multi-spin-metropolis")
    assert np.all(np.abs(data.magnetization.sel(temperature=0.0)) == 1)
    assert data.attrs["algorithm"] == "Exact, MultiSpin"
