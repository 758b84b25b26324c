"""The optimizers by name."""

from __future__ import annotations

import dataclasses

from spinlens.machines.training.optimizers.adam import Adam
from spinlens.machines.training.optimizers.natural import Natural
from spinlens.machines.training.optimizers.optimizer import Optimizer
from spinlens.machines.training.optimizers.sgd import Momentum

OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": Momentum, "adam": Adam, "natural": Natural}
"""One line for each optimizer; its name is what `RBM(optimizer=…)` takes."""


def make_optimizer(name: str, options: object) -> Optimizer:
    """The optimizer `name` with those of `options` (a recipe) that are its fields."""
    kind = OPTIMIZERS[name]
    return kind(**{field.name: getattr(options, field.name) for field in dataclasses.fields(kind)})
