"""Updates of training in NumPy: matrix products in float32, units drawn by compiled kernels.

∂⟨ln p⟩/∂W_ia = ⟨v_i tanh θ_a⟩_data − ⟨v_i tanh θ_a⟩_model; the second average is over states k Gibbs steps after the
data (CD-k), over chains that go on from one update to the next (PCD-k), or over all states (exact). Growing
chains are between CD and PCD: they are put back to states of the data ever less often.
"""

from __future__ import annotations

import numpy as np

from spinlens.arrays import Single, Spins
from spinlens.machines.likelihood.free_energy import exact_moments
from spinlens.machines.likelihood.tempering import ReplicaLadder
from spinlens.machines.training.fisher import Fisher
from spinlens.machines.training.optimizers.choice import make_optimizer
from spinlens.machines.training.recipe import Recipe, averages_at, rate_at, restart_at
from spinlens.machines.training.state import TrainingState
from spinlens.machines.units import gibbs
from spinlens.machines.units.gibbs import Sampler
from spinlens.machines.units.kernels import average_step
from spinlens.machines.units.parameters import Parameters
from spinlens.machines.units.translations import tying


class NumpyUpdates:
    """Buffers of one epoch: data and states of the model in one array each, so that one product gives a gradient."""

    def __init__(self, recipe: Recipe, state: TrainingState, size: int, generator: np.random.Generator) -> None:
        n_visible, n_hidden = state.parameters.weights_.shape
        self.recipe, self.state, self.size, self.generator = recipe, state, size, generator
        self.lanes = gibbs.make_lanes(generator)
        self.below = state.model_rows(recipe, size)
        self.visible = np.empty((size + self.below, n_visible), np.float32)  # v⁺ of the data, below it v⁻
        self.hidden = np.empty((size + self.below, n_hidden), np.float32)  # h⁺ / size, below it −h⁻ / below
        self.gradient = Parameters(*(np.zeros_like(part) for part in state.parameters))
        self.optimizer = make_optimizer(recipe.optimizer, recipe)
        self.tied = tying(recipe.torus, n_hidden, recipe.stride)
        self.sampler = Sampler(*state.parameters)
        self.sampler.biased = recipe.biases
        self.ladder = ReplicaLadder(recipe.replicas) if recipe.replicas > 1 and state.chains is not None else None
        if state.chains is not None:
            self.replicas = state.chains.reshape(recipe.replicas, self.below, n_visible)
            self.visible[size:] = self.replicas[0]

    def step(self, batch: Spins, done: float) -> None:
        """Ascend along the gradient of the mean log-likelihood of `batch` (size, n_visible)."""
        v_pos, v_neg = self.visible[: self.size], self.visible[self.size :]
        h_pos, h_neg = self.hidden[: self.size], self.hidden[self.size :]
        v_pos[:] = batch
        self._restart_chains(v_pos, v_neg, restart_at(self.recipe, done))
        self.sampler.hidden_field(v_pos, out=h_pos)  # θ⁺ = c + v⁺ W, (size, n_hidden)
        self._draw_model(h_pos, v_neg, h_neg)  # v⁻ (below, n_visible), and h⁺ = tanh θ⁺ / size
        self.sampler.hidden_field(v_neg, out=h_neg)  # θ⁻ = c + v⁻ W, (below, n_hidden)
        gibbs.mean(h_neg, -1 / max(1, self.below))  # −h⁻ = −tanh θ⁻ / below
        np.matmul(self.visible.T, self.hidden, out=self.gradient.weights_)  # v⁺ᵀ h⁺ − v⁻ᵀ h⁻, (n_visible, n_hidden)
        self._complete_gradient(v_pos, v_neg)
        self._update(done)

    def finish(self) -> dict[str, float]:
        """Chains back into the state, which is changed in place otherwise; lowest exchange rate of tempered ones."""
        if self.state.chains is not None:
            self.replicas[0] = self.visible[self.size :]
        return {} if self.ladder is None else {"exchange_rate": float(self.ladder.acceptance.min())}

    def _restart_chains(self, v_pos: Single, v_neg: Single, share: float) -> None:
        """Put a share of the chains back to states of the data."""
        if not share:
            return
        fresh = np.flatnonzero(self.generator.random(self.below) < share)
        v_neg[fresh] = v_pos[self.generator.integers(self.size, size=len(fresh))]

    def _draw_model(self, h_pos: Single, v_neg: Single, h_neg: Single) -> None:
        """States v⁻ of the model; replaces θ⁺ in `h_pos` by tanh θ⁺ / size, `h_neg` is scratch."""
        if self.state.chains is None and self.below:  # CD-k: the first hidden states and the means come from one field
            gibbs.draw_and_mean(h_pos, self.lanes, h_neg, 1 / self.size)
            gibbs.draw(self.sampler.visible_field(h_neg, out=v_neg), self.lanes)
            self.sampler.step(v_neg, h_neg, self.lanes, self.recipe.steps - 1)
            return
        gibbs.mean(h_pos, 1 / self.size)
        if not self.below:  # the model is summed over
            return
        if self.ladder is None:  # PCD-k: the chains go on where they were, in place
            self.sampler.step(v_neg, h_neg, self.lanes, self.recipe.steps)
            return
        for _ in range(self.recipe.steps):  # of tempered chains the first replica is the model
            self.ladder.step(self.sampler, self.replicas, self.lanes, self.generator)
        v_neg[:] = self.replicas[0]

    def _complete_gradient(self, v_pos: Single, v_neg: Single) -> None:
        """Biases, exact means of the model, and the average over translations."""
        gradient = self.gradient
        if self.recipe.biases:
            gradient.hidden_bias_[:] = self.hidden.sum(axis=0)  # ⟨h⟩⁺ − ⟨h⟩⁻
            gradient.visible_bias_[:] = v_pos.mean(axis=0)
            if self.below:
                gradient.visible_bias_[:] -= v_neg.mean(axis=0)
        if self.recipe.exact_gradient:
            moments = exact_moments(self.state.parameters)
            exact = (moments.visible_hidden, moments.visible, moments.hidden)
            for part, mean in list(zip(gradient, exact, strict=True))[: 3 if self.recipe.biases else 1]:
                part -= mean.astype(np.float32)
        if self.tied is not None:
            self.tied.tie(gradient)

    def _update(self, done: float) -> None:
        recipe, state = self.recipe, self.state
        state.updates += 1
        rate = rate_at(recipe, done)
        fisher = None
        if self.optimizer.uses_fisher and self.below:
            fisher = Fisher(self.visible[self.size :], -self.below * self.hidden[self.size :], self.tied)
        self.optimizer.ascend(state.parameters, self.gradient, state.memory, rate, state.updates, fisher)
        if state.average is not None and averages_at(recipe, done):
            state.averaged += 1
            for average, value in zip(state.average, state.parameters, strict=True):
                average_step(average.reshape(-1), value.reshape(-1), np.float32(1 / state.averaged))
