"""Machines trained on exact samples of a lattice: likelihood against the entropy bound, couplings against J(r)/T."""

import functools

import numpy as np
import pytest

from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.controls import mean_field_states
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.learned_couplings import learned_couplings
from truths import all_states, boltzmann, machine_distribution

STATES = all_states(16)
CASES = {
    "nearest-neighbour": (IsingModel((4, 4), NearestNeighbour()), CRITICAL_TEMPERATURE),
    "power law": (IsingModel((4, 4), PowerLaw(1.2)), 6.8),
}
PCD = {"persistent": True, "epochs": 80, "learning_rate": 0.03, "batch_size": 200, "initial_scale": 0.1, "seed": 1}


@functools.cache
def probabilities(model, temperature):
    return boltzmann(model, temperature)[1]


def draw(p, n=50_000):
    """Independent states by the probabilities themselves."""
    return STATES[np.random.default_rng(3).choice(len(STATES), size=n, p=p)]


def gap(machine, p):
    """Σ p ln(p/q): what the machine loses on held-out states against the best possible, nats a state."""
    return float(p @ np.log(p / machine_distribution(machine)[1]))


@pytest.mark.parametrize("case", CASES)
def test_held_out_likelihood_comes_within_a_hundredth_of_the_bound(case):
    model, temperature = CASES[case]
    p, hotter = probabilities(model, temperature), probabilities(model, 1.1 * temperature)
    assert gap(RBM(32, **PCD).fit(draw(p)), p) < 0.01
    assert gap(RBM(32, **{**PCD, "epochs": 1}).fit(draw(p)), p) > 0.01  # hardly trained
    assert gap(RBM(32, **{**PCD, "epochs": 20}).fit(draw(hotter)), p) > 0.01  # on states of another temperature


def test_the_range_of_the_couplings_is_learned():
    """Nearest and farthest pairs of a power law; states without geometry give one coupling for all."""
    model, temperature = CASES["power law"]
    slow = {**PCD, "learning_rate": 0.02}
    found = learned_couplings([RBM(32, **slow).fit(draw(probabilities(model, temperature)))], (4, 4))
    true = np.array([model.coupling_table[r] for r in found.components]) / temperature
    np.testing.assert_allclose(found.coupling, true, atol=0.02)
    flat = learned_couplings([RBM(32, **slow).fit(mean_field_states(50_000, 16, 1.0))], (4, 4))
    assert np.ptp(flat.coupling) < 0.02
    assert np.abs(flat.coupling - true).max() > 0.04
