"""Swendsen–Wang cluster moves, for nearest-neighbour bonds and for couplings of any range, in a uniform field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spinlens.arrays import Array
from spinlens.sampling.algorithms.algorithm import ChainDraws, ChainState
from spinlens.sampling.algorithms.bond_tables import LongRangeTables, long_range_tables, poisson_table
from spinlens.sampling.algorithms.lattice_algorithm import (
    LatticeAlgorithm,
    lattice_sides,
    probability_word,
    trials_work,
)
from spinlens.sampling.kernels import long_range, nearest
from spinlens.sampling.kernels.rows import MAGNETIZATION

_BLOCK_BITS = 10  # 1,024 sites a block: their spins and labels stay in the first-level cache


@dataclass(frozen=True)
class _SwendsenWang(LatticeAlgorithm):
    """What both share: the ghost spin of the field, and what a draw measures.

    wrapping : say of every draw whether clusters wind around the torus; two dimensions, without a field.
    """

    wrapping: bool = False

    @property
    def _names(self) -> tuple[str, ...]:
        ghost = ("ghost_bonds",) if self.field else ()
        wraps = ("wraps_none", "wraps_both") if self.wrapping else ()
        return ("bonds", "magnetization", "m2", "m4", "largest_cluster", *self.mode_names, *ghost, *wraps)


@dataclass(frozen=True)
class NearestNeighbourSwendsenWang(_SwendsenWang):
    """Swendsen & Wang (1987): equal neighbours are joined with 1 − e^{−2βJ}; graph weight ∝ (e^{2βJ} − 1)^bonds.

    In a field h spins along it are joined to a ghost spin with 1 − e^{−2β|h|}, and its cluster keeps its sign.
    """

    @property
    def fugacity(self) -> float:
        """e^{2βJ} − 1, the weight of a frozen bond."""
        return self.model.coupling.fugacity.value(self.temperature)

    @property
    def _strength(self) -> float:
        return float(self.model.coupling_table.max())

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        strength = self._strength
        rows, kept = self.buffers(draws, states)
        bonds_energy = np.empty(draws if energy else 0)
        nearest.nearest_chain(
            chain.spins, chain.labels, chain.coins, lattice_sides(self.model),
            probability_word(2 * strength / self.temperature),
            *self.ghost, self.phases, self.slots(chain), self.wrapping * sum(self.model.shape), chain.words, thin,
            bonds_energy, rows, kept,
        )  # fmt: skip
        total = strength * bonds_energy - self.field * rows[MAGNETIZATION, : len(bonds_energy)]
        return ChainDraws(rows, total, kept, self._names)


@dataclass(frozen=True)
class LongRangeSwendsenWang(_SwendsenWang):
    """Fukui & Todo (2009): Poisson(2βJ_ij) bonds between equal spins, O(N) a sweep; graph weight ∝ β^bonds.

    In a field h spins along it are joined to a ghost spin with 1 − e^{−2β|h|}, and its cluster keeps its sign.
    """

    @property
    def fugacity(self) -> float:
        """β, to whose power of the number of frozen bonds the graph weight is proportional."""
        return self.model.coupling.fugacity.value(self.temperature)

    @property
    def work(self) -> float:
        return trials_work(self.model.coupling_sum / self.temperature)

    @cached_property
    def _tables(self) -> LongRangeTables:
        return long_range_tables(self.model.coupling_table.reshape(lattice_sides(self.model)))

    @cached_property
    def _trials(self) -> tuple[int, Array, int]:
        """Blocks of 2^bits sites, and the distribution of the trials of a block."""
        block_bits = min(_BLOCK_BITS, max(1, math.ceil(math.log2(self.model.n_sites))))
        return block_bits, *poisson_table(self.model.coupling_sum / self.temperature * 2**block_bits)

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        rows, kept = self.buffers(draws, states or energy)
        block_bits, chances, least = self._trials
        blocks = -(-self.model.n_sites >> block_bits)  # rounded up
        most_links = blocks * (least + len(chances)) if self.wrapping else None
        long_range.long_range_chain(
            chain.spins, chain.labels, chain.coins, lattice_sides(self.model), *self._tables,
            *self._trials, *self.ghost, self.phases, self.slots(chain), most_links,
            chain.words, thin, rows, kept,
        )  # fmt: skip
        return ChainDraws(rows, self.energies(kept, energy), kept, self._names)
