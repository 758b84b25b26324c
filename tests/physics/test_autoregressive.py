"""An autoregressive network of a lattice against enumeration: what it learns, how far it is, what it draws."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import AutoregressiveNetwork, IsingModel, NearestNeighbour, gap
from truths import boltzmann, chi_squared, drawn

SQUARE, T = IsingModel((3, 3), NearestNeighbour()), 2.5
STATES, P = boltzmann(SQUARE, T)
FLAT = STATES.reshape(-1, 9)


@pytest.fixture(scope="module")
def learned():
    data = drawn(SQUARE, T, 12_000, seed=1).reshape(-1, 9)
    return AutoregressiveNetwork(8, epochs=12, learning_rate=0.01, augment=(3, 3)).fit(data)


def divergence(p, network):
    """Σ p ln p / p_network, in nats."""
    return float(p @ (np.log(p) - network.log_probability(FLAT)))


def test_what_it_learns_is_the_boltzmann_distribution(learned):
    """Within 2·10⁻³ of 3.5 nats; the lattice at a temperature higher by a tenth, and free spins, are farther."""
    assert 0 < divergence(P, learned) < 2e-3
    assert divergence(boltzmann(SQUARE, 1.1 * T)[1], learned) > 2e-2
    assert divergence(P, AutoregressiveNetwork(8, epochs=1, learning_rate=1e-9).fit(FLAT)) > 1


def test_its_draws_are_those_of_its_probabilities(learned):
    p = np.exp(learned.log_probability(FLAT))
    assert p.sum() == pytest.approx(1, abs=1e-5)
    own = learned.sample(40_000, seed=2)
    assert abs(chi_squared(own, p, least=5)[0]) < 4
    assert chi_squared(own, boltzmann(SQUARE, 1.1 * T)[1], least=5)[0] > 20


def test_the_gap_is_the_divergence_by_enumeration(learned):
    """From states of both, where nothing is known of ln Z of the lattice; that of another temperature is the twin."""
    found = gap(learned, SQUARE, T, drawn(SQUARE, T, 4000, seed=3), chains=800, seed=4)
    assert abs(found.per_state.deviation(divergence(P, learned))) < 4
    assert found.tau.value == 0.5
    assert abs(found.per_state.deviation(divergence(boltzmann(SQUARE, 1.1 * T)[1], learned))) > 10
