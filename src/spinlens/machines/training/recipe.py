"""Training of one machine: the gradient of the log-likelihood by contrastive divergence, PCD or exact sums.

∂⟨ln p⟩/∂W_ia = ⟨v_i tanh θ_a⟩_data − ⟨v_i tanh θ_a⟩_model; the second average is over states k Gibbs steps after the
data (CD-k), over chains that go on from one update to the next (PCD-k), or over all states (exact).
The state that continues (`TrainingState`) is apart from the recipe, and every epoch has a random stream of its own
name, so a run stopped after any epoch goes on as if it had not been. The arithmetic of an update is in the engines.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Integers, Spins
from spinlens.errors import ConvergenceError, InputError
from spinlens.machines import gibbs
from spinlens.machines.gibbs import Machine
from spinlens.machines.kernels import Float32
from spinlens.machines.packed import PackedStates
from spinlens.machines.translations import Translations

_LARGEST_EXACT_GRADIENT = 20
_LARGEST_WEIGHT = 100.0  # a weight of 10 already fixes its units to one part in e^20: beyond this it diverges
_SHUFFLED = 2**18  # states shuffled at once: beyond this the order is that of shuffled blocks, to bound the memory

States = Spins | PackedStates


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
    replicas: int = 1
    exact_gradient: bool = False
    optimizer: str = "sgd"
    momentum: float = 0.5
    final_rate: float = 0.03
    averaging: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    biases: bool = False
    initial_scale: float = 0.01
    torus: tuple[int, ...] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("n_hidden", "batch_size", "epochs", "steps", "replicas"):
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
        if not 0 <= self.averaging < 1:
            raise InputError(f"averaging must be a fraction of the epochs, at least 0 and below 1: {self.averaging!r}")
        checks.choice("optimizer", self.optimizer, ("sgd", "adam"))
        checks.seed(self.seed)
        if self.replicas > 1 and not self.persistent:
            raise InputError("replicas temper persistent chains: use persistent=True with them")
        if self.torus is not None:
            Translations(self.torus, self.n_hidden)

    def averages(self, epoch: int) -> bool:
        """Whether the parameters after the updates of an epoch enter the average that becomes the machine."""
        return self.averaging > 0 and epoch >= (1 - self.averaging) * self.epochs

    def rate(self, epoch: int) -> float:
        """Learning rate of an epoch: constant for the first half, then falling geometrically to `final_rate` of it."""
        if self.epochs == 1:
            return self.learning_rate
        late = max(0.0, 2 * epoch / (self.epochs - 1) - 1)
        return float(self.learning_rate * self.final_rate ** min(late, 1.0))


@dataclass
class TrainingState:
    """All that continues from one epoch to the next: float32 parameters, optimizer memory, chains, running average."""

    weights: Float32
    visible_bias: Float32
    hidden_bias: Float32
    memory: list[Float32]
    chains: Float32 | None
    epoch: int = 0
    updates: int = 0
    averaged: int = 0
    average: tuple[Float32, Float32, Float32] | None = None
    history: list[dict[str, float]] = field(default_factory=list)
    best: tuple[Float32, Float32, Float32] | None = None
    best_likelihood: float = -math.inf
    without_gain: int = 0
    stopped: bool = False

    @property
    def parameters(self) -> tuple[Float32, Float32, Float32]:
        """W, b and c."""
        return self.weights, self.visible_bias, self.hidden_bias

    @property
    def result(self) -> tuple[Float32, Float32, Float32]:
        """The machine that training has given so far: the average of parameters where one was begun."""
        return self.average if self.average is not None and self.averaged else self.parameters


def start(recipe: Recipe, n_visible: int, n_samples: int) -> TrainingState:
    """Small random weights and, for PCD, chains of free spins: all of the first replica, then all of the next."""
    generator = seeding.generator(recipe.seed, "rbm", "start")
    shape = (n_visible, recipe.n_hidden)
    if recipe.torus is None:
        normal = generator.standard_normal(shape)
    else:
        normal = Translations(recipe.torus, recipe.n_hidden).random(n_visible, generator)
    weights = (normal * recipe.initial_scale).astype(np.float32)
    if recipe.exact_gradient and min(shape) > _LARGEST_EXACT_GRADIENT:
        raise InputError(
            f"exact_gradient sums over the smaller side, of {min(shape)} units here; it must have at most "
            f"{_LARGEST_EXACT_GRADIENT}: use persistent=True instead"
        )
    chains = None
    if recipe.persistent and not recipe.exact_gradient:
        n_chains = recipe.replicas * (recipe.chains or min(recipe.batch_size, n_samples))
        chains = gibbs.random_states(n_chains, n_visible, generator)
    parameters = (weights, np.zeros(n_visible, np.float32), np.zeros(recipe.n_hidden, np.float32))
    copies = 2 if recipe.optimizer == "adam" else 1
    memory = [np.zeros(part.size, np.float32) for _ in range(copies) for part in parameters]
    average = (weights.copy(), parameters[1].copy(), parameters[2].copy()) if recipe.averaging else None
    return TrainingState(*parameters, memory, chains, average=average)


def start_from(recipe: Recipe, machine: Machine, data: States) -> TrainingState:
    """The parameters of a trained machine and, for PCD, chains that start at states of the data."""
    state = start(recipe, data.shape[1], len(data))
    given = (machine.weights_, machine.visible_bias_, machine.hidden_bias_)
    if state.weights.shape != given[0].shape:
        raise InputError(f"start has weights of shape {given[0].shape}, this training needs {state.weights.shape}")
    for own, other in zip(state.parameters, given, strict=True):
        own[...] = other
    if state.chains is not None:
        generator = seeding.generator(recipe.seed, "rbm", "chains from data")
        state.chains[...] = data[generator.integers(len(data), size=len(state.chains))]
    return state


def run_epoch(recipe: Recipe, state: TrainingState, data: States, engine: str = "numpy") -> None:
    """One pass over `data` (n_samples, n_visible) in shuffled batches; a last incomplete batch is left out."""
    from spinlens.machines.training.engine import make_updates

    generator = seeding.generator(recipe.seed, "rbm", "epoch", state.epoch)
    size = min(recipe.batch_size, len(data))
    batches = _shuffled_batches(len(data), size, generator)
    rate = recipe.rate(state.epoch)
    updates = make_updates(engine, recipe, state, size, generator)
    for rows in batches:
        updates.step(data[rows], rate)
    diagnostics = updates.finish()
    state.epoch += 1
    largest = float(np.abs(state.weights).max())
    if not largest < _LARGEST_WEIGHT:
        raise ConvergenceError(
            f"training diverged in epoch {state.epoch} (largest |W| = {largest:.3g}): use a smaller learning_rate "
            f"than {recipe.learning_rate:g}"
        )
    entry = {"epoch": state.epoch, "learning_rate": rate, "weight_rms": math.sqrt(float(np.mean(state.weights**2)))}
    state.history.append({**entry, **diagnostics})


def _shuffled_batches(n_samples: int, size: int, generator: np.random.Generator) -> Iterator[Integers]:
    """Integers of each batch; long data are shuffled in blocks of 2^18 states that come in random order."""
    if n_samples <= _SHUFFLED:
        return _slices(generator.permutation(n_samples), size)
    return _slices_of_blocks(n_samples, size, generator.spawn(1)[0])


def _slices_of_blocks(n_samples: int, size: int, generator: np.random.Generator) -> Iterator[Integers]:
    for block in generator.permutation(-(-n_samples // _SHUFFLED)):
        first = int(block) * _SHUFFLED
        yield from _slices(first + generator.permutation(min(_SHUFFLED, n_samples - first)), size)


def _slices(order: Integers, size: int) -> Iterator[Integers]:
    return (order[first : first + size] for first in range(0, len(order) - size + 1, size))


def check_data(data: npt.ArrayLike | PackedStates, n_visible: int | None = None) -> States:
    """Training states as (n_samples, n_visible) int8 of ±1, or packed ones as they are."""
    states = data if isinstance(data, PackedStates) else checks.spins("X", data)
    if len(states.shape) != 2:
        raise InputError(f"X must have shape (n_samples, n_visible), got {states.shape}; flatten lattices first")
    if n_visible is not None and states.shape[1] != n_visible:
        raise InputError(f"X has {states.shape[1]} columns, the machine {n_visible} visible units: they must agree")
    return states


def check_states(data: npt.ArrayLike | PackedStates, n_visible: int | None = None) -> Spins:
    """As `check_data`, but packed states come unpacked: for sets that are small enough."""
    states = check_data(data, n_visible)
    return states[np.arange(len(states))] if isinstance(states, PackedStates) else states
