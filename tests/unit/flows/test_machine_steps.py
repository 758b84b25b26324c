"""Kinds of flow, passages through stacks, what flows start from, and records of long flows."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
import xarray as xr

from spinlens.errors import InputError
from spinlens.flows.rbm_flow import chosen_steps, flow_records, rbm_flow
from spinlens.flows.stacked_flow import updown_flow
from spinlens.machines import passage
from spinlens.machines.rbm import RBM


class Stack:
    def __init__(self, *layers: RBM) -> None:
        self.layers_ = layers


def machine(n_visible: int, n_hidden: int, scale: float = 0.5, seed: int = 0) -> RBM:
    return RBM.from_weights(scale * np.random.default_rng(seed).normal(size=(n_visible, n_hidden)))


def random_spins(*shape: int) -> np.ndarray:
    return np.where(np.random.default_rng(1).random(shape) < 0.5, 1, -1).astype(np.int8)


def test_mixed_flow_is_drawn_upward_and_a_mean_downward() -> None:
    one, states = machine(16, 1), np.tile(random_spins(1, 4, 4), (20_000, 1, 1))
    w = one.weights_[:, 0]
    end = rbm_flow(one, states, 1, kind="mixed", seed=2).at(1).reshape(-1, 16)
    signs = np.sign(end[:, 0] * w[0])
    assert np.allclose(end, np.tanh(np.outer(signs, w)), atol=1e-6)  # tanh of W h with h = ±1
    expected = np.tanh(states[0].ravel() @ w)
    assert abs(signs.mean() - expected) < 4 * np.sqrt(1 - expected**2) / np.sqrt(20_000)
    assert abs(signs.mean() + expected) > 4 / np.sqrt(20_000)


def test_samples_in_parts_flow_like_samples_together(monkeypatch: pytest.MonkeyPatch) -> None:
    rbm, states = machine(16, 8), random_spins(4000, 4, 4)
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
    rbm, states = machine(64, 16), random_spins(50, 8, 8)
    peaks = []
    for steps in (20, 4000):
        tracemalloc.start()
        for _ in flow_records(rbm, states, [steps], seed=1):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0]
    with pytest.raises(InputError, match="choose fewer with record="):
        rbm_flow(rbm, np.broadcast_to(states[:1], (30_000, 8, 8)), 4000)
    assert len(rbm_flow(rbm, states, 4000, chosen_steps(4000, 10))) <= 12


def test_flows_start_from_ensembles_as_from_their_states() -> None:
    spins = random_spins(3, 5, 4, 6)
    data = xr.Dataset({"spins": (("chain", "draw", "x", "y"), spins)})
    rbm = machine(24, 5)
    assert np.array_equal(rbm_flow(rbm, data, 2, seed=1).at(2), rbm_flow(rbm, spins.reshape(15, 4, 6), 2, seed=1).at(2))


def test_machines_that_do_not_fit_are_said() -> None:
    states = random_spins(3, 4, 4)
    with pytest.raises(InputError, match="cannot stand on 3"):
        updown_flow(Stack(machine(16, 3), machine(4, 2)), states, 1)
    with pytest.raises(InputError, match="16 sites"):
        updown_flow(Stack(machine(9, 3)), states, 1)
    with pytest.raises(InputError, match="layers must be at most 1"):
        updown_flow(Stack(machine(16, 3)), states, 1, layers=2)
    with pytest.raises(InputError, match="kind must be one of"):
        rbm_flow(machine(16, 3), states, 1, kind="both")
