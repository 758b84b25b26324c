"""Exchange with machines of earlier training, on a machine of unequal modes that is summed over exactly."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.exact import kaufman
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.likelihood.trajectory_tempering import TrajectoryRecorder, trajectory_sample
from spinlens.machines.rbm import RBM
from truths import chi_squared, machine_distribution

N = 2000


def bimodal(n=4000):
    """States of two patterns in shares 0.7 and 0.3, with 3 % of the units turned."""
    generator = np.random.default_rng(0)
    pattern = np.where(generator.random((n, 1)) < 0.7, 1, -1) * np.ones((n, 12))
    return np.where(generator.random((n, 12)) < 0.03, -pattern, pattern).astype(np.int8)


@pytest.fixture(scope="module")
def trained():
    """A machine trained by exact gradients, and the machines on its way."""
    machine = RBM(3, epochs=60, exact_gradient=True, biases=True, learning_rate=0.1, initial_scale=0.1, seed=1)
    along = TrajectoryRecorder(machine)
    machine.fit(bimodal(), progress=along)
    return machine, along.machines


def share_up(states):
    return float((states.sum(axis=1) > 0).mean())


def deviation(machine, states):
    """Share of states with positive magnetization against its exact value, in standard errors."""
    every, p = machine_distribution(machine)
    expected = float(p[every.sum(axis=1) > 0].sum())
    return (share_up(states) - expected) / np.sqrt(expected * (1 - expected) / len(states))


def test_modes_get_their_weight_and_without_exchange_they_do_not(trained):
    machine, along = trained
    found = trajectory_sample(machine, along, N, steps=150, seed=2)
    assert abs(deviation(machine, found.states)) < 4
    assert np.all(found.exchange_rates > 0.1)
    for start in (1, -1):
        plain = machine.gibbs(start * np.ones((N, 12)), 150, np.random.default_rng(1))
        assert abs(deviation(machine, plain)) > 4


def test_all_states_have_their_probabilities(trained):
    """χ² over all states that are expected five times; states of a machine 15 % colder are noticed."""
    machine, along = trained
    colder = RBM.from_weights(1.15 * machine.weights_, machine.visible_bias_, machine.hidden_bias_)
    p = machine_distribution(machine)[1]
    own, other = (trajectory_sample(target, along, N, steps=60, seed=3).states for target in (machine, colder))
    assert abs(chi_squared(own, p, least=5)[0]) < 4
    assert chi_squared(other, p, least=5)[0] > 4


def test_log_z_and_likelihood_agree_with_the_sum(trained):
    machine, along = trained
    found = trajectory_sample(machine, along, 400, steps=200, seed=4)
    exact = machine.log_z("exact").value
    assert 0 < found.log_z.error < 0.05
    assert abs(found.log_z.deviation(exact)) < 4
    colder = RBM.from_weights(1.05 * machine.weights_, machine.visible_bias_, machine.hidden_bias_)
    wrong = trajectory_sample(colder, along, 400, steps=200, seed=4)
    assert abs(wrong.log_z.deviation(exact)) > 4
    held_out = bimodal(500)
    assert abs(found.log_likelihood(held_out).deviation(machine.log_likelihood(held_out, "exact").value)) < 4


def test_errors_of_log_z_are_those_of_repetition(trained):
    machine, along = trained
    exact = machine.log_z("exact").value
    pulls = [trajectory_sample(machine, along, 40, steps=60, seed=s).log_z.deviation(exact) for s in range(30)]
    assert 0.5 < np.mean(np.square(pulls)) < 2.0  # χ² of 30 degrees: 1 ± 0.26, and τ of the ladder is short


def test_snapshots_within_reach_are_left_out(trained):
    machine, along = trained
    few = trajectory_sample(machine, along, 50, steps=20, acceptance=0.1).exchange_rates
    many = trajectory_sample(machine, along, 50, steps=20, acceptance=0.9).exchange_rates
    assert len(few) < len(many)
    assert many.min() > 0.6  # the choice goes by a quick estimate


def test_the_recorder_keeps_copies(trained):
    _, along = trained
    assert len(along) == 60
    assert not np.array_equal(along[0].weights_, along[-1].weights_)
    machine = RBM(2, epochs=10)
    every = TrajectoryRecorder(machine, every=5)
    machine.fit(bimodal(200), progress=every)
    assert len(every.machines) == 2


def test_mistakes_are_said(trained):
    machine, along = trained
    with pytest.raises(InputError, match="shape"):
        trajectory_sample(machine, [RBM.from_weights(np.zeros((12, 2)))], N)
    with pytest.raises(InputError, match="acceptance"):
        trajectory_sample(machine, along, N, acceptance=1.5)
    with pytest.raises(InputError, match="at least 20"):
        trajectory_sample(machine, along, 5)


def test_at_criticality_the_error_holds_and_the_rate_is_kept():
    """The exact machine of a critical square, whose ln Z is known: too few steps are seen in the error."""
    T = 2 / np.log(1 + np.sqrt(2))
    machine = RBM.exact(IsingModel((8, 8), NearestNeighbour()), T)
    exact = kaufman(8, T).log_z + 128 * (np.log(2.0) + 1 / T)  # Σ_h e^{wh(s+s')} = 2 e^K e^{K s s'} for each bond
    along = [RBM.from_weights(machine.weights_ * share) for share in np.linspace(0.2, 0.95, 12)]
    ordered = np.ones((20, 64))
    ordered[::2] = -1
    for seed in range(3):
        found = trajectory_sample(machine, along, 40, steps=40, seed=seed, start=ordered)
        assert abs(found.log_z.deviation(exact)) < 4
        assert found.exchange_rates.min() > 0.2  # 0.3 asked, of 40 ladders
