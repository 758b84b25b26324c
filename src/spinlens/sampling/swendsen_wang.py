"""Swendsen–Wang cluster moves, for nearest-neighbour bonds and for couplings of any range."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spinlens.sampling.alias import poisson_table, split_tables
from spinlens.sampling.kernels import clusters
from spinlens.sampling.updates import Array, Base, ChainState, Draws, Labels, lattice_sides

_BLOCK_BITS = 10  # 1,024 sites a block: their spins and labels stay in the first-level cache


@dataclass(frozen=True)
class NearestNeighbourSwendsenWang(Base):
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
        rows, kept = self.buffers(draws, states)
        bonds_energy = np.empty(draws if energy else 0)
        parent, sizes = chain.labels
        clusters.nearest_neighbour_chain(
            chain.spins, parent, sizes, chain.coins, lattice_sides(self.model), threshold,
            chain.words, thin, bonds_energy, rows, kept,
        )  # fmt: skip
        return Draws(rows, strength * bonds_energy, kept)


@dataclass(frozen=True)
class LongRangeSwendsenWang(Base):
    """Fukui & Todo (2009): Poisson(2βJ_ij) bonds between equal spins, O(N) a sweep; graph weight ∝ β^bonds."""

    @property
    def fugacity(self) -> float:
        """β, to whose power of the number of frozen bonds the graph weight is proportional."""
        return 1 / self.temperature

    @cached_property
    def _tables(self) -> tuple[Array, Labels, Labels, Array, Labels, Labels, int, Array, int]:
        sides = lattice_sides(self.model)
        block_bits = min(_BLOCK_BITS, max(1, math.ceil(math.log2(self.model.n_sites))))
        mean = self.model.coupling_sum / self.temperature * 2**block_bits
        near, offsets, far, sites = split_tables(self.model.coupling_table.reshape(sides))
        return (*near, offsets, *far, sites, block_bits, *poisson_table(mean))

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        rows, kept = self.buffers(draws, states or energy)
        parent, sizes = chain.labels
        clusters.long_range_chain(
            chain.spins,
            parent,
            sizes,
            chain.coins,
            lattice_sides(self.model),
            *self._tables,
            chain.words,
            thin,
            rows,
            kept,
        )
        return Draws(rows, self.energies(kept, energy), kept)
