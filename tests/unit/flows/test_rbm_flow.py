"""The flow of states under a machine: records, variants and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError, SpinsError
from spinlens.flows.rbm_flow import chosen_steps, rbm_flow
from spinlens.machines.rbm import RBM


def machine(n_visible: int = 16, n_hidden: int = 4, seed: int = 0) -> RBM:
    return RBM.from_weights(np.random.default_rng(seed).normal(size=(n_visible, n_hidden)) / 3)


def random_spins(*shape: int) -> np.ndarray:
    return np.where(np.random.default_rng(1).random(shape) < 0.5, 1, -1).astype(np.int8)


def test_what_is_recorded_does_not_change_the_flow() -> None:
    states = random_spins(30, 4, 4)
    everything = rbm_flow(machine(), states, 6, seed=3)
    some = rbm_flow(machine(), states, 6, record=[6, 2], seed=3)
    assert everything.steps == tuple(range(7))
    assert some.steps == (2, 6)
    assert np.array_equal(everything.at(0), states)
    assert all(np.array_equal(everything.at(step), some.at(step)) for step in some.steps)
    assert not np.array_equal(rbm_flow(machine(), states, 6, seed=4).at(6), everything.at(6))


def test_mean_field_flow_is_tanh_up_and_tanh_down() -> None:
    states = random_spins(5, 4, 4)
    weights = machine().weights_
    flow = rbm_flow(machine(), states, 1, kind="mean")
    expected = np.tanh(np.tanh(states.reshape(5, 16) @ weights) @ weights.T).reshape(5, 4, 4)
    assert np.allclose(flow.at(1), expected, atol=1e-6)


def test_sampled_flow_has_the_mean_of_its_conditional_distribution() -> None:
    states = np.tile(random_spins(1, 4, 4), (20_000, 1, 1))
    one = RBM.from_weights(machine().weights_[:, :1])
    w = one.weights_[:, 0]
    mean = rbm_flow(one, states, 1, seed=5).at(1).reshape(-1, 16).mean(axis=0)
    expected = np.tanh(w) * np.tanh(states[0].ravel() @ w)
    assert np.abs(mean - expected).max() < 5 / np.sqrt(20_000)
    assert np.abs(mean + expected).max() > 10 / np.sqrt(20_000)


def test_bad_input_gets_one_clear_error() -> None:
    states = random_spins(3, 4, 4)
    with pytest.raises(InputError, match="16 visible units and the lattice \\(4, 2\\) has 8"):
        rbm_flow(machine(), states[:, :, :2], 1)
    with pytest.raises(SpinsError, match="only \\+1 and -1"):
        rbm_flow(machine(), states * 2, 1)
    with pytest.raises(InputError, match="record must hold steps from 0 to 3"):
        rbm_flow(machine(), states, 3, record=[5])
    with pytest.raises(InputError, match="steps must be"):
        rbm_flow(machine(), states, 0)
    with pytest.raises(InputError, match="states must have shape"):
        rbm_flow(machine(), states.ravel(), 1)


def test_steps_to_record_begin_with_every_one() -> None:
    assert chosen_steps(5) == (0, 1, 2, 3, 4, 5)
    steps = chosen_steps(3000, 20)
    assert steps[:3] == (0, 1, 2)
    assert steps[-1] == 3000
    assert len(steps) <= 21
