"""One Markov chain: start, warm-up decided from the data, draws, and everything that is needed to go on later."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.errors import CheckpointError
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.checkpoint import Snapshot
from spinlens.sampling.recorders import Averages, Modes, Series, under
from spinlens.sampling.updates import QUANTITIES, Algorithm, ChainState, Draws
from spinlens.sampling.warmup import WarmUp
from spinlens.seeding import seed_sequence

Array = npt.NDArray[np.float64]

CHUNK = 1 << 23  # spin updates and bytes of spins between two looks at the clock: a tenth of a second or two
_MOST = 1 << 16  # draws between two looks: 10 MiB of measurements


@dataclasses.dataclass(frozen=True)
class Plan:
    """What is asked of a chain: see `spinlens.sample`."""

    draws: int
    thin: int = 1
    warmup: int | None = None
    energy: bool = True
    states: bool = False
    series: bool = True
    correlations: bool = False


def start_chain(model: IsingModel, seed: int, temperature: float, chain: int) -> ChainState:
    """A chain of free spins with a stream of its own, named by model, temperature and chain number."""
    field = (model.field,) if model.field else ()
    sequence = seed_sequence(seed, "chain", repr(model.shape), model_key(model), *field, temperature, chain)
    start, stream = sequence.spawn(2)
    bits = np.random.Generator(np.random.PCG64(start)).integers(0, 2, size=model.n_sites, dtype=np.int8)
    return ChainState(2 * bits - 1, stream.generate_state(4, np.uint64).astype(np.uint64))


def model_key(model: IsingModel) -> str:
    """A text that tells two couplings apart, exact to the last bit of every number."""
    table = np.ascontiguousarray(model.coupling_table)
    digest = seed_sequence(0, table.tobytes().hex()).spawn_key[:4]
    return f"{type(model.coupling).__name__}:" + "-".join(map(str, digest))


def observables(model: IsingModel, draws: Draws) -> dict[str, Array]:
    """Measurements per spin, (n,) by name."""
    measured = {name: draws[name] / float(model.n_sites) ** QUANTITIES[name].power for name in draws.names}
    if draws.energy.size:
        measured["energy"] = draws.energy / model.n_sites
    return measured


class Chain:
    """A Markov chain under way; `advance` carries it a chunk further.

    Chunks end at multiples of a fixed number of draws that depends on the model and `thin` alone. Snapshots are of
    such ends only, so that a chain that is continued, with more draws or after a kill, runs through the very same
    chunks as one that was never stopped.
    """

    def __init__(self, model: IsingModel, update: Algorithm, state: ChainState, plan: Plan) -> None:
        self.model, self.update, self.state, self.plan = model, update, state, plan
        self.warmup = WarmUp(plan.warmup)
        self.record: Series | Averages = Series() if plan.series else Averages()
        self.modes = Modes(model.shape) if plan.correlations else None
        self._bits: list[npt.NDArray[np.uint8]] = []
        self._warmup_chunk = min(_MOST, max(1, CHUNK // model.n_sites))
        self._chunk = min(_MOST, max(1, CHUNK // (model.n_sites * plan.thin)))

    @property
    def finished(self) -> bool:
        """Whether all draws are there."""
        return self.warmup.done and self.record.draws >= self.plan.draws

    @property
    def savable(self) -> bool:
        """Whether the chain stands at the end of a chunk."""
        return self.record.draws % self._chunk == 0

    @property
    def before_rest(self) -> bool:
        """Whether the next step is a last, shorter one, after which the chain cannot be saved."""
        return self.warmup.done and 0 < self.plan.draws - self.record.draws < self._chunk

    def advance(self) -> int:
        """Warm up or measure for one chunk; returns the sweeps done."""
        if not self.warmup.done:
            return self._warm()
        plan = self.plan
        count = min(self._chunk, plan.draws - self.record.draws)
        states = plan.states or plan.correlations
        draws = self.update.advance(self.state, count, plan.thin, plan.energy, states)
        if plan.states:
            self._bits.append(np.packbits(draws.states > 0, axis=1))
        if self.modes is not None:
            self.modes.take(draws.states)
        self.record.take(observables(self.model, draws))
        return count * plan.thin

    def _warm(self) -> int:
        """Energy-like (bonds or energy) and order-like (m²) series are asked whether the start is forgotten."""
        if self.warmup.fresh:
            self.update.tune(self.state)
        count = min(self._warmup_chunk, self.warmup.left)
        energy = not self.update.has_bonds and self.warmup.fixed is None
        measured = observables(self.model, self.update.advance(self.state, count, 1, energy, False))
        self.warmup.take(np.stack([measured[name] for name in ("m2", "bonds", "energy") if name in measured]))
        return count

    @property
    def spins(self) -> npt.NDArray[np.int8]:
        """Kept states, (draws, N) of ±1."""
        bits = np.concatenate(self._bits)[: self.plan.draws]
        return 2 * np.unpackbits(bits, axis=1, count=self.model.n_sites).astype(np.int8) - 1

    def snapshot(self) -> Snapshot:
        """All that the chain needs to go on."""
        arrays, notes = _pack_state(self.state)
        warmup = self.warmup.snapshot()
        parts = {"state": arrays, "warmup": warmup.arrays, "record": self.record.arrays()}
        if self.modes is not None:
            parts["modes"] = self.modes.bins.arrays()
        if self._bits:
            self._bits = [np.concatenate(self._bits)]
            parts["spins"] = {"bits": self._bits[0]}
        flat = {f"{part}.{name}": array for part, items in parts.items() for name, array in items.items()}
        return Snapshot(flat, {"state": notes, "warmup": warmup.notes, "draws": self.record.draws})

    def restore(self, snapshot: Snapshot) -> None:
        """Take over the state that `snapshot` gave; `CheckpointError` when averages already hold more draws."""
        arrays, notes = snapshot.arrays, snapshot.notes
        if not self.plan.series and notes["draws"] > self.plan.draws:
            raise CheckpointError(
                f"the checkpoint holds averages over {notes['draws']} draws and {self.plan.draws} were asked for: "
                f"averages cannot be shortened; ask for at least {notes['draws']} draws or give another path"
            )
        _unpack_state(self.state, under("state", arrays), notes["state"])
        self.warmup.restore(Snapshot(under("warmup", arrays), notes["warmup"]))
        self.record.restore(under("record", arrays))
        if self.modes is not None and notes["draws"]:
            self.modes.bins.restore(under("modes", arrays))
        if "spins.bits" in arrays:
            self._bits = [np.asarray(arrays["spins.bits"])]


def _pack_state(state: ChainState) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    """The fields of a chain's state: arrays (spins ±1 with one bit a site), and plain numbers."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    notes: dict[str, Any] = {}
    for field in dataclasses.fields(state):
        value = getattr(state, field.name)
        if not isinstance(value, np.ndarray):
            notes[field.name] = value
        elif value.dtype == np.int8:
            arrays[f"{field.name}_bits"] = np.packbits(value > 0)
        else:
            arrays[field.name] = value
    return arrays, notes


def _unpack_state(state: ChainState, arrays: Mapping[str, npt.NDArray[Any]], notes: Mapping[str, Any]) -> None:
    for name, value in notes.items():
        setattr(state, name, value)
    for name, array in arrays.items():
        if name.endswith("_bits"):
            spins = getattr(state, name.removesuffix("_bits"))
            spins[...] = (2 * np.unpackbits(array, count=spins.size).astype(np.int8) - 1).reshape(spins.shape)
        else:
            setattr(state, name, np.array(array))
