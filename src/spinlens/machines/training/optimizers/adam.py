"""Adam: steps of the size of the rate, whatever the size of the gradient [Kingma & Ba 2015]."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from spinlens.arrays import Single
from spinlens.machines.training.optimizers.optimizer import Elementwise, Tensor
from spinlens.machines.units.kernels import adam_step

_FIRST, _SECOND = 0.9, 0.999  # memory of the gradient and of its square


@dataclass(frozen=True)
class Adam(Elementwise):
    """value ← value + rate · m / (√s + ε) with running means m of the gradient and s of its square."""

    memories: ClassVar[int] = 2
    epsilon: float

    def step(
        self, value: Single, gradient: Single, memory: Sequence[Single], rate: float, update: int, l2: float, l1: float
    ) -> None:
        """By the compiled kernel, in float32."""
        numbers = (np.float32(number) for number in (_rate(rate, update), _FIRST, _SECOND, l2, l1, self.epsilon))
        adam_step(value, gradient, memory[0], memory[1], *numbers)

    def step_tensor(self, value: Tensor, force: Tensor, memory: Sequence[Tensor], rate: float, update: int) -> None:
        """By PyTorch."""
        memory[0].lerp_(force, 1 - _FIRST)
        memory[1].lerp_(force * force, 1 - _SECOND)
        value.addcdiv_(memory[0], memory[1].sqrt() + self.epsilon, value=_rate(rate, update))


def _rate(rate: float, update: int) -> float:
    """With the correction of the start, where both running means are too small."""
    return rate * math.sqrt(1 - _SECOND**update) / (1 - _FIRST**update)
