"""What is measured of a machine while it learns, and when learning stops for want of gain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

import numpy as np

from spinlens.arrays import Spins
from spinlens.errors import ConvergenceError
from spinlens.machines.files.packed import States
from spinlens.machines.likelihood.free_energy import Method, log_likelihood
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.reading.physics_check import Observable, compare_physics
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.training.state import TrainingState
from spinlens.machines.units.parameters import Parameters
from spinlens.statistics.estimate import Estimate

_JUDGED = 10_000
_CHAINS, _STEPS = 50, 2000  # of the Gibbs autocorrelation time; a lower bound where it exceeds 16 steps


def judge(recipe: Recipe, state: TrainingState, held_out: Spins, observables: Mapping[str, Observable]) -> None:
    """Put likelihood and physics of this epoch into the history, and stop where they no longer improve."""
    entry, machine = state.history[-1], state.result
    if recipe.track is not None:
        entry.update(_likelihood(recipe, machine, held_out))
        _stop_without_gain(recipe, state, entry["log_likelihood"])
    if observables:
        for name, check in compare_physics(machine, held_out, observables, seed=recipe.seed).items():
            entry.update({name: check.machine.value, f"{name}_error": check.machine.error})
            entry.update({f"{name}_data": check.data.value, f"{name}_deviation": check.deviation})


def judges(data: States, held_out: Spins | None) -> Spins:
    """Held-out states; without any, the training states, of packed ones up to 10,000 at equal distance."""
    if held_out is not None:
        return held_out
    return data if isinstance(data, np.ndarray) else data[_spread(len(data), min(len(data), _JUDGED))]


def _likelihood(recipe: Recipe, machine: Parameters, held_out: Spins) -> dict[str, float]:
    """Log-likelihood of the held-out states, and τ_int of |m| of chains that start at some of them."""
    runs, betas = recipe.annealing
    method = cast(Method, recipe.track)
    try:
        found = log_likelihood(machine, held_out, method, runs=runs, betas=betas, seed=recipe.seed)
    except ConvergenceError:  # training goes on; what cannot be judged now is nan in the history
        found = Estimate(math.nan, math.nan)
    begin = held_out[_spread(len(held_out), _CHAINS)]
    tau = gibbs_autocorrelation(machine, most_steps=_STEPS, start=begin, absolute=True, seed=recipe.seed)
    return {
        "log_likelihood": found.value, "log_likelihood_error": found.error,
        "gibbs_tau": tau.value, "gibbs_tau_error": tau.error, "gibbs_tau_settled": float(tau.settled),
    }  # fmt: skip


def _spread(n_states: int, count: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """`count` numbers of states at equal distance; some twice where there are fewer states."""
    return np.linspace(0, n_states - 1, count).astype(np.int64)


def _stop_without_gain(recipe: Recipe, state: TrainingState, likelihood: float) -> None:
    """Keep the best machine; stop after `patience` judgements that did not exceed it."""
    if recipe.patience is None:
        return
    if likelihood > state.best_likelihood:
        state.best_likelihood, state.without_gain = likelihood, 0
        state.best = state.result.copy()
        return
    state.without_gain += 1
    if state.without_gain >= recipe.patience or not math.isfinite(likelihood):
        state.stopped = True
