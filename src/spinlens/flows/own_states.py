"""The end of a machine's flow: states of its own, from chains that have forgotten where they began."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Single, Spins
from spinlens.machines.likelihood.gibbs_time import FORGOTTEN, GibbsTime
from spinlens.machines.units import gibbs
from spinlens.machines.units.bonds import Bonds
from spinlens.machines.units.gibbs import Chained
from spinlens.machines.units.kernels import Lanes
from spinlens.machines.units.parameters import Layer

SNAPSHOTS = 5
_TIMES, _APART = 10.0, 2.0  # τ_int before the first snapshot, and between two
_FEWEST = 50  # steps before the first, where τ_int is short


@dataclass(frozen=True, eq=False)
class OwnStates:
    """States of a machine, some of each of several chains.

    `states` is (chains, snapshots, n_visible) int8 ±1, `tau` the τ_int of the chain in Gibbs steps, `steps` those
    before the first snapshot, `settled` whether they were enough: 10 τ_int of a τ_int that is known.
    """

    states: Spins
    tau: GibbsTime
    steps: int
    settled: bool

    @property
    def chains(self) -> int:
        """How many chains."""
        return len(self.states)

    def on(self, shape: tuple[int, ...]) -> Spins:
        """(chains · snapshots, *shape), chain by chain."""
        return np.asarray(self.states.reshape(-1, *shape))

    def with_those_of(self, other: Self) -> Self:
        """The chains of both."""
        states = np.concatenate([self.states, other.states])
        return type(self)(states, self.tau, max(self.steps, other.steps), self.settled and other.settled)


def own_states(
    machine: Layer | Bonds,
    start: npt.ArrayLike,
    tau: GibbsTime,
    *,
    snapshots: int = SNAPSHOTS,
    most_steps: int = 20_000,
    seed: int = 0,
) -> OwnStates:
    """Snapshots 2 τ_int apart of chains that began at `start` (chains, …) ≥ 10 τ_int before the first.

    `most_steps` bounds the steps before the first; where they are too few, the states are not `settled`.
    """
    generator = seeding.generator(checks.seed(seed), "own states")
    begin = np.asarray(start)
    sampler, lanes = gibbs.chained(machine), gibbs.make_lanes(generator)
    state = gibbs.as_units("start", begin.reshape(len(begin), -1), sampler.n_visible).copy()
    wanted = max(_FEWEST, int(np.ceil(_TIMES * tau.value)))
    steps = min(wanted, checks.positive_integer("most_steps", most_steps))
    apart = max(1, int(_APART / _TIMES * steps)) if steps < wanted else max(1, int(np.ceil(_APART * tau.value)))
    sampler.step(state, sampler.scratch(len(state)), lanes, steps)
    taken = taken_apart(sampler, state, lanes, apart, snapshots)
    known = tau.settled or FORGOTTEN * tau.value <= most_steps
    return OwnStates(taken, tau, steps, bool(known and steps == wanted))


def taken_apart(sampler: Chained, state: Single, lanes: Lanes, apart: int, count: int = SNAPSHOTS) -> Spins:
    """`state` (chains, n_visible) as it is, then after every `apart` steps: (chains, count, n_visible); moves it."""
    hidden = sampler.scratch(len(state))
    taken = np.empty((len(state), count, state.shape[1]), np.int8)
    for number in range(count):
        if number:
            sampler.step(state, hidden, lanes, apart)
        taken[:, number] = state
    return taken
