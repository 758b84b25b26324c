"""Updates of training in NumPy: matrix products in float32, units drawn by compiled kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinlens.arrays import Spins
from spinlens.machines import gibbs
from spinlens.machines.gibbs import Sampler
from spinlens.machines.kernels import Float32, adam_step, average_step, momentum_step
from spinlens.machines.likelihood.free_energy import exact_moments
from spinlens.machines.likelihood.tempering import Ladder
from spinlens.machines.training.recipe import Recipe, TrainingState
from spinlens.machines.translations import Translations

ADAM = (0.9, 0.999)


class NumpyUpdates:
    """Buffers of one epoch: rows of data above, rows of the model's states below, so one product gives a gradient."""

    def __init__(self, recipe: Recipe, state: TrainingState, size: int, generator: np.random.Generator) -> None:
        n_visible, n_hidden = state.weights.shape
        self.recipe, self.state, self.size, self.generator = recipe, state, size, generator
        self.lanes = gibbs.make_lanes(generator)
        self.ladder = Ladder(recipe.replicas) if recipe.replicas > 1 and state.chains is not None else None
        self.torus = None if recipe.torus is None else Translations(recipe.torus, n_hidden)
        self.below = model_rows(recipe, state, size)
        self.visible = np.empty((size + self.below, n_visible), np.float32)
        self.hidden = np.empty((size + self.below, n_hidden), np.float32)
        if state.chains is not None:
            self.replicas = state.chains.reshape(recipe.replicas, self.below, n_visible)
            self.visible[size:] = self.replicas[0]
        self.weight_gradient = np.empty_like(state.weights)
        self.visible_gradient = np.zeros(n_visible, np.float32)
        self.hidden_gradient = np.zeros(n_hidden, np.float32)
        self.sampler = Sampler(*state.parameters)
        self.sampler.biased = recipe.biases

    def step(self, batch: Spins, rate: float) -> None:
        """Ascend along the gradient of the mean log-likelihood of `batch` (size, n_visible)."""
        self.visible[: self.size] = batch
        self.gradients()
        self._ascend(rate)

    def finish(self) -> dict[str, float]:
        """Chains back into the state, which is changed in place otherwise; lowest exchange rate of tempered ones."""
        if self.state.chains is not None:
            self.replicas[0] = self.visible[self.size :]
        return {} if self.ladder is None else {"exchange_rate": float(self.ladder.acceptance.min())}

    def gradients(self) -> None:
        """Gradients of the mean log-likelihood of the batch in `visible[:size]`."""
        data, hidden = self.visible[: self.size], self.hidden[: self.size]
        self.sampler.hidden_field(data, out=hidden)
        if not self.below:
            gibbs.mean(hidden, 1 / self.size)
        elif self.state.chains is None:
            self._draw_from_data(hidden)
        else:
            gibbs.mean(hidden, 1 / self.size)
            self._draw_from_chains()
        np.matmul(self.visible.T, self.hidden, out=self.weight_gradient)
        if self.recipe.biases:
            self.hidden_gradient[:] = self.hidden.sum(axis=0)
            self.visible_gradient[:] = data.mean(axis=0)
            if self.below:
                self.visible_gradient -= self.visible[self.size :].mean(axis=0)
        if self.recipe.exact_gradient:
            self._subtract_exact()
        if self.torus is not None:
            self._average(self.torus)

    def _draw_from_data(self, field: Float32) -> None:
        """CD-k: the first hidden states come from the same field as the means of the data, left in its place."""
        model, hidden = self.visible[self.size :], self.hidden[self.size :]
        gibbs.draw_and_mean(field, self.lanes, hidden, 1 / self.size)
        gibbs.draw(self.sampler.visible_field(hidden, out=model), self.lanes)
        self.sampler.step(model, hidden, self.lanes, self.recipe.steps - 1)
        gibbs.mean(self.sampler.hidden_field(model, out=hidden), -1 / self.below)

    def _draw_from_chains(self) -> None:
        """PCD-k: the chains go on where they were, in place; of tempered ones the first replica is the model."""
        model, hidden = self.visible[self.size :], self.hidden[self.size :]
        if self.ladder is None:
            self.sampler.step(model, hidden, self.lanes, self.recipe.steps)
        else:
            for _ in range(self.recipe.steps):
                self.ladder.step(self.sampler, self.replicas, self.lanes, self.generator)
            model[:] = self.replicas[0]
        gibbs.mean(self.sampler.hidden_field(model, out=hidden), -1 / self.below)

    def _subtract_exact(self) -> None:
        moments = exact_moments(Parameters(*self.state.parameters))
        self.weight_gradient -= moments.visible_hidden.astype(np.float32)
        if self.recipe.biases:
            self.visible_gradient -= moments.visible.astype(np.float32)
            self.hidden_gradient -= moments.hidden.astype(np.float32)

    def _average(self, torus: Translations) -> None:
        self.weight_gradient[:] = torus.average(self.weight_gradient)
        self.visible_gradient[:] = self.visible_gradient.mean()
        self.hidden_gradient[:] = torus.average_hidden(self.hidden_gradient)

    def _ascend(self, rate: float) -> None:
        recipe, state = self.recipe, self.state
        state.updates += 1
        parts: list[tuple[Float32, Float32]] = [(state.weights.reshape(-1), self.weight_gradient.reshape(-1))]
        if recipe.biases:
            parts += [(state.visible_bias, self.visible_gradient), (state.hidden_bias, self.hidden_gradient)]
        for number, (value, gradient) in enumerate(parts):
            decay = (recipe.l2, recipe.l1) if number == 0 else (0.0, 0.0)
            _step(recipe, value, gradient, state.memory[number::3], rate, state.updates, decay)
        if state.average is not None and recipe.averages(state.epoch):
            state.averaged += 1
            for average, value in zip(state.average, state.parameters, strict=True):
                average_step(average.reshape(-1), value.reshape(-1), np.float32(1 / state.averaged))


def model_rows(recipe: Recipe, state: TrainingState, size: int) -> int:
    """States of the model in one gradient: none where it is summed, those of the first replica where tempered."""
    if recipe.exact_gradient:
        return 0
    return size if state.chains is None else len(state.chains) // recipe.replicas


def adam_rate(rate: float, updates: int) -> float:
    """Learning rate of update number `updates` with the start-up correction of Adam."""
    return rate * math.sqrt(1 - ADAM[1] ** updates) / (1 - ADAM[0] ** updates)


@dataclass(frozen=True)
class Parameters:
    """Parameter arrays as a machine."""

    weights_: Float32
    visible_bias_: Float32
    hidden_bias_: Float32


def _step(
    recipe: Recipe,
    value: Float32,
    gradient: Float32,
    memory: list[Float32],
    rate: float,
    updates: int,
    decay: tuple[float, float],
) -> None:
    l2, l1 = np.float32(decay[0]), np.float32(decay[1])
    if recipe.optimizer == "sgd":
        momentum_step(value, gradient, memory[0], np.float32(rate), np.float32(recipe.momentum), l2, l1)
        return
    pair = (np.float32(ADAM[0]), np.float32(ADAM[1]))
    adam_step(value, gradient, memory[0], memory[1], np.float32(adam_rate(rate, updates)), *pair, l2, l1)
