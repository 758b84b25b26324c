"""Updates of training in PyTorch, on CPU or GPU: the same gradient and optimizers, other random numbers."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from spinlens.arrays import Spins
from spinlens.errors import InputError
from spinlens.machines.likelihood.free_energy import exact_moments
from spinlens.machines.training.engine_numpy import ADAM, Parameters, adam_rate, model_rows
from spinlens.machines.training.recipe import Recipe, TrainingState
from spinlens.machines.translations import Translations

Tensor = Any  # PyTorch is an optional extra: imported when an engine is made, and its types may be missing


class TorchUpdates:
    """Parameters, optimizer memory and chains on the device for one epoch; deterministic by seed on a CPU."""

    def __init__(
        self, recipe: Recipe, state: TrainingState, size: int, generator: np.random.Generator, device: str
    ) -> None:
        self.torch: Any = importlib.import_module("torch")
        if device == "cuda" and not self.torch.cuda.is_available():
            raise InputError("engine 'torch-cuda' found no GPU that PyTorch can use; use engine='torch' or 'numpy'")
        self.recipe, self.state, self.size, self.device = recipe, state, size, device
        self.random = self.torch.Generator(device=device)
        self.random.manual_seed(int(generator.integers(2**63)))
        self.values = [self._tensor(part) for part in state.parameters]
        self.memory = [self._tensor(part) for part in state.memory]
        self.average = None if state.average is None else [self._tensor(part) for part in state.average]
        self.chains = None if state.chains is None else self._tensor(state.chains)
        self.below = model_rows(recipe, state, size)
        self.betas = self.torch.linspace(1, 0, recipe.replicas, device=device)
        self.tried, self.accepted = 0, self.torch.zeros(max(1, recipe.replicas - 1), device=device)
        self.torus = None if recipe.torus is None else Translations(recipe.torus, recipe.n_hidden)

    def _tensor(self, array: Any) -> Tensor:
        return self.torch.tensor(array, dtype=self.torch.float32, device=self.device)

    def step(self, batch: Spins, rate: float) -> None:
        """Ascend along the gradient of the mean log-likelihood of `batch` (size, n_visible)."""
        gradients = self._gradients(
            self.torch.from_numpy(np.ascontiguousarray(batch)).to(self.device, self.torch.float32)
        )
        self.state.updates += 1
        for number in range(3 if self.recipe.biases else 1):
            self._ascend(number, gradients[number], rate)
        if self.average is not None and self.recipe.averages(self.state.epoch):
            self.state.averaged += 1
            for average, value in zip(self.average, self.values, strict=True):
                average.lerp_(value, 1 / self.state.averaged)

    def finish(self) -> dict[str, float]:
        """Copy parameters, memory and chains back into the training state."""
        for array, tensor in zip((*self.state.parameters, *self.state.memory), self.values + self.memory, strict=True):
            array[...] = tensor.cpu().numpy()
        if self.state.average is not None and self.average is not None:
            for array, tensor in zip(self.state.average, self.average, strict=True):
                array[...] = tensor.cpu().numpy()
        if self.state.chains is not None and self.chains is not None:
            self.state.chains[...] = self.chains.cpu().numpy()
        if self.recipe.replicas > 1 and self.chains is not None:
            return {"exchange_rate": float(self.accepted.min()) / max(1, self.tried)}
        return {}

    def _gradients(self, data: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """∂⟨ln p⟩/∂W, ∂b and ∂c of a batch."""
        weights, _, hidden_bias = self.values
        mean = self.torch.tanh(data @ weights + hidden_bias) / self.size
        both, visible, hidden = data.T @ mean, data.mean(dim=0), mean.sum(dim=0)
        if self.recipe.exact_gradient:
            moments = exact_moments(Parameters(*(value.cpu().numpy() for value in self.values)))
            below = tuple(self._tensor(part) for part in (moments.visible_hidden, moments.visible, moments.hidden))
        else:
            model = self._model_states(data)
            mean = self.torch.tanh(model @ weights + hidden_bias) / self.below
            below = (model.T @ mean, model.mean(dim=0), mean.sum(dim=0))
        both, visible, hidden = both - below[0], visible - below[1], hidden - below[2]
        if self.torus is not None:
            both = self._tensor(self.torus.average(both.cpu().numpy()))
            visible = visible.mean().expand_as(visible)
            hidden = self._tensor(self.torus.average_hidden(hidden.cpu().numpy()))
        return both, visible, hidden

    def _model_states(self, data: Tensor) -> Tensor:
        if self.recipe.replicas > 1 and self.chains is not None:
            replicas = self.chains.view(self.recipe.replicas, self.below, -1)
            for _ in range(self.recipe.steps):
                self._temper(replicas)
            return replicas[0]
        weights, visible_bias, hidden_bias = self.values
        visible = data if self.chains is None else self.chains
        for _ in range(self.recipe.steps):
            hidden = self._draw(visible @ weights + hidden_bias)
            visible = self._draw(hidden @ weights.T + visible_bias)
        if self.chains is not None:
            self.chains = visible
        return visible

    def _temper(self, replicas: Tensor) -> None:
        """A Gibbs step of every replica and an exchange between neighbours, in place, as `tempering.Ladder` does."""
        weights, visible_bias, hidden_bias = self.values
        beta = self.betas[:, None, None]
        hidden = self._draw(beta * (replicas @ weights + hidden_bias))
        replicas.copy_(self._draw(beta * (hidden @ weights.T) + visible_bias))
        theta = replicas @ weights + hidden_bias
        for first in (0, 1):
            lower = self.torch.arange(first, len(replicas) - 1, 2, device=self.device)
            if not len(lower):
                continue
            cold, hot = beta[lower], beta[lower + 1]
            # ln f_β = Σ ln 2cosh βθ: the gain of an exchange; biases of visible units are the same at every β
            gain = self._log_cosh(cold * theta[lower + 1]) - self._log_cosh(hot * theta[lower + 1])
            gain = gain - self._log_cosh(cold * theta[lower]) + self._log_cosh(hot * theta[lower])
            uniform = self.torch.rand(gain.shape, generator=self.random, device=self.device)
            swap = uniform.log() < gain
            self.accepted[lower] += swap.sum(dim=1)
            for array in (replicas, theta):
                below, above = array[lower], array[lower + 1]
                array[lower] = self.torch.where(swap[:, :, None], above, below)
                array[lower + 1] = self.torch.where(swap[:, :, None], below, above)
        self.tried += replicas.shape[1]

    def _log_cosh(self, theta: Tensor) -> Tensor:
        """Σ_a ln 2cosh θ_a over the last axis."""
        size = theta.abs()
        return (size + self.torch.log1p(self.torch.exp(-2 * size))).sum(dim=-1)

    def _draw(self, field: Tensor) -> Tensor:
        """±1 with mean tanh θ."""
        uniform = self.torch.rand(field.shape, generator=self.random, device=self.device)
        return self.torch.where(uniform < self.torch.sigmoid(2 * field), 1.0, -1.0)

    def _ascend(self, number: int, gradient: Tensor, rate: float) -> None:
        recipe, value = self.recipe, self.values[number]
        if number == 0:
            gradient = gradient - recipe.l2 * value - recipe.l1 * self.torch.sign(value)
        memory = [part.view_as(value) for part in self.memory[number::3]]
        if recipe.optimizer == "sgd":
            memory[0].mul_(recipe.momentum).add_(gradient, alpha=rate)
            value.add_(memory[0])
            return
        memory[0].lerp_(gradient, 1 - ADAM[0])
        memory[1].lerp_(gradient * gradient, 1 - ADAM[1])
        value.addcdiv_(memory[0], memory[1].sqrt() + 1e-8, value=adam_rate(rate, self.state.updates))
