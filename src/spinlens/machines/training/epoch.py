"""One pass over the data: the batches of an epoch and the update for each."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from spinlens import seeding
from spinlens.arrays import Integers
from spinlens.errors import ConvergenceError
from spinlens.machines.files.packed import States
from spinlens.machines.training.engine import Engine
from spinlens.machines.training.recipe import Recipe, rate_at
from spinlens.machines.training.state import TrainingState
from spinlens.machines.units.symmetries import random_symmetry

_LARGEST_WEIGHT = 100.0  # a weight of 10 already fixes its units to one part in e^20: beyond this it diverges
_SHUFFLED = 2**18  # states shuffled at once: beyond this the order is that of shuffled blocks, to bound the memory


def run_epoch(recipe: Recipe, state: TrainingState, data: States, engine: Engine) -> None:
    """One pass over `data` (n_samples, n_visible) in shuffled batches; a last incomplete batch is left out."""
    generator = seeding.generator(recipe.seed, "rbm", "epoch", state.epoch)
    size = min(recipe.batch_size, len(data))
    batches = shuffled_batches(len(data), size, generator)
    updates = engine(recipe, state, size, generator)
    moves = seeding.generator(recipe.seed, "rbm", "symmetries", state.epoch)
    count, done = len(data) // size, 0.0  # updates of a pass; part of the training that is made
    for number, rows in enumerate(batches):
        batch = np.asarray(data[rows])
        done = (state.epoch * count + number) / (recipe.epochs * count)
        updates.step(batch if recipe.augment is None else random_symmetry(batch, recipe.augment, moves), done)
    diagnostics = updates.finish()
    state.epoch += 1
    _check_size(recipe, state)
    weights = state.parameters.weights_
    entry = {
        "epoch": state.epoch,
        "learning_rate": rate_at(recipe, done),
        "weight_rms": math.sqrt(float(np.mean(weights**2))),
    }
    state.history.append({**entry, **diagnostics})


def _check_size(recipe: Recipe, state: TrainingState) -> None:
    largest = float(np.abs(state.parameters.weights_).max())
    if not largest < _LARGEST_WEIGHT:
        raise ConvergenceError(
            f"training diverged in epoch {state.epoch} (largest |W| = {largest:.3g}): use {_calmer(recipe)}"
        )


def _calmer(recipe: Recipe) -> str:
    """What to change: a decay that overshoots, by more than twice the weight or far beyond it, else the rate."""
    for name, decay, most in (("l2", recipe.l2, 2.0), ("l1", recipe.l1, _LARGEST_WEIGHT)):
        if recipe.learning_rate * decay >= most:
            return f"a smaller {name} than {decay:g}, below {most / recipe.learning_rate:g} at this learning_rate"
    return f"a smaller learning_rate than {recipe.learning_rate:g}"


def shuffled_batches(n_samples: int, size: int, generator: np.random.Generator) -> Iterator[Integers]:
    """Rows of each batch; long data are shuffled in blocks of 2^18 states that come in random order."""
    if n_samples <= _SHUFFLED:
        return _slices(generator.permutation(n_samples), size)
    return _slices_of_blocks(n_samples, size, generator.spawn(1)[0])


def _slices_of_blocks(n_samples: int, size: int, generator: np.random.Generator) -> Iterator[Integers]:
    for block in generator.permutation(-(-n_samples // _SHUFFLED)):
        first = int(block) * _SHUFFLED
        yield from _slices(first + generator.permutation(min(_SHUFFLED, n_samples - first)), size)


def _slices(order: Integers, size: int) -> Iterator[Integers]:
    return (order[first : first + size] for first in range(0, len(order) - size + 1, size))
