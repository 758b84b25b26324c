"""What continues from one epoch to the next, on disk too, and how an epoch is carried out: Adam up the gradient."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import checks, seeding
from spinlens.arrays import Single, Spins
from spinlens.errors import ConvergenceError
from spinlens.files.atomic import make_folder
from spinlens.machines.conditionals.network import Conditionals, gradient, log_probability, size
from spinlens.machines.conditionals.recipe import ConditionalRecipe
from spinlens.machines.files import storage
from spinlens.machines.files.packed import States
from spinlens.machines.training.epoch import shuffled_batches
from spinlens.machines.training.optimizers.adam import Adam
from spinlens.machines.training.recipe import averages_at, rate_at
from spinlens.machines.training.state_file import StateFile, fingerprint
from spinlens.machines.units.symmetries import random_symmetry
from spinlens.progress import Step, Tell
from spinlens.resources import afford

_SECONDS = 1.5e-9  # of a parameter and state, in one update
_COPIES = 6  # of the parameters
_EPSILON = 1e-8


@dataclass
class LearningState:
    """All that continues: flat parameters, their running average, Adam's two memories, history, best network."""

    flat: Single
    average: Single
    memory: list[Single]
    epoch: int = 0
    updates: int = 0
    averaged: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: Single | None = None
    best_likelihood: float = -math.inf

    @property
    def result(self) -> Single:
        """What training has given so far: the average where one was begun."""
        return self.average if self.averaged else self.flat


def start(recipe: ConditionalRecipe, n_visible: int, n_samples: int) -> LearningState:
    """Hidden units that see small random sums, and are not yet heard: free spins."""
    count = size(n_visible, recipe.n_hidden)
    both = 2 if recipe.symmetric else 1
    fields = 4.0 * 4 * both * min(recipe.batch_size, n_samples) * (n_visible + recipe.n_hidden)
    seconds = _SECONDS * count * both * n_samples * recipe.epochs
    afford("this training", seconds, 4.0 * _COPIES * count + fields, "ask for fewer epochs or hidden units")
    flat = np.zeros(count, np.float32)
    network = Conditionals.within(flat, n_visible, recipe.n_hidden)
    generator = seeding.generator(recipe.seed, "autoregressive", "start")
    network.inward[...] = generator.standard_normal(network.inward.shape) / math.sqrt(n_visible)
    network.hidden_bias[...] = generator.standard_normal(recipe.n_hidden)
    return LearningState(flat, flat.copy(), [np.zeros_like(flat), np.zeros_like(flat)])


class LearningFile(StateFile):
    """The state of the training of one network."""

    def write(self, state: LearningState) -> None:
        """Save a state."""
        best = None if math.isinf(state.best_likelihood) else state.best_likelihood
        numbers = {name: getattr(state, name) for name in ("epoch", "updates", "averaged", "history")}
        self.keep(_arrays(state), {**numbers, "best_likelihood": best})

    def read(self, recipe: ConditionalRecipe, n_visible: int, n_samples: int) -> LearningState:
        """The state that `write` saved for the same `about`; errors as of `kept`."""
        arrays, found = self.kept()
        state = start(recipe, n_visible, n_samples)
        if "best" in arrays:
            state.best = state.flat.copy()
        self.fill(_arrays(state), arrays)
        for name in ("epoch", "updates", "averaged", "history"):
            setattr(state, name, found[name])
        state.best_likelihood = -math.inf if found["best_likelihood"] is None else found["best_likelihood"]
        return state


def learning_file(
    path: str | Path, seconds: float, options: Mapping[str, Any], data: States, held_out: Spins | None
) -> LearningFile:
    """The file of the training with these options, on these states."""
    about = {**options, "X": fingerprint(data), "validation": None if held_out is None else fingerprint(held_out)}
    target = Path(path)
    make_folder(target.parent)  # before the training, not after its first epoch
    return LearningFile(target, about, checks.seconds("checkpoint_seconds", seconds))


@dataclass(frozen=True)
class Lesson:
    """A recipe, the states to learn and to judge by, the state that changes, and where it is kept."""

    recipe: ConditionalRecipe
    state: LearningState
    data: States
    held_out: Spins | None
    file: LearningFile | None


def learn(lesson: Lesson, publish: Callable[[], None], tell: Tell) -> None:
    """All epochs that are left; `publish` is called after each, before it is told."""
    recipe, state = lesson.recipe, lesson.state
    begun = saved = time.monotonic()
    left = recipe.epochs - state.epoch
    for number in range(1, left + 1):
        run_epoch(recipe, state, lesson.data)
        if lesson.held_out is not None:
            judge(recipe, state, lesson.held_out)
        if lesson.file is not None and (number == left or time.monotonic() - saved >= lesson.file.seconds):
            lesson.file.write(state)
            saved = time.monotonic()
        publish()
        tell(_told(state.history[-1], recipe.epochs, (time.monotonic() - begun) / number * (left - number)))


def run_epoch(recipe: ConditionalRecipe, state: LearningState, data: States) -> None:
    """One pass over `data` (n, N) in shuffled batches; a last incomplete batch is left out."""
    generator = seeding.generator(recipe.seed, "autoregressive", "epoch", state.epoch)
    moves = seeding.generator(recipe.seed, "autoregressive", "symmetries", state.epoch)
    at_once, n_visible = min(recipe.batch_size, len(data)), data.shape[1]
    network = Conditionals.within(state.flat, n_visible, recipe.n_hidden)
    slopes = np.zeros_like(state.flat)
    into, adam = Conditionals.within(slopes, n_visible, recipe.n_hidden), Adam(recipe.l2, 0.0, True, _EPSILON)
    count, found, rate = len(data) // at_once, [], recipe.learning_rate
    for number, rows in enumerate(shuffled_batches(len(data), at_once, generator)):
        batch = np.asarray(data[rows])
        moved = batch if recipe.augment is None else random_symmetry(batch, recipe.augment, moves)
        done = (state.epoch * count + number) / (recipe.epochs * count)
        found.append(gradient(network, moved, recipe.symmetric, into))
        state.updates, rate = state.updates + 1, rate_at(recipe, done)
        adam.step(state.flat, slopes, state.memory, rate, state.updates, recipe.l2, 0.0)
        _average(recipe, state, done)
    state.epoch += 1
    if not bool(np.all(np.isfinite(state.flat))):
        raise ConvergenceError(
            f"training diverged in epoch {state.epoch}: use a smaller learning_rate than {recipe.learning_rate:g}"
        )
    state.history.append({"epoch": state.epoch, "learning_rate": rate, "log_likelihood": float(np.mean(found))})


def judge(recipe: ConditionalRecipe, state: LearningState, held_out: Spins) -> None:
    """ln p of held-out states into the history; the best network is kept."""
    network = Conditionals.within(state.result, held_out.shape[1], recipe.n_hidden)
    likelihood = float(log_probability(network, held_out, recipe.symmetric).mean())
    state.history[-1]["validation"] = likelihood
    if likelihood > state.best_likelihood:
        state.best, state.best_likelihood = state.result.copy(), likelihood


def _average(recipe: ConditionalRecipe, state: LearningState, done: float) -> None:
    if averages_at(recipe, done):
        state.averaged += 1
        state.average += (state.flat - state.average) / np.float32(state.averaged)


def _arrays(state: LearningState) -> storage.Arrays:
    arrays = {"parameters": state.flat, "average": state.average}
    arrays |= {f"memory.{number}": part for number, part in enumerate(state.memory)}
    return arrays if state.best is None else {**arrays, "best": state.best}


def _told(entry: Mapping[str, float], end: int, left: float) -> Step:
    epoch = int(entry["epoch"])
    judged = "validation" if "validation" in entry else "log_likelihood"
    text = f"epoch {epoch} of {end}, ln p {entry[judged]:.2f}"
    return Step(text, epoch / end, left if epoch < end else None, numbers=entry)
