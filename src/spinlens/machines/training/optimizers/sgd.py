"""Stochastic gradient ascent with momentum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from spinlens.arrays import Single
from spinlens.machines.training.optimizers.optimizer import Elementwise, Tensor
from spinlens.machines.units.kernels import momentum_step


@dataclass(frozen=True)
class Momentum(Elementwise):
    """u ← μ u + rate · g, value ← value + u: a steady gradient moves by rate / (1 − μ) an update."""

    memories: ClassVar[int] = 1
    momentum: float

    def step(
        self, value: Single, gradient: Single, memory: Sequence[Single], rate: float, update: int, l2: float, l1: float
    ) -> None:
        """By the compiled kernel, in float32."""
        rates = (np.float32(number) for number in (rate, self.momentum, l2, l1))
        momentum_step(value, gradient, memory[0], *rates)

    def step_tensor(self, value: Tensor, force: Tensor, memory: Sequence[Tensor], rate: float, update: int) -> None:
        """By PyTorch."""
        memory[0].mul_(self.momentum).add_(force, alpha=rate)
        value.add_(memory[0])
