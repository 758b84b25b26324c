"""Flows through stacks: one layer is its machine, more layers are all passed, layers become lattices."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.stacked_flow import place_stack, stacked_flow, updown_flow, visible_centres
from spinlens.machines.rbm import RBM


class Stack:
    def __init__(self, *layers: RBM) -> None:
        self.layers_ = layers


def machine(n_visible: int = 16, n_hidden: int = 4, scale: float = 1 / 3, seed: int = 0) -> RBM:
    return RBM.from_weights(scale * np.random.default_rng(seed).normal(size=(n_visible, n_hidden)))


def random_spins(*shape: int) -> np.ndarray:
    return np.where(np.random.default_rng(1).random(shape) < 0.5, 1, -1).astype(np.int8)


def test_one_layer_up_and_down_is_the_flow_of_its_machine_and_more_layers_are_all_passed() -> None:
    states = np.tile(random_spins(1, 2, 2), (40_000, 1, 1))
    below, above = machine(4, 2, 0.5), machine(2, 1, 1.0)
    means = updown_flow(Stack(below, above), states[:3], 1, kind="mean").at(1).reshape(-1, 4)
    up = np.tanh(np.tanh(states[:3].reshape(-1, 4) @ below.weights_) @ above.weights_)
    expected = np.tanh(np.tanh(up @ above.weights_.T) @ below.weights_.T)
    assert np.allclose(means, expected, atol=1e-6)
    low = updown_flow(Stack(below, above), states[:3], 1, kind="mean", layers=1).at(1).reshape(-1, 4)
    assert np.allclose(low, rbm_flow(below, states[:3], 1, kind="mean").at(1).reshape(-1, 4))
    drawn = updown_flow(Stack(below, above), states, 1, seed=3).at(1).reshape(-1, 4).astype(float)
    hidden = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)], dtype=float)
    first = np.prod(1 / (1 + np.exp(-2 * hidden * (states[0].ravel() @ below.weights_))), axis=1)
    top = np.array([[1.0], [-1.0]])
    climb = 1 / (1 + np.exp(-2 * top * (hidden @ above.weights_).T))  # p(top | h)
    descend = np.prod(1 / (1 + np.exp(-2 * hidden[None] * (top @ above.weights_.T)[:, None])), axis=2)
    exact = (first @ climb.T @ descend) @ np.tanh(hidden @ below.weights_.T)
    assert np.abs(drawn.mean(axis=0) - exact).max() < 5 / np.sqrt(40_000)
    one_layer = rbm_flow(below, states, 1, seed=3).at(1).reshape(-1, 4).mean(axis=0)
    assert np.abs(one_layer - exact).max() > 5 / np.sqrt(40_000)


def test_stacked_flow_checks_its_input() -> None:
    class Stack:
        layers_ = (machine(),)

    states = random_spins(3, 4, 4)
    assert stacked_flow(Stack(), states).shapes == ((4, 4), (2, 2))
    means = stacked_flow(Stack(), states, kind="mean").at(1)
    assert means.dtype == np.float64
    assert np.abs(means).max() < 1
    with pytest.raises(InputError, match="16 visible units"):
        stacked_flow(Stack(), random_spins(3, 8, 8))
    with pytest.raises(InputError, match="placements of 0"):
        stacked_flow(Stack(), states, placements=())
    with pytest.raises(InputError, match="layer must be"):
        visible_centres((), (4, 4), 1)


def block_machine(shape: tuple[int, ...], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of fields of 2 × 2 sites with shuffled units and random signs; the order and the signs."""
    sites = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1) // 2
    home = np.ravel_multi_index(tuple(sites.T), tuple(side // 2 for side in shape))
    weights = np.zeros((len(home), len(home) // 4))
    weights[np.arange(len(home)), home] = rng.uniform(0.8, 1.2, len(home))
    order, signs = rng.permutation(weights.shape[1]), np.where(rng.random(weights.shape[1]) < 0.5, -1, 1)
    return (weights * signs)[:, order], order, signs[order]


def test_a_stack_of_block_machines_flows_like_block_spins_and_unplaced_it_does_not() -> None:
    rng = np.random.default_rng(4)
    below, order, signs = block_machine((16, 16), rng)
    upper = block_machine((8, 8), rng)[0][np.argsort(np.argsort(order))] * signs[:, None]  # in the lower layer's order
    strong = Stack(RBM.from_weights(40 * below), RBM.from_weights(40 * upper))
    states = np.where(rng.random((40, 4, 4)) < 0.5, 1, -1).astype(np.int8).repeat(4, axis=1).repeat(4, axis=2)
    flow = stacked_flow(strong, states, seed=1)
    assert flow.shapes == ((16, 16), (8, 8), (4, 4))
    for step in (1, 2):
        assert np.array_equal(flow.at(step), states[:, :: 2**step, :: 2**step])
    unplaced = strong.layers_[0].sample_hidden(states.reshape(40, -1), rng).reshape(40, 8, 8)
    assert not np.array_equal(unplaced, flow.at(1))
    centres = visible_centres(place_stack(strong, (16, 16)), (16, 16), 2)
    expected = np.array(list(itertools.product(1.5 + 4 * np.arange(4), repeat=2)))
    assert np.abs((centres - expected + 8) % 16 - 8).max() < 0.5


def test_machines_that_do_not_fit_are_said() -> None:
    states = random_spins(3, 4, 4)
    with pytest.raises(InputError, match="cannot stand on 3"):
        updown_flow(Stack(machine(16, 3), machine(4, 2)), states, 1)
    with pytest.raises(InputError, match="16 sites"):
        updown_flow(Stack(machine(9, 3)), states, 1)
    with pytest.raises(InputError, match="layers must be at most 1"):
        updown_flow(Stack(machine(16, 3)), states, 1, layers=2)
