"""Markov chains: start, warm-up decided from the data, draws, and everything that is needed to go on later."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from spinlens import checks
from spinlens.arrays import AnyArray, Array
from spinlens.errors import CheckpointError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms.algorithm import Algorithm, ChainDraws, ChainState
from spinlens.sampling.algorithms.multispin import MultiSpin, ReplicaState
from spinlens.sampling.algorithms.streams import model_key
from spinlens.sampling.chains.chain_log import ChainLog
from spinlens.sampling.chains.checkpoint import Snapshot, taken
from spinlens.sampling.chains.recorders import under
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.chains.warmup import WarmUp
from spinlens.seeding import seed_sequence

CHUNK = 1 << 23  # spin updates and bytes of spins between two looks at the clock: a tenth of a second or two
_MOST = 1 << 16  # draws between two looks: 10 MiB of measurements
_MOST_TOGETHER = 1 << 13  # the same for replicas that are moved together
_WATCHED = ("m2", "bonds", "energy")  # order-like and energy-like series of the warm-up


def start_chain(model: IsingModel, seed: int, temperature: float, chain: int) -> ChainState:
    """A chain of free spins with a stream of its own, named by model, temperature and chain number."""
    field = (model.field,) if model.field else ()
    sequence = seed_sequence(seed, "chain", repr(model.shape), model_key(model), *field, temperature, chain)
    start, stream = sequence.spawn(2)
    bits = np.random.Generator(np.random.PCG64(start)).integers(0, 2, size=model.n_sites, dtype=np.int8)
    return ChainState(2 * bits - 1, stream.generate_state(4, np.uint64).astype(np.uint64))


class MarkovRun:
    """A Markov process under way, with a log for each chain that it makes; `advance` carries it a chunk further.

    Chunks end at multiples of a fixed number of draws that depends on the algorithm and `thin` alone. Snapshots are of
    such ends only, so that a run that is continued, with more draws or after a kill, goes through the very same
    chunks as one that was never stopped.
    """

    most = _MOST
    can_be_shortened = True  # whether a series of more draws holds the result of fewer
    thinned_at_once = False  # whether the sweeps between two draws cannot be taken in several calls

    def __init__(self, request: RunRequest, state: Any, logs: int, work: float = 1.0) -> None:
        self.request, self.state, self.n_sites = request, state, request.model.n_sites
        self.warmup = WarmUp(request.warmup)
        self.logs = [ChainLog(request, self.warmup) for _ in range(logs)]
        sweeps = CHUNK // math.ceil(self.n_sites * work)
        self._warmup_chunk, self._most_sweeps, self._between = min(self.most, max(1, sweeps)), max(1, sweeps), 0
        self._chunk = min(self.most, max(1, sweeps // request.thin))

    def _tune(self) -> None:
        """Fix what a sweep is, at the beginning of a stretch of the warm-up."""

    def _move(self, draws: int, thin: int, energy: bool, states: bool) -> Iterable[ChainDraws]:
        """Advance by `draws` × `thin` sweeps; the draws of each chain."""
        raise NotImplementedError

    def _watch(self, draws: int) -> Array:
        """Advance in the warm-up; (k, draws) series that are asked whether the start is forgotten."""
        raise NotImplementedError

    @property
    def draws(self) -> int:
        """Draws taken so far."""
        return self.logs[0].draws

    @property
    def finished(self) -> bool:
        """Whether all draws are there."""
        return self.warmup.done and self.draws >= self.request.draws

    @property
    def savable(self) -> bool:
        """Whether the run stands at the end of a chunk."""
        return self._between == 0 and self.draws % self._chunk == 0

    @property
    def before_rest(self) -> bool:
        """Whether the next step is a last, shorter one, after which the run cannot be saved."""
        return self.warmup.done and 0 < self.request.draws - self.draws < self._chunk

    def advance(self) -> int:
        """Warm up or measure for one chunk; returns the sweeps done."""
        if not self.warmup.done:
            if self.warmup.fresh:
                self._tune()
            count = min(self._warmup_chunk, self.warmup.left)
            self.warmup.take(self._watch(count))
            return count
        asked = self.request
        if asked.thin - self._between > self._most_sweeps and not self.thinned_at_once:
            list(self._move(1, self._most_sweeps, False, False))  # to be stopped between two draws that are far apart
            self._between += self._most_sweeps
            return self._most_sweeps
        count, thin = min(self._chunk - self.draws % self._chunk, asked.draws - self.draws), asked.thin - self._between
        for log, draws in zip(self.logs, self._move(count, thin, asked.energy, asked.needs_states), strict=True):
            log.take(draws)
        self._between = 0
        return count * thin

    def rest(self) -> None:
        """Let go of what only further draws need, once there are none: some 40 bytes a site."""
        self.state = None

    def snapshot(self) -> Snapshot:
        """All that the run needs to go on."""
        arrays, notes = _pack_state(self.state)
        warmup = self.warmup.snapshot()
        parts = {"state": arrays, "warmup": warmup.arrays}
        flat = {f"{part}.{name}": array for part, items in parts.items() for name, array in items.items()}
        for number, log in enumerate(self.logs):
            flat |= {f"{_prefix(number)}{name}": array for name, array in log.arrays().items()}
        return Snapshot(flat, {"state": notes, "warmup": warmup.notes, "draws": self.draws})

    def restore(self, snapshot: Snapshot) -> None:
        """Take over the state that `snapshot` gave.

        `CheckpointError` when averages already hold more draws, and when it is not the state of such a run.
        """
        try:
            self._take_over(snapshot.arrays, snapshot.notes)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise CheckpointError(f"a saved state is no chain of this run ({error}); remove it to start over") from None

    def _take_over(self, arrays: Mapping[str, AnyArray], notes: Mapping[str, Any]) -> None:
        asked = self.request
        if notes["draws"] > asked.draws and not (asked.series and self.can_be_shortened):
            kind = "exchange runs" if asked.series else "averages"
            raise CheckpointError(
                f"the checkpoint holds {kind} over {notes['draws']} draws and {asked.draws} were asked for: "
                f"{kind} cannot be shortened; ask for at least {notes['draws']} draws or give another path"
            )
        _unpack_state(self.state, under("state", arrays), notes["state"])
        self.warmup.restore(Snapshot(under("warmup", arrays), notes["warmup"]))
        for number, log in enumerate(self.logs):
            log.restore(under(_prefix(number)[:-1], arrays) if number else arrays, notes["draws"])


class Chain(MarkovRun):
    """One Markov chain at one temperature."""

    def __init__(self, request: RunRequest, algorithm: Algorithm, state: ChainState) -> None:
        super().__init__(request, state, 1, algorithm.work)
        self.algorithm, self.thinned_at_once = algorithm, algorithm.measures_all_sweeps

    def _tune(self) -> None:
        self.algorithm.tune(self.state)

    def _move(self, draws: int, thin: int, energy: bool, states: bool) -> Iterable[ChainDraws]:
        return (self.algorithm.advance(self.state, draws, thin, energy, states),)

    def _watch(self, draws: int) -> Array:
        """m² and bonds; where draws have none the energy, at which a fixed number of sweeps does not look."""
        energy = math.isnan(self.algorithm.fugacity) and self.warmup.fixed is None
        (moved,) = self._move(draws, 1, energy, False)
        measured = moved.per_spin(self.n_sites)
        return np.stack([measured[name] for name in _WATCHED if name in measured])


class Replicas(MarkovRun):
    """Up to 64 chains of one temperature that are moved together, a bit of every word each."""

    most = _MOST_TOGETHER

    def __init__(self, request: RunRequest, algorithm: MultiSpin, state: ReplicaState, replicas: int) -> None:
        super().__init__(request, state, replicas)
        self.algorithm = algorithm

    def _move(self, draws: int, thin: int, energy: bool, states: bool) -> Iterable[ChainDraws]:
        return self.algorithm.advance_group(self.state, draws, thin, energy, states, len(self.logs))

    def _watch(self, draws: int) -> Array:
        """Averages over all 64 replicas, however many are kept: a drift shows eight times as clearly."""
        energy = self.warmup.fixed is None
        moved = self.algorithm.advance_group(self.state, draws, 1, energy, False)
        measured = [part.per_spin(self.n_sites) for part in moved]
        return np.stack(
            [np.mean([part[name] for part in measured], axis=0) for name in _WATCHED if name in measured[0]]
        )


def _prefix(number: int) -> str:
    """What the names of a log's arrays begin with: nothing for the first."""
    return f"{number}." if number else ""


def _pack_state(state: Any) -> tuple[dict[str, AnyArray], dict[str, Any]]:
    """The fields of a state: arrays (spins ±1 with one bit a site), and plain numbers."""
    arrays: dict[str, AnyArray] = {}
    notes: dict[str, Any] = {}
    for field in dataclasses.fields(state):
        value = getattr(state, field.name)
        if value is None:
            continue
        if not isinstance(value, np.ndarray):
            notes[field.name] = value
        elif value.dtype == np.int8:
            arrays[f"{field.name}_bits"] = np.packbits(value > 0)
        else:
            arrays[field.name] = value
    return arrays, notes


def _unpack_state(state: Any, arrays: Mapping[str, AnyArray], notes: Mapping[str, Any]) -> None:
    """Set the fields of a fresh state, whose names, shapes and dtypes are those that are expected."""
    expected, counts = _pack_state(state)
    found = {name: taken(arrays, name, array.shape, array.dtype) for name, array in expected.items()}
    if set(arrays) != set(expected) or set(notes) != set(counts):
        raise CheckpointError(f"the saved state holds {sorted({*arrays, *notes})}; remove it to start over")
    for name in counts:
        setattr(state, name, checks.positive_integer(name, notes[name], 0))
    for name, array in found.items():
        if name.endswith("_bits"):
            spins = getattr(state, name.removesuffix("_bits"))
            spins[...] = (2 * np.unpackbits(array, count=spins.size).astype(np.int8) - 1).reshape(spins.shape)
        else:
            setattr(state, name, np.array(array))
