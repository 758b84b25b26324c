"""Parallel tempering samples the machine, also where its own Gibbs chain cannot leave a mode."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.likelihood.tempering import tempered_sample
from spinlens.machines.rbm import RBM
from truths import chi_squared, machine_distribution

N = 20_000
BIASES = ([0.3, -0.2, 0.0, 0.1, 0.0, 0.0], [0.2, -0.1, 0.4])


def machine(scale=1.0):
    return RBM.from_weights(np.random.default_rng(2).normal(size=(6, 3)) * 0.7 * scale, *BIASES)


def excess(truth, drawn_from):
    """χ² of tempered states of one machine under p(v) of another, less its expectation, in standard deviations."""
    states, rates = tempered_sample(drawn_from, N, steps=60, replicas=4, seed=3)
    assert rates.shape == (3,)
    assert np.all((rates > 0.3) & (rates <= 1))
    return chi_squared(states, machine_distribution(truth)[1])[0]


def test_tempered_states_follow_the_machine():
    assert abs(excess(machine(), machine())) < 4
    assert excess(machine(), machine(1.1)) > 4


def two_modes():
    """Twelve units held up or down by two hidden ones, so that p(up) / p(down) = e^{24 · 0.04} is known."""
    return RBM.from_weights(np.full((12, 2), 1.2), np.full(12, 0.04))


def test_it_weighs_modes_that_a_gibbs_chain_does_not_leave():
    rbm = two_modes()
    states, p = machine_distribution(rbm)
    expected = float(p[states.sum(axis=1) > 0].sum())
    tempered, _ = tempered_sample(rbm, 2000, steps=200, replicas=8, seed=1)
    plain = rbm.gibbs(-np.ones((2000, 12)), 200, np.random.default_rng(1))
    error = np.sqrt(expected * (1 - expected) / 2000)
    share = [float((s.sum(axis=1) > 0).mean() + (s.sum(axis=1) == 0).mean() / 2) for s in (tempered, plain)]
    assert abs(share[0] - expected) < 4 * error
    assert abs(share[1] - expected) > 4 * error


def test_training_with_tempered_chains_learns_unequal_modes():
    rbm = two_modes()
    states, _ = tempered_sample(rbm, 4000, steps=200, replicas=8, seed=2)
    options = {"epochs": 60, "learning_rate": 0.05, "biases": True, "persistent": True, "seed": 1, "batch_size": 200}
    tempered = RBM(2, replicas=5, **options).fit(states)
    best = rbm.log_likelihood(states, "exact").value
    assert tempered.log_likelihood(states, "exact").value > best - 0.02
    assert 0 < tempered.history_[-1]["exchange_rate"] <= 1


def test_replicas_need_persistent_chains():
    with pytest.raises(InputError, match="persistent=True"):
        RBM(3, replicas=4)
    with pytest.raises(InputError, match="steps"):
        tempered_sample(two_modes(), 2, steps=0)
