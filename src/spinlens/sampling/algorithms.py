"""Update algorithms: from a model and a temperature to something that advances a chain of states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spinlens.errors import CouplingError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.alias import poisson_table, split_tables
from spinlens.sampling.kernels import sweeps

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Labels = npt.NDArray[np.int32]

_BLOCK_BITS = 10  # 1,024 sites a block: their spins and labels stay in the first-level cache

ALGORITHMS = ("auto", "swendsen-wang", "metropolis")


@dataclass
class ChainState:
    """All that a chain needs to go on: its spins, flattened (N,) int8, and its random words (4,) uint64."""

    spins: npt.NDArray[np.int8]
    words: Words

    @cached_property
    def labels(self) -> npt.NDArray[np.int32]:
        """Room for cluster labels and sizes (2, N); scratch, not part of the state."""
        return np.empty((2, self.spins.size), dtype=np.int32)

    @cached_property
    def coins(self) -> Words:
        """Room for a random bit a site; scratch, not part of the state."""
        return np.empty((self.spins.size + 63) // 64, dtype=np.uint64)


@dataclass(frozen=True)
class Draws:
    """Measurements of consecutive draws: `rows` (5, n) as the kernels give them, `energy` (n,), `states` (n, N)."""

    rows: Array
    energy: Array
    states: npt.NDArray[np.int8]


class Algorithm(Protocol):
    """What the sampler needs of an update algorithm."""

    @property
    def has_bonds(self) -> bool:
        """Whether a draw has a graph of frozen bonds."""
        ...

    @property
    def fugacity(self) -> float:
        """v such that a graph weighs v^bonds; nan without graphs."""
        ...

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        """Advance `chain` in place by `draws` × `thin` sweeps and measure after every `thin`."""
        ...


def make_algorithm(model: IsingModel, temperature: float, name: str = "auto") -> Algorithm:
    """The named algorithm for one temperature; "auto" takes cluster moves where the couplings allow them."""
    if temperature == 0 or math.isinf(temperature):
        return Exact(model, temperature)
    table = model.coupling_table
    ferromagnetic = bool((table >= 0).all())
    if name == "metropolis" or (name == "auto" and not ferromagnetic):
        return Metropolis(model, temperature)
    if not ferromagnetic:
        raise CouplingError(f"{name} needs couplings J(r) ≥ 0, the smallest is {table.min():g}; use 'metropolis'")
    if isinstance(model.coupling, NearestNeighbour):
        return NearestNeighbourSwendsenWang(model, temperature)
    return LongRangeSwendsenWang(model, temperature)


def _sides(model: IsingModel) -> npt.NDArray[np.int64]:
    return np.array((1,) * (3 - model.dimension) + model.shape, dtype=np.int64)


@dataclass(frozen=True)
class _Base:
    model: IsingModel
    temperature: float

    has_bonds = True

    def _buffers(self, draws: int, states: bool) -> tuple[Array, npt.NDArray[np.int8]]:
        return np.zeros((5, draws)), np.empty((draws if states else 0, self.model.n_sites), dtype=np.int8)

    def _energies(self, states: npt.NDArray[np.int8], wanted: bool) -> Array:
        if not wanted:
            return np.empty(0)
        return self.model.energy(states.reshape(-1, *self.model.shape))


@dataclass(frozen=True)
class NearestNeighbourSwendsenWang(_Base):
    """Swendsen & Wang (1987): equal neighbours are joined with 1 − e^{−2βJ}; graph weight ∝ (e^{2βJ} − 1)^bonds."""

    @property
    def fugacity(self) -> float:
        """e^{2βJ} − 1, the weight of a frozen bond."""
        return math.expm1(2 * self._strength / self.temperature)

    @property
    def _strength(self) -> float:
        return float(self.model.coupling_table.max())

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        strength = self._strength
        threshold = np.uint64(round(-math.expm1(-2 * strength / self.temperature) * 2.0**32))  # p to 1e-10
        rows, kept = self._buffers(draws, states)
        bonds_energy = np.empty(draws if energy else 0)
        parent, sizes = chain.labels
        sweeps.nearest_neighbour_chain(
            chain.spins, parent, sizes, chain.coins, _sides(self.model), threshold,
            chain.words, thin, bonds_energy, rows, kept,
        )  # fmt: skip
        return Draws(rows, strength * bonds_energy, kept)


@dataclass(frozen=True)
class LongRangeSwendsenWang(_Base):
    """Fukui & Todo (2009): Poisson(2βJ_ij) bonds between equal spins, O(N) a sweep; graph weight ∝ β^bonds."""

    @property
    def fugacity(self) -> float:
        """β, to whose power of the number of frozen bonds the graph weight is proportional."""
        return 1 / self.temperature

    @cached_property
    def _tables(self) -> tuple[Array, Labels, Labels, Array, Labels, Labels, int, Array, int]:
        sides = _sides(self.model)
        block_bits = min(_BLOCK_BITS, max(1, math.ceil(math.log2(self.model.n_sites))))
        mean = self.model.coupling_sum / self.temperature * 2**block_bits
        near, offsets, far, sites = split_tables(self.model.coupling_table.reshape(sides))
        return (*near, offsets, *far, sites, block_bits, *poisson_table(mean))

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        rows, kept = self._buffers(draws, states or energy)
        parent, sizes = chain.labels
        sweeps.long_range_chain(
            chain.spins, parent, sizes, chain.coins, _sides(self.model), *self._tables, chain.words, thin, rows, kept
        )
        return Draws(rows, self._energies(kept, energy), kept)


@dataclass(frozen=True)
class Metropolis(_Base):
    """Metropolis et al. (1953), single spins in site order, for couplings of either sign."""

    has_bonds = False
    fugacity = math.nan

    @cached_property
    def _neighbours(self) -> tuple[npt.NDArray[np.int64], Array]:
        table = self.model.coupling_table.reshape(_sides(self.model))
        displacement = np.argwhere(table != 0)
        return np.ascontiguousarray(displacement), np.ascontiguousarray(table[table != 0])

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        rows, kept = self._buffers(draws, states or energy)
        field = self._local_fields(chain.spins)
        sweeps.metropolis_chain(
            chain.spins,
            field,
            _sides(self.model),
            *self._neighbours,
            1 / self.temperature,
            chain.words,
            thin,
            rows,
            kept,
        )
        return Draws(rows, self._energies(kept, energy), kept)

    def _local_fields(self, spins: npt.NDArray[np.int8]) -> Array:
        axes = tuple(range(self.model.dimension))
        modes = np.fft.rfftn(self.model.coupling_table) * np.fft.rfftn(spins.reshape(self.model.shape))
        return np.ascontiguousarray(np.fft.irfftn(modes, s=self.model.shape, axes=axes).ravel())


@dataclass(frozen=True)
class Exact(_Base):
    """Independent exact draws: T = 0 gives the two ground states of a ferromagnet, T = ∞ free spins."""

    has_bonds = False
    fugacity = math.nan

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        if self.temperature == 0 and not bool((self.model.coupling_table >= 0).all()):
            raise CouplingError("T = 0 needs couplings J(r) ≥ 0: the ground state of mixed signs is not known")
        n_sites = self.model.n_sites
        rows, kept = self._buffers(draws, True)
        width = 1 if self.temperature == 0 else n_sites
        words = np.empty(draws * ((width + 63) // 64), dtype=np.uint64)
        sweeps.random_words(chain.words, words)
        bits = np.unpackbits(words.view(np.uint8).reshape(draws, -1), axis=1)[:, :width].astype(np.int8)
        kept[:] = 2 * bits - 1
        chain.spins[:] = kept[-1]
        total = kept.sum(axis=1, dtype=np.float64)
        rows[1], rows[2], rows[3] = total, total**2, total**4
        return Draws(rows, self._energies(kept, energy), kept)
