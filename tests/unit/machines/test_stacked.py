"""Stacks: shapes, determinism, sampling through the layers."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.stacked import StackedRBM

DATA = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(300, 4)), 4, axis=1).astype(np.int8)


@pytest.mark.parametrize("upward", ["sampled", "mean"])
def test_layers_fit_on_each_other_and_are_deterministic(upward):
    stack, again = (StackedRBM((8, 4, 2), upward=upward, epochs=3, seed=2).fit(DATA) for _ in range(2))
    assert [layer.weights_.shape for layer in stack.layers_] == [(16, 8), (8, 4), (4, 2)]
    for one, other in zip(stack.layers_, again.layers_, strict=True):
        np.testing.assert_array_equal(one.weights_, other.weights_)


def test_transform_is_tanh_after_tanh():
    stack = StackedRBM((8, 4), epochs=5, learning_rate=0.2).fit(DATA)
    first, second = (layer.weights_ for layer in stack.layers_)
    np.testing.assert_allclose(stack.transform(DATA), np.tanh(np.tanh(DATA @ first) @ second), atol=1e-5)
    np.testing.assert_allclose(stack.transform(DATA, layers=1), np.tanh(DATA @ first), atol=1e-5)


def test_up_and_down_pass_through_every_layer():
    stack = StackedRBM((8, 4), epochs=40, learning_rate=0.2, persistent=True).fit(DATA)
    states = stack.up(DATA, np.random.default_rng(1))
    assert [state.shape for state in states] == [(300, 8), (300, 4)]
    below = stack.down(states[-1], np.random.default_rng(2))
    assert [state.shape for state in below] == [(300, 8), (300, 16)]
    assert (below[-1] * DATA).mean() > 0.5  # the four blocks survive the way up and down


def test_samples_have_the_blocks_of_the_data():
    stack = StackedRBM((8, 4), epochs=40, learning_rate=0.2, persistent=True).fit(DATA)
    blocks = np.abs(stack.sample(200, steps=100, seed=3).reshape(200, 4, 4).mean(axis=2))
    assert blocks.mean() > 0.8  # four free spins would give 0.375


def test_a_trained_machine_can_be_the_bottom():
    stack = StackedRBM((8, 4), epochs=3).fit(DATA)
    again = StackedRBM((8, 4), epochs=3).fit(DATA, bottom=stack.layers_[0])
    assert again.layers_[0] is stack.layers_[0]
    np.testing.assert_array_equal(again.layers_[1].weights_, stack.layers_[1].weights_)
    with pytest.raises(InputError, match="first layer needs"):
        StackedRBM((4, 2)).fit(DATA, bottom=stack.layers_[0])


def test_progress_names_the_layer():
    seen = []
    StackedRBM((4, 2), epochs=1).fit(DATA, progress=seen.append)
    assert [(step.numbers["layer"], step.share) for step in seen] == [
        (0, pytest.approx(64 / 72)),
        (1, 1.0),
    ]


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="n_hidden must hold one or more values"):
        StackedRBM(())
    with pytest.raises(InputError, match="epoch"):
        StackedRBM((4,), epoch=3)
    with pytest.raises(InputError, match="at most 1"):
        StackedRBM((4,), epochs=1).fit(DATA).transform(DATA, layers=2)
    with pytest.raises(InputError, match="no layers yet"):
        StackedRBM((4,)).sample(3)
