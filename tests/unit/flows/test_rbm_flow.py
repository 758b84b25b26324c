"""The flow of states under a machine: records, variants and bad input."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import xarray as xr

from spinlens.errors import InputError, SpinsError
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.machines.rbm import RBM
from spinlens.machines.units import passage
from spinlens.machines.units.passage import chosen_steps


def machine(n_visible: int = 16, n_hidden: int = 4, scale: float = 1 / 3) -> RBM:
    return RBM.from_weights(scale * np.random.default_rng(0).normal(size=(n_visible, n_hidden)))


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
    with pytest.raises(InputError, match="kind must be one of"):
        rbm_flow(machine(), states, 1, kind="both")


def test_steps_to_record_begin_with_every_one() -> None:
    assert chosen_steps(5, 32) == (0, 1, 2, 3, 4, 5)
    steps = chosen_steps(3000, 20)
    assert steps[:3] == (0, 1, 2)
    assert steps[-1] == 3000
    assert len(steps) <= 21


def test_mixed_flow_is_drawn_upward_and_a_mean_downward() -> None:
    one, states = machine(16, 1, scale=0.5), np.tile(random_spins(1, 4, 4), (20_000, 1, 1))
    w = one.weights_[:, 0]
    end = rbm_flow(one, states, 1, kind="mixed", seed=2).at(1).reshape(-1, 16)
    signs = np.sign(end[:, 0] * w[0])
    assert np.allclose(end, np.tanh(np.outer(signs, w)), atol=1e-6)  # tanh of W h with h = ±1
    expected = np.tanh(states[0].ravel() @ w)
    assert abs(signs.mean() - expected) < 4 * np.sqrt(1 - expected**2) / np.sqrt(20_000)
    assert abs(signs.mean() + expected) > 4 / np.sqrt(20_000)


def test_samples_in_parts_flow_like_samples_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rbm, states = machine(16, 8, scale=0.5), random_spins(4000, 4, 4)
    whole = rbm_flow(rbm, states, 3, seed=1).at(3)
    monkeypatch.setattr(passage, "_SCRATCH", 8 * 7)
    parts = rbm_flow(rbm, states, 3, seed=1).at(3)
    assert not np.array_equal(whole, parts)  # other draws of the same distribution
    a, b = (np.mean(part.astype(float) * np.roll(part, 1, axis=1), axis=(1, 2)) for part in (whole, parts))
    assert abs(a.mean() - b.mean()) < 4 * np.hypot(a.std(), b.std()) / 4000**0.5
    means = [rbm_flow(rbm, states, 3, kind="mean").at(3)]
    monkeypatch.undo()
    assert np.allclose(
        means[0], rbm_flow(rbm, states, 3, kind="mean").at(3), atol=1e-4
    )  # single precision, and sums in another order


def test_thousands_of_steps_take_the_memory_of_their_records() -> None:
    rbm, states = machine(64, 16, scale=0.5), random_spins(50, 8, 8)
    peaks = []
    for steps in (20, 4000):
        tracemalloc.start()
        for _ in rbm.records(states, [steps], seed=1):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]
    with pytest.raises(InputError, match="choose fewer with record="):
        rbm_flow(rbm, np.broadcast_to(states[:1], (30_000, 8, 8)), 4000)
    assert rbm_flow(rbm, states, 4000, 10).steps == chosen_steps(4000, 10)


def test_flows_start_from_ensembles_as_from_their_states() -> None:
    spins = random_spins(3, 5, 4, 6)
    data = xr.Dataset({"spins": (("chain", "draw", "x", "y"), spins)})
    rbm = machine(24, 5)
    assert np.array_equal(rbm_flow(rbm, data, 2, seed=1).at(2), rbm_flow(rbm, spins.reshape(15, 4, 6), 2, seed=1).at(2))
