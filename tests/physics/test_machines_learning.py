"""Machines trained on exact samples of a lattice: likelihood against the entropy bound, couplings against J(r)/T."""

import numpy as np
import pytest

from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.controls import mean_field_states
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.learned_couplings import learned_couplings

STATES = np.where((np.arange(2**16)[:, None] >> np.arange(16)) & 1, -1, 1).astype(np.int8)
CASES = {
    "nearest-neighbour": (IsingModel((4, 4), NearestNeighbour()), CRITICAL_TEMPERATURE),
    "power law": (IsingModel((4, 4), PowerLaw(1.2)), 6.8),
}
PCD = {"persistent": True, "epochs": 80, "learning_rate": 0.03, "batch_size": 200, "initial_scale": 0.1, "seed": 1}


def log_probability(model, temperature):
    log_p = -model.energy(STATES.reshape(-1, 4, 4)) / temperature
    return log_p - np.logaddexp.reduce(log_p)


def draw(log_p, n=50_000):
    """Independent states by the probabilities themselves."""
    return STATES[np.random.default_rng(3).choice(len(STATES), size=n, p=np.exp(log_p))]


def gap(machine, log_p):
    """Σ p ln(p/q): what the machine loses on held-out states against the best possible, nats a state."""
    log_q = -machine.free_energy(STATES)
    log_q -= np.logaddexp.reduce(log_q)
    return float(np.exp(log_p) @ (log_p - log_q))


@pytest.mark.parametrize("case", CASES)
def test_held_out_likelihood_comes_within_a_hundredth_of_the_bound(case):
    log_p = log_probability(*CASES[case])
    machine = RBM(32, **PCD).fit(draw(log_p))
    assert gap(machine, log_p) < 0.01
    assert gap(machine, log_probability(CASES[case][0], 1.1 * CASES[case][1])) > 0.01
    assert gap(RBM(32, **{**PCD, "epochs": 1}).fit(draw(log_p)), log_p) > 0.01


def test_the_range_of_the_couplings_is_learned():
    """Nearest and farthest pairs of a power law; states without geometry give one coupling for all."""
    model, temperature = CASES["power law"]
    slow = {**PCD, "learning_rate": 0.02}
    found = learned_couplings([RBM(32, **slow).fit(draw(log_probability(model, temperature)))], (4, 4))
    true = np.array([model.coupling_table[r] for r in found.components]) / temperature
    np.testing.assert_allclose(found.coupling, true, atol=0.02)
    flat = learned_couplings([RBM(32, **slow).fit(mean_field_states(50_000, 16, 1.0))], (4, 4))
    assert np.ptp(flat.coupling) < 0.02
    assert np.abs(flat.coupling - true).max() > 0.04
