"""Conditional distributions, Gibbs chains and free energies of given weights."""

import numpy as np
import pytest

from spinlens.errors import InputError, SpinsError
from spinlens.machines.rbm import RBM
from truths import chi_squared, machine_distribution

BIASES = ([0.1, -0.2, 0.0, 0.3], [0.2, 0.0, -0.1])


def test_conditional_means_and_samples_agree():
    machine = RBM.from_weights([[0.5, -0.2], [0.1, 0.9], [-0.7, 0.3]], [0.1, 0.0, -0.3], [0.2, -0.1])
    v = np.array([[1, -1, 1]])
    expected = np.tanh(v @ machine.weights_ + machine.hidden_bias_)
    np.testing.assert_allclose(machine.hidden_mean(v), expected, atol=1e-6)
    np.testing.assert_array_equal(machine.transform(v), machine.hidden_mean(v))
    np.testing.assert_allclose(
        machine.visible_mean([[1, 1]]), np.tanh([[1, 1]] @ machine.weights_.T + machine.visible_bias_), atol=1e-6
    )
    n = 40_000
    h = machine.sample_hidden(np.repeat(v, n, axis=0), np.random.default_rng(0))
    assert h.dtype == np.int8
    z = (h.mean(axis=0) - expected[0]) / np.sqrt((1 - expected[0] ** 2) / n)
    assert np.abs(z).max() < 4


def test_gibbs_samples_follow_the_boltzmann_distribution():
    """χ² of 20,000 independent chains over all 16 states; the chains of weights 10 % larger are noticed."""
    W = np.random.default_rng(2).normal(size=(4, 3)) * 0.4
    machine, wrong = (RBM.from_weights(W * scale, *BIASES) for scale in (1.0, 1.1))
    _, p = machine_distribution(machine)
    assert abs(chi_squared(machine.sample(20_000, steps=200, seed=5), p)[0]) < 4
    assert chi_squared(wrong.sample(20_000, steps=200, seed=5), p)[0] > 4


def test_wide_machines_are_sampled_in_parts(monkeypatch):
    machine = RBM.from_weights(np.zeros((4, 3)), [0.3, -0.3, 1.0, 0.0])
    monkeypatch.setattr("spinlens.machines.units.gibbs._LARGEST_SCRATCH", 30)
    states = machine.gibbs(np.ones((9_995, 4)), 1, np.random.default_rng(0))
    expected = np.tanh(machine.visible_bias_)
    assert np.abs((states.mean(axis=0) - expected) / np.sqrt((1 - expected**2) / 9_995)).max() < 4


def test_a_width_that_does_not_fit_is_refused():
    with pytest.raises(SpinsError, match="n_samples, 8"):
        RBM.from_weights(np.zeros((8, 2))).hidden_mean(np.ones((3, 9)))


def test_an_untrained_machine_says_so():
    with pytest.raises(InputError, match="no weights yet"):
        RBM(3).sample(2)
