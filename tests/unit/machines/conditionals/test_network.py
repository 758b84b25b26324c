"""Fields, gradient and draws of a network of conditional probabilities against slow ones, with twins that fail."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.machines.conditionals.network import Conditionals, draw, gradient, log_probability, size
from truths import all_states, chi_squared

N, H = 6, 5


def made(seed=0, hidden=H, units=N):
    """A network of which nothing is small."""
    flat = np.random.default_rng(seed).normal(0, 0.5, size(units, hidden)).astype(np.float32)
    network = Conditionals.within(flat, units, hidden)
    network.direct[...] = np.tril(network.direct, -1)
    return flat, network


def slow(network, state, blind=True):
    """ln q of one state as it is written; units that are not `blind` see themselves, too."""
    total = 0.0
    for i in range(len(state)):
        seen = state[: i if blind else i + 1]
        hidden = network.hidden_bias + seen @ network.inward[: len(seen)]
        f = network.bias[i] + network.direct[i, : len(seen)] @ seen + network.outward[i] @ np.maximum(hidden, 0)
        total -= np.log1p(np.exp(-2 * state[i] * f))
    return total


@pytest.mark.parametrize("hidden", [0, H])
def test_probabilities_are_those_of_the_formula_and_add_to_one(hidden):
    _, network = made(hidden=hidden)
    states = all_states(N)
    for symmetric in (False, True):
        p = np.exp(log_probability(network, states, symmetric))
        q = np.exp([slow(network, state) for state in states])
        np.testing.assert_allclose(p, (q + q[::-1]) / 2 if symmetric else q, rtol=1e-4)  # the last state is −first
        assert p.sum() == pytest.approx(1, abs=1e-5)
    if hidden:
        assert abs(np.exp([slow(network, state, blind=False) for state in states]).sum() - 1) > 0.1


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_gradient_is_that_of_the_mean_log_probability(symmetric):
    """By small random steps in each array, which meet few kinks; that of the other symmetry is the twin."""
    flat, network = made(1)
    states = np.random.default_rng(2).choice([-1, 1], size=(70, N))
    slopes = np.zeros_like(flat)
    into = Conditionals.within(slopes, N, H)
    mean = gradient(network, states, symmetric, into)
    assert mean == pytest.approx(log_probability(network, states, symmetric).mean(), abs=1e-5)
    other = np.zeros_like(flat)
    gradient(network, states, not symmetric, Conditionals.within(other, N, H))
    worst = {"right": 0.0, "other": 0.0}
    for number, part in enumerate(network):
        step = np.random.default_rng(number).normal(0, 1e-3, part.shape).astype(np.float32)
        step = np.tril(step, -1) if number == 0 else step
        ends = []
        for sign in (1, -1):
            moved = network._replace(**{network._fields[number]: part + sign * step})
            ends.append(log_probability(moved, states, symmetric).mean())
        found = (ends[0] - ends[1]) / 2
        for name, given in (("right", slopes), ("other", other)):
            expected = float(np.sum(Conditionals.within(given, N, H)[number] * step))
            worst[name] = max(worst[name], abs(expected - found))
    assert worst["right"] < 5e-6 < 5e-4 < worst["other"]


def test_the_gradient_does_not_touch_what_a_unit_cannot_see():
    flat, network = made(3)
    slopes = np.ones_like(flat)
    into = Conditionals.within(slopes, N, H)
    gradient(network, all_states(N), False, into)
    assert not np.triu(into.direct).any()
    assert not into.inward[-1].any()  # nobody sees the last unit


@pytest.mark.parametrize("symmetric", [False, True])
def test_draws_have_the_probabilities(symmetric):
    """Of 64 states; draws of the other symmetry are the twin."""
    _, network = made(4)
    p = np.exp(log_probability(network, all_states(N), symmetric))
    generator = np.random.default_rng(5)
    assert abs(chi_squared(draw(network, 20_000, symmetric, generator), p)[0]) < 4
    assert chi_squared(draw(network, 20_000, not symmetric, generator), p)[0] > 20


def test_what_fills_blocks_is_what_is_left_over():
    """States go through kernels by 64 and by 8, and through memory by 8,192."""
    _, network = made(6)
    states = np.resize(all_states(N), (8_200, N))
    all_at_once = log_probability(network, states, True)
    np.testing.assert_array_equal(all_at_once[-7:], log_probability(network, states[-7:], True))
    parts = [np.zeros(size(N, H), np.float32) for _ in range(2)]
    for part, rows in zip(parts, (states[:72], states[:75]), strict=True):
        gradient(network, rows, False, Conditionals.within(part, N, H))
    alone = np.zeros_like(parts[0])
    gradient(network, states[72:75], False, Conditionals.within(alone, N, H))
    np.testing.assert_allclose(75 * parts[1], 72 * parts[0] + 3 * alone, atol=2e-4)
