"""Momentum: how far a steady gradient moves a weight, and decay."""

import numpy as np
import pytest

from spinlens.machines.training.optimizers.choice import make_optimizer
from spinlens.machines.training.optimizers.sgd import Momentum
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.units.parameters import Parameters


def parameters(value):
    return Parameters(*(np.full(shape, value, np.float32) for shape in ((2, 3), 2, 3)))


def memory():
    return [np.zeros(size, np.float32) for size in (6, 2, 3)]


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_a_steady_gradient_moves_by_the_rate_over_one_less_momentum(momentum):
    """The velocity is not divided by 1 − μ, as the documentation of `learning_rate` says."""
    values, kept = parameters(0.0), memory()
    optimizer = Momentum(l2=0.0, l1=0.0, biases=True, momentum=momentum)
    for update in range(1, 201):
        before = values.copy()
        optimizer.ascend(values, parameters(1.0), kept, 0.001, update, None)
    for now, then in zip(values, before, strict=True):
        np.testing.assert_allclose(now - then, 0.001 / (1 - momentum), rtol=1e-3)


def test_weights_decay_and_biases_do_not():
    values = parameters(2.0)
    Momentum(l2=0.5, l1=0.25, biases=True, momentum=0.0).ascend(values, parameters(0.0), memory(), 0.1, 1, None)
    np.testing.assert_allclose(values.weights_, 2.0 - 0.1 * (0.5 * 2.0 + 0.25))
    assert np.all(values.visible_bias_ == 2.0)


def test_without_biases_the_weights_alone_move():
    values = parameters(0.0)
    make_optimizer("sgd", Recipe(3)).ascend(values, parameters(1.0), memory(), 0.1, 1, None)
    np.testing.assert_allclose(values.weights_, 0.1)
    assert not values.visible_bias_.any()
    assert not values.hidden_bias_.any()
