"""What continues from one epoch of training to the next, and how it begins.

The state is apart from the recipe, and every epoch has a random stream of its own name: a run stopped after any epoch
goes on as if it had not been, and one state can be trained by one recipe after another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from spinlens import seeding
from spinlens.arrays import Single
from spinlens.errors import InputError
from spinlens.machines.files.packed import States
from spinlens.machines.training.optimizers.choice import OPTIMIZERS
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.units import gibbs
from spinlens.machines.units.parameters import Layer, Parameters
from spinlens.machines.units.translations import tying
from spinlens.resources import WEIGHT, afford

_LARGEST_EXACT_GRADIENT = 20
_COPIES = 8  # of the weights while they are trained, in float32
_FREE = ("learning_rate", "final_rate", "epochs", "momentum", "l1", "l2", "track", "track_at", "annealing", "patience")


@dataclass
class TrainingState:
    """All that continues: parameters, optimizer memory, persistent chains, running average, history, best machine."""

    parameters: Parameters
    memory: list[Single]
    chains: Single | None
    epoch: int = 0
    updates: int = 0
    averaged: int = 0
    average: Parameters | None = None
    history: list[dict[str, float]] = field(default_factory=list)
    best: Parameters | None = None
    best_likelihood: float = -math.inf
    without_gain: int = 0
    stopped: bool = False

    @property
    def result(self) -> Parameters:
        """The machine that training has given so far: the average of parameters where one was begun."""
        return self.average if self.average is not None and self.averaged else self.parameters

    @property
    def n_visible(self) -> int:
        """Number of visible units."""
        return len(self.parameters.weights_)

    def model_rows(self, recipe: Recipe, size: int) -> int:
        """States of the model in the gradient of a batch of `size`: none where it is summed, of replicas the first."""
        if recipe.exact_gradient:
            return 0
        return size if self.chains is None else len(self.chains) // recipe.replicas


def start(recipe: Recipe, n_visible: int, n_samples: int) -> TrainingState:
    """Small random weights and, for PCD, chains of free spins."""
    require_affordable(recipe, n_visible, n_samples, recipe.epochs)
    generator = seeding.generator(recipe.seed, "rbm", "start")
    parameters = Parameters(
        _weights(recipe, n_visible, generator), np.zeros(n_visible, np.float32), np.zeros(recipe.n_hidden, np.float32)
    )
    chains = _chains(recipe, n_visible, n_samples, generator)
    copies = OPTIMIZERS[recipe.optimizer].memories
    memory = [np.zeros(part.size, np.float32) for _ in range(copies) for part in parameters]
    return TrainingState(parameters, memory, chains, average=parameters.copy() if recipe.averaging else None)


def require_affordable(recipe: Recipe, n_visible: int, n_samples: int, epochs: int) -> None:
    """See `resources.afford`: each batch takes half a Gibbs step of its states, and the steps of the chains."""
    weights, batch = float(n_visible) * recipe.n_hidden, min(float(recipe.batch_size), n_samples)
    chains = recipe.replicas * (recipe.chains or batch)
    seconds = WEIGHT * weights * epochs * (n_samples / batch) * (batch + 2 * recipe.steps * chains)
    memory = 4 * (_COPIES * weights + 2 * (batch + chains) * (n_visible + recipe.n_hidden))
    afford("this training", seconds, memory, "ask for fewer epochs, hidden units or chains")


def start_from(recipe: Recipe, machine: Layer | None, data: States) -> TrainingState:
    """The parameters of a trained machine and, for PCD, chains that start at states of the data; `start` for None."""
    state = start(recipe, data.shape[1], len(data))
    if machine is None:
        return state
    given = (machine.weights_, machine.visible_bias_, machine.hidden_bias_)
    if state.parameters.weights_.shape != given[0].shape:
        needed = state.parameters.weights_.shape
        raise InputError(f"start has weights of shape {given[0].shape}, this training needs {needed}")
    for own, other in zip(state.parameters, given, strict=True):
        own[...] = other
    if state.chains is not None:
        generator = seeding.generator(recipe.seed, "rbm", "chains from data")
        state.chains[...] = data[generator.integers(len(data), size=len(state.chains))]
    return state


def structure(recipe: Recipe) -> dict[str, Any]:
    """The options that a state depends on; the others may change while a training goes on."""
    return {name: value for name, value in recipe.plain_options().items() if name not in _FREE}


def going_on(
    recipe: Recipe, machine: Layer | None, history: Sequence[Mapping[str, float]], data: States
) -> TrainingState:
    """A state that begins at the weights and after the epochs of a machine, fresh where there are none."""
    if machine is not None and machine.weights_.shape != (data.shape[1], recipe.n_hidden):
        raise InputError(
            f"n_hidden is {recipe.n_hidden} and X has {data.shape[1]} columns, but the weights are "
            f"{machine.weights_.shape}: train a machine of another shape with fit"
        )
    state = start_from(recipe, machine, data)
    state.history = [dict(entry) for entry in history]
    state.epoch = int(state.history[-1].get("epoch", len(state.history))) if state.history else 0
    state.updates = state.epoch * max(1, len(data) // recipe.batch_size)
    return state


def _weights(recipe: Recipe, n_visible: int, generator: np.random.Generator) -> Single:
    """Normal numbers times `initial_scale`, (n_visible, n_hidden); shared by translations where they are tied."""
    tied = tying(recipe.torus, recipe.n_hidden, recipe.stride)
    shape = (n_visible, recipe.n_hidden)
    normal = generator.standard_normal(shape) if tied is None else tied.random(n_visible, generator)
    if recipe.exact_gradient and min(shape) > _LARGEST_EXACT_GRADIENT:
        raise InputError(
            f"exact_gradient sums over the smaller side, of {min(shape)} units here; it must have at most "
            f"{_LARGEST_EXACT_GRADIENT}: use persistent=True instead"
        )
    return (normal * recipe.initial_scale).astype(np.float32)


def _chains(recipe: Recipe, n_visible: int, n_samples: int, generator: np.random.Generator) -> Single | None:
    """Persistent chains (replicas · chains, n_visible): all of the first replica, then all of the next."""
    if not recipe.persistent or recipe.exact_gradient:
        return None
    n_chains = recipe.replicas * (recipe.chains or min(recipe.batch_size, n_samples))
    return gibbs.random_states(n_chains, n_visible, generator)
