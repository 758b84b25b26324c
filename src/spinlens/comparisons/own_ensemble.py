"""States of a machine by Gibbs chains from cold and from hot, as long as they must be to agree."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from spinlens.arrays import Array, Single, Spins
from spinlens.comparisons.finite_size_reading import SLOW, columns
from spinlens.lattice.ising import IsingModel
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.machines.units import gibbs
from spinlens.machines.units.gibbs import Chained
from spinlens.machines.units.kernels import Lanes
from spinlens.progress import Step, Tell, counted
from spinlens.statistics.autocorrelation import integrated_time

LENGTHS = 20.0
"""Times τ_int that the measured part of every chain is long; half as much before it is left out."""

_EVERY = 5  # Gibbs steps between two measurements
_FIRST, _LEAST = 100, 8  # measurements
_SKIPPED = 1 / 3
_APART = 4.0  # combined errors between chains from cold and from hot


class Walk(Protocol):
    """Chains side by side, half of them from cold: they move on, and give states of the lattice."""

    def step(self, steps: int) -> None: ...
    def visible(self) -> Single: ...


@dataclass(frozen=True)
class Measured:
    """What is measured of states (n, *shape), the columns that may be slow among it, and how long a chain must be.

    `lengths` are the times τ_int of the measured part.
    """

    read: Callable[[Spins], Array]
    slow: Sequence[int] = SLOW
    lengths: float = LENGTHS


@dataclass(frozen=True, eq=False)
class OwnEnsemble:
    """Means of what is measured over each chain, (chains, columns), those from cold first; τ_int in Gibbs steps.

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
    state[:cold] = cold_states(cold, 1)
    walk = _OfMachine(sampler, state, sampler.scratch(chains), gibbs.make_lanes(generator))
    return ensemble_of(walk, model.shape, Measured(lambda states: columns(states, model)), cold, most_steps, tell)


def cold_states(count: int, width: int) -> Single:
    """All spins up and all down in turn, (count, width)."""
    return np.repeat(np.where(np.arange(count) % 2, -1, 1)[:, None], width, axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _OfMachine:
    """Gibbs chains of a machine: its state, and scratch."""

    sampler: Chained
    state: Single
    hidden: Single
    lanes: Lanes

    def step(self, steps: int) -> None:
        self.sampler.step(self.state, self.hidden, self.lanes, steps)

    def visible(self) -> Single:
        return self.state


def ensemble_of(
    walk: Walk, shape: tuple[int, ...], measured: Measured, cold: int, most_steps: int, tell: Tell
) -> OwnEnsemble:
    """The walk goes on until its chains are half as long again as is measured; the first `cold` of them began cold."""
    most = max(_LEAST, most_steps // _EVERY)
    wanted, text = most, "Gibbs steps"
    parts: list[Array] = []
    done = 0
    while True:
        more = min(max(_FIRST, done // 2), most - done)
        for _ in counted(range(more), more, tell_part(tell, text, done, more, wanted), text):
            walk.step(_EVERY)
            parts.append(measured.read(walk.visible().reshape(-1, *shape).astype(np.int8)))
        done = len(parts)
        series = np.stack(parts, axis=1)
        late = series[:, int(_SKIPPED * series.shape[1]) :]
        times = [integrated_time(late[..., column]) for column in measured.slow]
        tau = max(times, key=lambda found: found.value)
        known = late.shape[1] >= measured.lengths * tau.value
        if known or done >= most:
            steps = GibbsTime(_EVERY * tau.value, _EVERY * tau.error, known)
            means = late.mean(axis=1)
            return OwnEnsemble(means, steps, known and _agree(means[:cold], means[cold:], list(measured.slow)))
        wanted = min(most, math.ceil(measured.lengths * tau.value / (1 - _SKIPPED)))
        text = f"Gibbs steps, tau_int {_EVERY * tau.value:.3g}"


def tell_part(tell: Tell, text: str, done: int, more: int, wanted: int) -> Tell:
    """Tells shares of `more` measurements, after `done` ones, as shares of all that are `wanted`."""
    return lambda step: tell(Step(text, min(1.0, (done + (step.share or 0.0) * more) / max(wanted, done + more))))


def _agree(cold: Array, hot: Array, slow: list[int]) -> bool:
    """Whether chains from two starts have the same means of what may be slow."""
    error = np.sqrt(cold.var(axis=0, ddof=1) / len(cold) + hot.var(axis=0, ddof=1) / len(hot))
    apart = np.abs(cold.mean(axis=0) - hot.mean(axis=0))
    return bool(np.all(apart[slow] <= _APART * error[slow]))
