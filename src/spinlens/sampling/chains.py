"""One Markov chain: start, warm-up decided from the data, draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens.lattice.ising import IsingModel
from spinlens.sampling.updates import Algorithm, ChainState, Draws
from spinlens.seeding import seed_sequence
from spinlens.statistics.autocorrelation import integrated_time

Array = npt.NDArray[np.float64]

_FIRST_WARMUP = 64
_LAST_WARMUP = 1 << 16
_CHUNK_BYTES = 1 << 25
_CHUNK_UPDATES = 1 << 25  # spin updates between two looks at the clock: a quarter to half a second


@dataclass(frozen=True)
class ChainRun:
    """Measured draws of one chain and what its warm-up said: sweeps discarded, and whether they were enough."""

    draws: Draws
    warmup: int
    warm: bool


def start_chain(model: IsingModel, seed: int, temperature: float, chain: int) -> ChainState:
    """A chain of free spins with a stream of its own, named by model, temperature and chain number."""
    sequence = seed_sequence(seed, "chain", repr(model.shape), model_key(model), temperature, chain)
    start, stream = sequence.spawn(2)
    bits = np.random.Generator(np.random.PCG64(start)).integers(0, 2, size=model.n_sites, dtype=np.int8)
    return ChainState(2 * bits - 1, stream.generate_state(4, np.uint64).astype(np.uint64))


def model_key(model: IsingModel) -> str:
    """A text that tells two couplings apart, exact to the last bit of every number."""
    table = np.ascontiguousarray(model.coupling_table)
    digest = seed_sequence(0, table.tobytes().hex()).spawn_key[:4]
    return f"{type(model.coupling).__name__}:" + "-".join(map(str, digest))


def warm_up(algorithm: Algorithm, chain: ChainState) -> tuple[int, bool]:
    """Discard sweeps until the run is 50 τ_int long and its two halves agree, doubling the run each time.

    Energy-like (bonds) and order-like (M²) series are both asked; returns the sweeps spent and whether they sufficed.
    """
    spent, length = 0, _FIRST_WARMUP
    while True:
        rows = algorithm.advance(chain, length, 1, energy=False, states=False).rows
        spent += length
        series = [rows[2]] + ([rows[0]] if algorithm.has_bonds else [])
        if all(_settled(values) for values in series):
            return spent, True
        if spent >= _LAST_WARMUP:
            return spent, False
        length *= 2


def _settled(series: Array) -> bool:
    """Whether a series is longer than 50 τ_int and its halves agree within 4 standard errors."""
    tau = integrated_time(series).value
    first, second = np.array_split(series, 2)
    error = np.sqrt(2 * tau * series.var() * 4 / len(series))
    return bool(len(series) >= 50 * tau and abs(first.mean() - second.mean()) <= 4 * error)


def run_chain(
    algorithm: Algorithm,
    chain: ChainState,
    draws: int,
    thin: int = 1,
    warmup: int | None = None,
    energy: bool = True,
    states: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ChainRun:
    """Warm up (or discard `warmup` sweeps) and measure `draws` times, every `thin` sweeps; `chain` is advanced."""
    if warmup is None:
        discarded, warm = warm_up(algorithm, chain)
    else:
        discarded, warm = warmup, True
        if warmup:
            algorithm.advance(chain, warmup, 1, energy=False, states=False)
    size = chain.spins.size
    chunk = max(1, min(_CHUNK_BYTES // size, _CHUNK_UPDATES // (size * thin)))
    parts = []
    for first in range(0, draws, chunk):
        count = min(chunk, draws - first)
        part = algorithm.advance(chain, count, thin, energy, states)
        parts.append(part if states else Draws(part.rows, part.energy, np.empty((0, size), np.int8)))
        if progress is not None:
            progress(count * thin)
    return ChainRun(
        Draws(
            np.concatenate([part.rows for part in parts], axis=1),
            np.concatenate([part.energy for part in parts]),
            np.concatenate([part.states for part in parts]),
        ),
        discarded,
        warm,
    )
