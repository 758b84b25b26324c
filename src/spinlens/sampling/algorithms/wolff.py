"""Wolff's single-cluster moves, for nearest-neighbour bonds and for couplings of any range, in a uniform field."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln, xlogy

from spinlens.arrays import Array, Integers, Labels, Spins
from spinlens.sampling.algorithms.algorithm import ChainDraws, ChainState
from spinlens.sampling.algorithms.bond_tables import LongRangeTables, alias_table, long_range_tables
from spinlens.sampling.algorithms.lattice_algorithm import (
    LatticeAlgorithm,
    lattice_sides,
    probability_word,
    trials_work,
)
from spinlens.sampling.algorithms.quantities import PLAIN
from spinlens.sampling.kernels import nearest, wolff
from spinlens.sampling.kernels.rows import GROWN

_TUNING_SWEEPS, _LEAST_TUNING = 4, 16


class _Wolff(LatticeAlgorithm):
    """What both share: a sweep is a fixed number of clusters, about N sites.

    A sweep that ended when N spins had been flipped would know its own cluster sizes, and every estimator that rests
    on them would be biased. The number of clusters is therefore tuned in the warm-up and belongs to the chain.
    Without a field m² and the modes are improved estimators, m⁴ is the state's; in a field all are the state's.
    """

    @property
    def measures_all_sweeps(self) -> bool:
        """Improved estimators are averages over all clusters since the draw before."""
        return True

    def tune(self, chain: ChainState) -> None:
        """Set the clusters of a sweep to N over the mean size of a cluster, measured on a few N sites.

        In a field clusters that are turned back count as well: it is their growth that costs.
        """
        moves, n_sites = max(_LEAST_TUNING, chain.clusters), self.model.n_sites
        while True:
            rows, kept = self.buffers(1, False)
            self._run(chain, moves, rows, kept)
            grown = rows[GROWN, 0]
            if grown >= _TUNING_SWEEPS * n_sites:
                break
            moves *= 2
        chain.clusters = max(1, round(moves * n_sites / grown))

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        """Advance by `draws` × `thin` sweeps; a chain that was never tuned is tuned first."""
        if chain.clusters == 0:
            self.tune(chain)
        rows, kept = self.buffers(draws, states or energy)
        self._run(chain, chain.clusters * thin, rows, kept)
        return ChainDraws(rows, self.energies(kept, energy), kept, (*PLAIN, *self.mode_names, "grown"))

    def _run(self, chain: ChainState, moves: int, rows: Array, kept: Spins) -> None:
        raise NotImplementedError

    @property
    def _field(self) -> tuple[int, float]:
        """Sign of the field and 2β|h|."""
        return self.ghost[0], 2 * abs(self.field) / self.temperature


@dataclass(frozen=True)
class NearestNeighbourWolff(_Wolff):
    """Wolff (1989): the cluster of a random site, equal neighbours joining with 1 − e^{−2βJ}, is turned over."""

    def _run(self, chain: ChainState, moves: int, rows: Array, kept: Spins) -> None:
        strength = float(self.model.coupling_table.max())
        wolff.nearest_chain(
            chain.spins, chain.queue, lattice_sides(self.model), probability_word(2 * strength / self.temperature),
            *self._field, self.phases, self.modes, chain.words, moves, rows, kept,
        )  # fmt: skip

    def energies(self, states: Spins, wanted: bool) -> Array:
        if not wanted:
            return np.empty(0)
        bonds = nearest.nearest_energies(states, lattice_sides(self.model))
        total = float(self.model.coupling_table.max()) * bonds
        return total - self.field * states.sum(axis=1, dtype=np.float64) if self.field else total


@dataclass(frozen=True)
class LongRangeWolff(_Wolff):
    """Luijten & Blöte (1995): single clusters for couplings of any range, O(cluster) by Poisson trials of each site."""

    @property
    def work(self) -> float:
        return trials_work(2 * self.model.coupling_sum / self.temperature)

    @cached_property
    def _tables(self) -> LongRangeTables:
        return long_range_tables(self.model.coupling_table.reshape(lattice_sides(self.model)))

    @cached_property
    def _trials(self) -> tuple[Array, Labels]:
        mean = 2 * self.model.coupling_sum / self.temperature
        numbers = np.arange(math.ceil(mean + 10 * math.sqrt(mean) + 30))
        return alias_table(poisson(numbers, mean))

    def _run(self, chain: ChainState, moves: int, rows: Array, kept: Spins) -> None:
        wolff.long_range_chain(
            chain.spins, chain.queue, lattice_sides(self.model), *self._tables, *self._trials,
            *self._field, self.phases, self.modes, chain.words, moves, rows, kept,
        )  # fmt: skip


def poisson(numbers: Integers, mean: float) -> Array:
    """P(n) of a Poisson variable for every n given."""
    return np.asarray(np.exp(xlogy(numbers, mean) - gammaln(numbers + 1) - mean))
