"""States of a machine by Gibbs chains from cold and from hot, as long as they must be to agree."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spinlens.arrays import Array
from spinlens.comparisons.finite_size_reading import SLOW, columns
from spinlens.lattice.ising import IsingModel
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.machines.units import gibbs
from spinlens.machines.units.gibbs import Chained
from spinlens.progress import Step, Tell, counted
from spinlens.statistics.autocorrelation import integrated_time

LENGTHS = 20.0
"""Times τ_int that the measured part of every chain is long; half as much before it is left out."""

_EVERY = 5  # Gibbs steps between two measurements
_FIRST, _LEAST = 100, 8  # measurements
_SKIPPED = 1 / 3
_APART = 4.0  # combined errors between chains from cold and from hot


@dataclass(frozen=True, eq=False)
class OwnEnsemble:
    """Means of `columns` over each chain, (chains, 6), those from cold first; τ_int in Gibbs steps.

    `settled` says whether the chains were long enough and those from cold and from hot agree.
    """

    means: Array
    tau: GibbsTime
    settled: bool


def own_ensemble(
    sampler: Chained, model: IsingModel, chains: int, most_steps: int, generator: np.random.Generator, tell: Tell
) -> OwnEnsemble:
    """Half of the `chains` begin at ± all spins up, half at free spins, and all go on until they are 30 τ_int long.

    τ_int is the longest of m², the longest wave and the energy about means over all chains, so that chains that
    disagree look slow.
    """
    state = gibbs.random_states(chains, sampler.n_visible, generator)
    cold = chains // 2
    state[:cold] = np.where(np.arange(cold) % 2, -1, 1)[:, None]
    hidden, lanes = sampler.scratch(chains), gibbs.make_lanes(generator)
    most = max(_LEAST, most_steps // _EVERY)
    wanted, text = most, "Gibbs steps"
    series = np.empty((chains, 0, 6))
    while True:
        done = series.shape[1]
        more = min(max(_FIRST, done // 2), most - done)
        part = np.empty((chains, more, 6))
        for k in counted(range(more), more, tell_part(tell, text, done, more, wanted), text):
            sampler.step(state, hidden, lanes, _EVERY)
            part[:, k] = columns(state.reshape(-1, *model.shape).astype(np.int8), model)
        series = np.concatenate([series, part], axis=1)
        late = series[:, int(_SKIPPED * series.shape[1]) :]
        times = [integrated_time(late[..., column]) for column in SLOW]
        tau = max(times, key=lambda found: found.value)
        known = late.shape[1] >= LENGTHS * tau.value
        if known or series.shape[1] >= most:
            steps = GibbsTime(_EVERY * tau.value, _EVERY * tau.error, known)
            means = late.mean(axis=1)
            return OwnEnsemble(means, steps, known and _agree(means[:cold], means[cold:]))
        wanted = min(most, math.ceil(LENGTHS * tau.value / (1 - _SKIPPED)))
        text = f"Gibbs steps, tau_int {_EVERY * tau.value:.3g}"


def tell_part(tell: Tell, text: str, done: int, more: int, wanted: int) -> Tell:
    """Tells shares of `more` measurements, after `done` ones, as shares of all that are `wanted`."""
    return lambda step: tell(Step(text, min(1.0, (done + (step.share or 0.0) * more) / max(wanted, done + more))))


def _agree(cold: Array, hot: Array) -> bool:
    """Whether chains from two starts have the same means of what may be slow."""
    error = np.sqrt(cold.var(axis=0, ddof=1) / len(cold) + hot.var(axis=0, ddof=1) / len(hot))
    apart = np.abs(cold.mean(axis=0) - hot.mean(axis=0))
    return bool(np.all(apart[list(SLOW)] <= _APART * error[list(SLOW)]))
