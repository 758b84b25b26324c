"""The epochs of a training: tracking of the likelihood, early stopping, physics checks, checkpoints."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from spinlens.arrays import Spins
from spinlens.errors import InputError
from spinlens.machines.likelihood import free_energy as likelihood
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.training import checkpoint
from spinlens.machines.training import recipe as training
from spinlens.machines.training.engine_numpy import Parameters
from spinlens.machines.training.recipe import Recipe, States, TrainingState
from spinlens.machines.training.watch import Observable, compare_physics

Callback = Callable[[dict[str, float]], None]
_JUDGED = 10_000
_CHAINS, _STEPS = 50, 500  # of the Gibbs autocorrelation time; it is a lower bound where it exceeds some 25 steps


@dataclass(frozen=True)
class Tracking:
    """When and how a training is judged; the fields are those of `RBM`, which documents them."""

    method: str | None = None
    at: tuple[float, ...] = (0.75, 1.0)
    annealing: tuple[int, int] = (100, 500)
    patience: int | None = None

    def epochs(self, total: int) -> set[int]:
        """The epochs at which the likelihood and the observables are measured."""
        return {max(1, round(fraction * total)) for fraction in self.at}


@dataclass(frozen=True)
class Saving:
    """Where the training state is kept, and the least time between two writes in seconds."""

    path: Path
    seconds: float = 20.0


@dataclass
class Training:
    """A training under way: recipe, state and what is measured on the way."""

    recipe: Recipe
    tracking: Tracking
    engine: str
    data: States
    held_out: Spins | None
    state: TrainingState
    observables: Mapping[str, Observable] = field(default_factory=dict)
    saving: Saving | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def run(self, epochs: int, publish: Callable[[], None], callback: Callback | None) -> None:
        """Train for up to `epochs` epochs; `publish` is called after each, before `callback` gets its entry."""
        judged_at = self.tracking.epochs(self.recipe.epochs)
        saved = time.monotonic()
        for number in range(epochs):
            if self.state.stopped:
                break
            training.run_epoch(self.recipe, self.state, self.data, self.engine)
            if self.state.epoch in judged_at:
                self._judge()
            last = number == epochs - 1 or self.state.stopped
            if self.saving is not None and (last or time.monotonic() - saved >= self.saving.seconds):
                checkpoint.write(self.saving.path, self.state, self.about)
                saved = time.monotonic()
            publish()
            if callback is not None:
                callback(self.state.history[-1])

    def _judge(self) -> None:
        """Put likelihood and physics of this epoch into the history, and stop where they no longer improve."""
        entry, machine = self.state.history[-1], Parameters(*self.state.result)
        held_out = self._held_out()
        if self.tracking.method is not None:
            runs, betas = self.tracking.annealing
            method = cast(likelihood.Method, self.tracking.method)
            found = likelihood.log_likelihood(machine, held_out, method, runs=runs, betas=betas, seed=self.recipe.seed)
            entry.update(log_likelihood=found.value, log_likelihood_error=found.error)
            start = held_out[np.linspace(0, len(held_out) - 1, _CHAINS).astype(np.int64)]
            tau = gibbs_autocorrelation(
                machine, steps=_STEPS, burn_in=0, start=start, absolute=True, seed=self.recipe.seed
            )
            entry.update(gibbs_tau=tau.value, gibbs_tau_error=tau.error)
            self._stop_without_gain(found.value)
        if self.observables:
            compared = compare_physics(machine, held_out, self.observables, seed=self.recipe.seed)
            for name, pair in compared.items():
                entry.update({name: pair.machine.value, f"{name}_error": pair.machine.error})
                entry.update({f"{name}_data": pair.data.value, f"{name}_deviation": pair.deviation})

    def _held_out(self) -> Spins:
        """Held-out states; without any, the training states, of packed ones up to 10,000 at equal distance."""
        if self.held_out is not None:
            return self.held_out
        if isinstance(self.data, np.ndarray):
            return self.data
        return self.data[np.linspace(0, len(self.data) - 1, min(len(self.data), _JUDGED)).astype(np.int64)]

    def _stop_without_gain(self, value: float) -> None:
        state, patience = self.state, self.tracking.patience
        if patience is None:
            return
        if value > state.best_likelihood:
            state.best_likelihood, state.without_gain = value, 0
            weights, visible_bias, hidden_bias = state.result
            state.best = (weights.copy(), visible_bias.copy(), hidden_bias.copy())
            return
        state.without_gain += 1
        if state.without_gain >= patience or not math.isfinite(value):
            state.stopped = True


def check_tracking(tracking: Tracking) -> None:
    """Refuse fractions outside (0, 1] and patience without a likelihood to watch."""
    if not all(0 < fraction <= 1 for fraction in tracking.at):
        raise InputError(f"track_at must hold fractions above 0 and at most 1, got {tracking.at!r}")
    if tracking.patience is not None and tracking.method is None:
        raise InputError("patience stops on the tracked log-likelihood: give track='exact' or track='ais' with it")
