"""Replica exchange: single-spin chains at several temperatures that swap their states."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from spinlens.arrays import Array, Integers, Labels, Spins, Words
from spinlens.errors import CheckpointError
from spinlens.sampling.algorithms.algorithm import Algorithm, ChainDraws, ChainState
from spinlens.sampling.algorithms.streams import model_key
from spinlens.sampling.chains.chain import MarkovRun
from spinlens.sampling.chains.checkpoint import Snapshot, taken
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.kernels import rows
from spinlens.sampling.kernels.xoshiro import random_words
from spinlens.seeding import generator, seed_sequence


@dataclass
class LadderState:
    """All that a ladder of K temperatures, coldest first, needs to go on.

    spins : (K, N) int8, the replicas. words : (K, 4) uint64, a stream a temperature. swaps : (4,), the stream of swaps.
    replicas : (K,) the replica at each temperature. last_end : (K,) where each was last, −1 coldest, +1 hottest.
    tried, accepted : (K − 1,) swaps of neighbours, and trips, journeys cold → hot → cold, since the warm-up.
    """

    spins: Spins
    words: Words
    swaps: Words
    replicas: Integers
    last_end: Integers
    tried: Integers
    accepted: Integers
    trips: int = 0
    rounds: int = 0

    def forget(self) -> None:
        """Forget the record of swaps, not the states."""
        self.tried[:], self.accepted[:], self.trips = 0, 0, 0


class TemperatureLadder(MarkovRun):
    """One replica a temperature; after every draw neighbours propose to swap.

    A swap is accepted with min(1, e^{(β − β')(E − E')}) [HukushimaNemoto1996]. Pairs (0, 1), (2, 3), … and (1, 2),
    (3, 4), … take turns [Okabe2001]: a replica whose swaps are accepted drifts along the ladder instead of diffusing.
    """

    most = 1 << 10
    can_be_shortened = False
    thinned_at_once = True  # replicas swap after every call

    def __init__(self, request: RunRequest, algorithms: Sequence[Algorithm], state: LadderState) -> None:
        super().__init__(request, state, len(request.temperatures), max(item.work for item in algorithms))
        self.order = np.argsort(request.temperatures)
        self.algorithms = [algorithms[number] for number in self.order]
        self.betas = 1 / np.asarray(request.temperatures, dtype=np.float64)[self.order]
        self._visits: list[Labels] = []

    def rest(self) -> None:
        """The record of swaps is in the state."""

    def _move(self, draws: int, thin: int, energy: bool, states: bool) -> Iterable[ChainDraws]:
        if self.draws == 0:
            self.state.forget()
        parts, visits = self._rounds(draws, thin, states)
        if self.request.series:
            self._visits.append(visits)
        places = np.argsort(self.order)
        return (parts[place] if energy else _without_energy(parts[place]) for place in places)

    def _watch(self, draws: int) -> Array:
        """Energy and m² at every temperature."""
        parts, _ = self._rounds(draws, 1, False)
        measured = [part.per_spin(self.n_sites) for part in parts]
        return np.stack([part[name] for part in measured for name in ("m2", "energy")])

    def _rounds(self, draws: int, thin: int, states: bool) -> tuple[list[ChainDraws], Labels]:
        """Draws of each temperature, coldest first, and the replicas (K, draws) that were there."""
        state, K = self.state, len(self.algorithms)
        measured, energies = np.empty((K, rows.COUNT, draws)), np.empty((K, draws))
        kept = np.empty((K, draws if states else 0, self.n_sites), dtype=np.int8)
        visits = np.empty((K, draws), dtype=np.int32)
        chains = [ChainState(spins, state.words[place]) for place, spins in enumerate(state.spins)]
        for chain, algorithm in zip(chains, self.algorithms, strict=True):
            algorithm.prepare(chain)
        names: list[tuple[str, ...]] = [()] * K
        for draw in range(draws):
            visits[:, draw] = state.replicas
            for place, algorithm in enumerate(self.algorithms):
                chain = chains[state.replicas[place]]
                chain.words = state.words[place]
                found = algorithm.advance(chain, 1, thin, True, False)
                measured[place, :, draw], energies[place, draw] = found.rows[:, 0], found.energy[0]
                names[place] = found.names
                if states:
                    kept[place, draw] = chain.spins
            self._swap(energies[:, draw])
        return [ChainDraws(*part) for part in zip(measured, energies, kept, names, strict=True)], visits

    def _swap(self, energies: Array) -> None:
        """Swap neighbours; every round uses as many random numbers."""
        state, words = self.state, np.empty(len(self.betas) - 1, dtype=np.uint64)
        random_words(state.swaps, words)
        chances = (words >> np.uint64(11)) * 2.0**-53
        for pair in range(state.rounds % 2, len(words), 2):
            gain = (self.betas[pair] - self.betas[pair + 1]) * (energies[pair] - energies[pair + 1])
            state.tried[pair] += 1
            if chances[pair] < acceptance(gain):
                state.accepted[pair] += 1
                state.replicas[[pair, pair + 1]] = state.replicas[[pair + 1, pair]]
        state.rounds += 1
        coldest, hottest = state.replicas[0], state.replicas[-1]
        state.trips += int(state.last_end[coldest] == 1)
        state.last_end[coldest] = -1
        if state.last_end[hottest] == -1:
            state.last_end[hottest] = 1

    @property
    def visits(self) -> Labels:
        """The replica at each temperature, in the order given, of every draw, (K, draws)."""
        return np.concatenate(self._visits, axis=1)[np.argsort(self.order)]

    def snapshot(self) -> Snapshot:
        found = super().snapshot()
        if not self._visits:
            return found
        self._visits = [np.concatenate(self._visits, axis=1)]
        return Snapshot({**found.arrays, "visits": self._visits[0]}, found.notes)

    def restore(self, snapshot: Snapshot) -> None:
        super().restore(snapshot)
        K = len(self.algorithms)
        if sorted(self.state.replicas.tolist()) != list(range(K)):
            raise CheckpointError("the saved replicas are not one at each temperature; remove them to start over")
        if self.request.series and self.draws:
            self._visits = [taken(snapshot.arrays, "visits", (K, self.draws), np.int32)]


def acceptance(gain: float) -> float:
    """min(1, e^{gain}), the probability of a swap that multiplies the weight of all replicas together by e^{gain}."""
    return math.exp(min(gain, 0.0))


def start_ladder(request: RunRequest, chain: int) -> LadderState:
    """Free spins and a stream for every temperature, and one for the swaps; all named by the numbers given."""
    model, seed = request.model, request.seed
    name = ("exchange", request.algorithm, repr(model.shape), model_key(model), float(model.field), chain)
    K, N = len(request.temperatures), model.n_sites
    grid = sorted(request.temperatures)
    words = [seed_sequence(seed, *name, temperature).generate_state(4, np.uint64) for temperature in grid]
    bits = [generator(seed, *name, temperature, "start").integers(0, 2, size=N, dtype=np.int8) for temperature in grid]
    swaps = seed_sequence(seed, *name, "swaps").generate_state(4, np.uint64).astype(np.uint64)
    gaps = np.zeros((2, K - 1), dtype=np.int64)
    return LadderState(
        2 * np.array(bits) - 1, np.array(words, dtype=np.uint64), swaps, np.arange(K), np.zeros(K, np.int64), *gaps
    )


def add_exchange(data: xr.Dataset, ladders: Sequence[TemperatureLadder]) -> None:
    """What only a run with swaps has, see `spinlens.sample`."""
    tried, accepted = (np.array([getattr(run.state, name) for run in ladders]) for name in ("tried", "accepted"))
    ratio = np.divide(accepted, tried, out=np.full(tried.shape, np.nan), where=tried > 0)
    note = "accepted swaps between neighbours, temperatures rising"
    data["swap_acceptance"] = (("chain", "gap"), ratio, {"long_name": note, "units": "1"})
    trips = np.array([run.state.trips for run in ladders])
    data["round_trips"] = ("chain", trips, {"long_name": "journeys from coldest to hottest and back", "units": "1"})
    if ladders[0].request.series:
        visits = np.stack([run.visits for run in ladders], axis=1)
        attrs = {"long_name": "number of the replica at this temperature", "units": "1"}
        data["replica"] = (("temperature", "chain", "draw"), visits, attrs)


def _without_energy(draws: ChainDraws) -> ChainDraws:
    return ChainDraws(draws.rows, np.empty(0), draws.states, draws.names)
