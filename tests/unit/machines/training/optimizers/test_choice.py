"""A new optimizer is a class in a file of its own and a line in the table."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.training.optimizers.choice import OPTIMIZERS, make_optimizer
from spinlens.machines.training.recipe import Recipe

DATA = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(200, 2)), 4, axis=1)


@dataclass(frozen=True)
class SignAscent:
    """value ← value + rate · sign gradient, until its norm is above `momentum`, its one option of the recipe."""

    memories: ClassVar[int] = 0
    uses_fisher: ClassVar[bool] = False
    momentum: float

    def ascend(self, values, gradient, memory, rate, update, fisher):
        assert memory == []
        if np.linalg.norm(values.weights_) < self.momentum:
            values.weights_[:] += rate * np.sign(gradient.weights_)


def test_an_optimizer_of_the_table_trains_a_machine(monkeypatch):
    monkeypatch.setitem(OPTIMIZERS, "sign", SignAscent)
    machine = RBM(3, optimizer="sign", momentum=0.9, learning_rate=0.01, epochs=60).fit(DATA)
    assert 0.9 <= np.linalg.norm(machine.weights_) < 0.9 + 0.01 * np.sqrt(24)
    assert not machine.visible_bias_.any()


def test_optimizers_take_their_options_from_the_recipe():
    for name in ("sgd", "adam"):
        made = make_optimizer(name, Recipe(3, l1=0.25, momentum=0.75, biases=True))
        assert made.l1 == 0.25
        assert made.biases
    assert make_optimizer("sgd", Recipe(3, momentum=0.75)).momentum == 0.75
    assert make_optimizer("natural", Recipe(3, damping=(1.0, 2.0))).damping == (1.0, 2.0)
    with pytest.raises(InputError, match="sgd, adam"):
        RBM(3, optimizer="sign")
