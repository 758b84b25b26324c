"""Training of one machine: the gradient of the log-likelihood by contrastive divergence, PCD or exact sums.

∂⟨ln p⟩/∂W_ia = ⟨v_i tanh θ_a⟩_data − ⟨v_i tanh θ_a⟩_model; the second average is over states k Gibbs steps after the
data (CD-k), over chains that go on from one update to the next (PCD-k), or over all states (exact).
The state that continues (`TrainingState`) is apart from the recipe, and every epoch has a random stream of its own
name, so a run stopped after any epoch goes on as if it had not been.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.errors import ConvergenceError, InputError
from spinlens.machines import gibbs
from spinlens.machines.gibbs import Sampler, Spins
from spinlens.machines.kernels import Float32, Lanes, adam_step, momentum_step
from spinlens.machines.likelihood import exact_moments

_LARGEST_EXACT_GRADIENT = 20
_LARGEST_WEIGHT = 100.0  # a weight of 10 already fixes its units to one part in e^20: beyond this it diverges


@dataclass(frozen=True)
class Recipe:
    """How to train; the fields are those of `RBM`, which documents them."""

    n_hidden: int
    learning_rate: float
    batch_size: int = 100
    epochs: int = 30
    steps: int = 1
    persistent: bool = False
    chains: int | None = None
    exact_gradient: bool = False
    optimizer: str = "sgd"
    momentum: float = 0.5
    final_rate: float = 0.03
    l1: float = 0.0
    l2: float = 0.0
    biases: bool = False
    initial_scale: float = 0.01
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("n_hidden", "batch_size", "epochs", "steps"):
            checks.positive_integer(name, getattr(self, name))
        if self.chains is not None:
            checks.positive_integer("chains", self.chains)
        for name in ("learning_rate", "final_rate", "initial_scale"):
            checks.positive_number(name, getattr(self, name))
        for name in ("l1", "l2"):
            if getattr(self, name) != 0:
                checks.positive_number(name, getattr(self, name))
        if not 0 <= self.momentum < 1:
            raise InputError(f"momentum must be at least 0 and below 1, got {self.momentum!r}")
        checks.choice("optimizer", self.optimizer, ("sgd", "adam"))
        checks.seed(self.seed)

    def rate(self, epoch: int) -> float:
        """Learning rate of an epoch: constant for the first half, then falling geometrically to `final_rate` of it."""
        if self.epochs == 1:
            return self.learning_rate
        late = max(0.0, 2 * epoch / (self.epochs - 1) - 1)
        return float(self.learning_rate * self.final_rate ** min(late, 1.0))


@dataclass
class TrainingState:
    """All that continues from one epoch to the next: float32 parameters, optimizer memory and chains."""

    weights: Float32
    visible_bias: Float32
    hidden_bias: Float32
    memory: list[Float32]
    chains: Float32 | None
    epoch: int = 0
    updates: int = 0
    history: list[dict[str, float]] = field(default_factory=list)


def start(recipe: Recipe, n_visible: int, n_samples: int) -> TrainingState:
    """Small random weights and, for PCD, chains of free spins."""
    generator = seeding.generator(recipe.seed, "rbm", "start")
    shape = (n_visible, recipe.n_hidden)
    weights = (generator.standard_normal(shape) * recipe.initial_scale).astype(np.float32)
    if recipe.exact_gradient and min(shape) > _LARGEST_EXACT_GRADIENT:
        raise InputError(
            f"exact_gradient sums over the smaller side, of {min(shape)} units here; it must have at most "
            f"{_LARGEST_EXACT_GRADIENT}: use persistent=True instead"
        )
    chains = None
    if recipe.persistent and not recipe.exact_gradient:
        n_chains = recipe.chains or min(recipe.batch_size, n_samples)
        chains = gibbs.random_states(n_chains, n_visible, generator)
    parameters = (weights, np.zeros(n_visible, np.float32), np.zeros(recipe.n_hidden, np.float32))
    copies = 2 if recipe.optimizer == "adam" else 1
    memory = [np.zeros(part.size, np.float32) for _ in range(copies) for part in parameters]
    return TrainingState(*parameters, memory, chains)


def run_epoch(recipe: Recipe, state: TrainingState, data: Spins) -> None:
    """One pass over `data` (n_samples, n_visible) in shuffled batches; a last incomplete batch is left out."""
    generator = seeding.generator(recipe.seed, "rbm", "epoch", state.epoch)
    order = generator.permutation(len(data))
    size = min(recipe.batch_size, len(data))
    rate = recipe.rate(state.epoch)
    work = _Workspace(recipe, state, size)
    lanes = gibbs.make_lanes(generator)
    for first in range(0, len(data) - size + 1, size):
        work.visible[:size] = data[order[first : first + size]]
        work.gradients(lanes)
        _ascend(recipe, state, work, rate)
    state.epoch += 1
    largest = float(np.abs(state.weights).max())
    if not largest < _LARGEST_WEIGHT:
        raise ConvergenceError(
            f"training diverged in epoch {state.epoch} (largest |W| = {largest:.3g}): use a smaller learning_rate "
            f"than {recipe.learning_rate:g}"
        )
    state.history.append(
        {"epoch": state.epoch, "learning_rate": rate, "weight_rms": math.sqrt(float(np.mean(state.weights**2)))}
    )


class _Workspace:
    """Buffers of one epoch: rows of data above, rows of the model's states below, so one product gives a gradient."""

    def __init__(self, recipe: Recipe, state: TrainingState, size: int) -> None:
        n_visible, n_hidden = state.weights.shape
        self.recipe, self.state, self.size = recipe, state, size
        self.below = 0 if recipe.exact_gradient else size if state.chains is None else len(state.chains)
        self.visible = np.empty((size + self.below, n_visible), np.float32)
        self.hidden = np.empty((size + self.below, n_hidden), np.float32)
        self.weight_gradient = np.empty_like(state.weights)
        self.visible_gradient = np.zeros(n_visible, np.float32)
        self.hidden_gradient = np.zeros(n_hidden, np.float32)
        self.sampler = Sampler(state.weights, state.visible_bias, state.hidden_bias)
        self.sampler.biased = recipe.biases

    def gradients(self, lanes: Lanes) -> None:
        """Gradients of the mean log-likelihood of the batch in `visible[:size]`."""
        size, chains = self.size, self.state.chains
        if self.below:
            model = self.visible[size:]
            model[:] = self.visible[:size] if chains is None else chains
            self.sampler.step(model, self.hidden[size:], lanes, self.recipe.steps)
            if chains is not None:
                chains[:] = model
        self.sampler.hidden_field(self.visible, out=self.hidden)
        gibbs.mean(self.hidden[:size], 1 / size)
        if self.below:
            gibbs.mean(self.hidden[size:], -1 / self.below)
        np.matmul(self.visible.T, self.hidden, out=self.weight_gradient)
        if self.recipe.biases:
            self.hidden_gradient[:] = self.hidden.sum(axis=0)
            self.visible_gradient[:] = self.visible[:size].mean(axis=0)
            if self.below:
                self.visible_gradient -= self.visible[size:].mean(axis=0)
        if self.recipe.exact_gradient:
            self._subtract_exact()

    def _subtract_exact(self) -> None:
        moments = exact_moments(_Parameters(self.state.weights, self.state.visible_bias, self.state.hidden_bias))
        self.weight_gradient -= moments.visible_hidden.astype(np.float32)
        if self.recipe.biases:
            self.visible_gradient -= moments.visible.astype(np.float32)
            self.hidden_gradient -= moments.hidden.astype(np.float32)


@dataclass(frozen=True)
class _Parameters:
    weights_: Float32
    visible_bias_: Float32
    hidden_bias_: Float32


def _ascend(recipe: Recipe, state: TrainingState, work: _Workspace, rate: float) -> None:
    state.updates += 1
    parts: list[tuple[Float32, Float32]] = [(state.weights.reshape(-1), work.weight_gradient.reshape(-1))]
    if recipe.biases:
        parts += [(state.visible_bias, work.visible_gradient), (state.hidden_bias, work.hidden_gradient)]
    for number, (value, gradient) in enumerate(parts):
        decay = (recipe.l2, recipe.l1) if number == 0 else (0.0, 0.0)
        _step(recipe, value, gradient, state.memory[number::3], rate, state.updates, decay)


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
    first, second = 0.9, 0.999
    corrected = rate * math.sqrt(1 - second**updates) / (1 - first**updates)
    pair = (np.float32(first), np.float32(second))
    adam_step(value, gradient, memory[0], memory[1], np.float32(corrected), *pair, l2, l1)


def check_data(data: npt.ArrayLike, n_visible: int | None = None) -> Spins:
    """Training or validation states as (n_samples, n_visible) int8 of ±1."""
    states = checks.spins("X", data)
    if states.ndim != 2:
        raise InputError(f"X must have shape (n_samples, n_visible), got {states.shape}; flatten lattices first")
    if n_visible is not None and states.shape[1] != n_visible:
        raise InputError(f"X has {states.shape[1]} columns, the machine {n_visible} visible units: they must agree")
    return states
