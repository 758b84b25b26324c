"""What carries out the updates of training: NumPy with compiled sampling, or PyTorch on CPU or GPU."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from spinlens.arrays import Spins
from spinlens.machines.training.engine_numpy import NumpyUpdates
from spinlens.machines.training.engine_torch import torch_updates
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.training.state import TrainingState


class Updates(Protocol):
    """The updates of one epoch: each `step` ascends the likelihood along the gradient of one batch.

    `done` is the fraction of the training that is made before it, on which rate, restarts and averaging depend.
    """

    def step(self, batch: Spins, done: float) -> None: ...

    def finish(self) -> dict[str, float]:
        """Leave everything that continues in the training state; diagnostics of the epoch."""
        ...


Engine = Callable[[Recipe, TrainingState, int, np.random.Generator], Updates]
"""Makes the updates of one epoch, with batches of a size and the random stream of the epoch."""


def engine_of(name: str) -> Engine:
    """The engine of a name of `recipe.ENGINES`; `InputError` where PyTorch or a GPU is wanted and missing."""
    if name == "numpy":
        return NumpyUpdates
    return torch_updates(name, "cuda" if name == "torch-cuda" else "cpu")
