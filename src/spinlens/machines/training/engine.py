"""What carries out the updates of training: NumPy with compiled sampling, or PyTorch on CPU or GPU."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from spinlens import checks
from spinlens.arrays import Spins
from spinlens.errors import InputError
from spinlens.machines.training.recipe import Recipe, TrainingState

ENGINES = ("numpy", "torch", "torch-cuda")


class Updates(Protocol):
    """The updates of one epoch: each `step` ascends the likelihood along the gradient of one batch."""

    def step(self, batch: Spins, rate: float) -> None: ...

    def finish(self) -> dict[str, float]:
        """Leave everything that continues in the training state; diagnostics of the epoch."""
        ...


def make_updates(
    engine: str, recipe: Recipe, state: TrainingState, size: int, generator: np.random.Generator
) -> Updates:
    """The updates of one epoch with batches of `size`, by the engine of that name."""
    if checks.choice("engine", engine, ENGINES) == "numpy":
        from spinlens.machines.training.engine_numpy import NumpyUpdates

        return NumpyUpdates(recipe, state, size, generator)
    from spinlens.machines.training.engine_torch import TorchUpdates

    try:
        return TorchUpdates(recipe, state, size, generator, "cuda" if engine == "torch-cuda" else "cpu")
    except ImportError as error:
        raise InputError(f"engine {engine!r} needs PyTorch: pip install 'spinlens[torch]', or use 'numpy'") from error
