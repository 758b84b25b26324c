"""Updates of training in PyTorch, on CPU or GPU: the same gradient and optimizers, other random numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from spinlens.arrays import AnyArray, Spins
from spinlens.errors import InputError
from spinlens.machines.likelihood.free_energy import exact_moments
from spinlens.machines.training.fisher_torch import TorchFisher
from spinlens.machines.training.optimizers.choice import make_optimizer
from spinlens.machines.training.optimizers.optimizer import Tensor
from spinlens.machines.training.recipe import Recipe, averages_at, rate_at, restart_at
from spinlens.machines.training.state import TrainingState
from spinlens.machines.units.parameters import Parameters
from spinlens.machines.units.translations import tying


def torch_updates(
    engine: str, device: str
) -> Callable[[Recipe, TrainingState, int, np.random.Generator], TorchUpdates]:
    """What makes the updates of an epoch on `device`; `engine` is the name that the user gave."""
    try:
        torch = importlib.import_module("torch")
    except ImportError as error:
        raise InputError(f"engine {engine!r} needs PyTorch: pip install 'spinlens[torch]', or use 'numpy'") from error
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("engine 'torch-cuda' found no GPU that PyTorch can use; use engine='torch' or 'numpy'")
    return partial(TorchUpdates, torch, device)


class TorchUpdates:
    """Parameters, optimizer memory and chains on the device for one epoch; deterministic by seed on a CPU."""

    def __init__(
        self,
        torch: Any,
        device: str,
        recipe: Recipe,
        state: TrainingState,
        size: int,
        generator: np.random.Generator,
    ) -> None:
        self.torch, self.device = torch, device
        self.recipe, self.state, self.size = recipe, state, size
        self.random = torch.Generator(device=device)
        self.random.manual_seed(int(generator.integers(2**63)))
        self.values = [self._tensor(part) for part in state.parameters]
        self.memory = [self._tensor(part) for part in state.memory]
        self.average = None if state.average is None else [self._tensor(part) for part in state.average]
        self.chains = None if state.chains is None else self._tensor(state.chains)
        self.below = state.model_rows(recipe, size)
        self.betas = torch.linspace(1, 0, recipe.replicas, device=device)
        self.tried, self.accepted = 0, torch.zeros(max(1, recipe.replicas - 1), device=device)
        self.optimizer = make_optimizer(recipe.optimizer, recipe)
        self.tied = tying(recipe.torus, recipe.n_hidden, recipe.stride)

    def _tensor(self, array: AnyArray) -> Tensor:
        return self.torch.tensor(array, dtype=self.torch.float32, device=self.device)

    def step(self, batch: Spins, done: float) -> None:
        """Ascend along the gradient of the mean log-likelihood of `batch` (size, n_visible)."""
        v_pos = self.torch.from_numpy(np.ascontiguousarray(batch)).to(self.device, self.torch.float32)
        positive = self._moments(v_pos, self.size)
        fisher = None
        if self.recipe.exact_gradient:
            negative = self._exact_moments()
        else:
            v_neg = self._draw_model(v_pos, restart_at(self.recipe, done))
            negative = self._moments(v_neg, self.below)
            if self.optimizer.uses_fisher:
                means = self.torch.tanh(v_neg @ self.values[0] + self.values[2])
                fisher = TorchFisher(self.torch, v_neg, means, self.tied)
        gradient = self._tie([above - below for above, below in zip(positive, negative, strict=True)])
        self.state.updates += 1
        self.optimizer.ascend_tensors(
            self.values, gradient, self.memory, rate_at(self.recipe, done), self.state.updates, fisher
        )
        if self.average is not None and averages_at(self.recipe, done):
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

    def _moments(self, visible: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """⟨v h⟩ (n_visible, n_hidden), ⟨v⟩ and ⟨h⟩ over `count` states, with h = tanh(c + v W)."""
        weights, _, hidden_bias = self.values
        mean = self.torch.tanh(visible @ weights + hidden_bias) / count
        return visible.T @ mean, visible.mean(dim=0), mean.sum(dim=0)

    def _exact_moments(self) -> tuple[Tensor, Tensor, Tensor]:
        moments = exact_moments(Parameters(*(value.cpu().numpy() for value in self.values)))
        return self._tensor(moments.visible_hidden), self._tensor(moments.visible), self._tensor(moments.hidden)

    def _tie(self, gradient: list[Tensor]) -> list[Tensor]:
        if self.tied is None:
            return gradient
        shared = Parameters(*(part.cpu().numpy() for part in gradient))
        self.tied.tie(shared)
        return [self._tensor(part) for part in shared]

    def _draw_model(self, v_pos: Tensor, share: float) -> Tensor:
        """States v⁻ of the model (below, n_visible): k Gibbs steps after the data, or persistent chains going on."""
        if self.recipe.replicas > 1 and self.chains is not None:
            replicas = self.chains.view(self.recipe.replicas, self.below, -1)
            for _ in range(self.recipe.steps):
                self._temper(replicas)
            return replicas[0]
        weights, visible_bias, hidden_bias = self.values
        visible = v_pos if self.chains is None else self._restarted(self.chains, v_pos, share)
        for _ in range(self.recipe.steps):
            hidden = self._draw(visible @ weights + hidden_bias)
            visible = self._draw(hidden @ weights.T + visible_bias)
        if self.chains is not None:
            self.chains = visible
        return visible

    def _restarted(self, chains: Tensor, v_pos: Tensor, share: float) -> Tensor:
        """Chains of which a share was put back to states of the data."""
        if not share:
            return chains
        fresh = self.torch.rand(len(chains), generator=self.random, device=self.device) < share
        rows = self.torch.randint(len(v_pos), (len(chains),), generator=self.random, device=self.device)
        return self.torch.where(fresh[:, None], v_pos[rows], chains)

    def _temper(self, replicas: Tensor) -> None:
        """A Gibbs step of every replica and an exchange between neighbours, in place, as `ReplicaLadder` does."""
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
            gain = self._log_f(cold * theta[lower + 1]) - self._log_f(hot * theta[lower + 1])
            gain = gain - self._log_f(cold * theta[lower]) + self._log_f(hot * theta[lower])
            uniform = self.torch.rand(gain.shape, generator=self.random, device=self.device)
            swap = uniform.log() < gain
            self.accepted[lower] += swap.sum(dim=1)
            for array in (replicas, theta):
                below, above = array[lower], array[lower + 1]
                array[lower] = self.torch.where(swap[:, :, None], above, below)
                array[lower + 1] = self.torch.where(swap[:, :, None], below, above)
        self.tried += replicas.shape[1]

    def _log_f(self, theta: Tensor) -> Tensor:
        """Σ_a ln 2cosh θ_a over the last axis; ln 2cosh x = ln(e^x + e^−x)."""
        return self.torch.logaddexp(theta, -theta).sum(dim=-1)

    def _draw(self, field: Tensor) -> Tensor:
        """±1 with mean tanh θ."""
        uniform = self.torch.rand(field.shape, generator=self.random, device=self.device)
        return self.torch.where(uniform < self.torch.sigmoid(2 * field), 1.0, -1.0)
