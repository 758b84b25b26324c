"""Clock Monte Carlo: single-spin moves at a cost that does not depend on the range of the couplings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import pdtr

from spinlens.arrays import Array, Integers, Labels
from spinlens.sampling.algorithms.algorithm import ChainDraws, ChainState
from spinlens.sampling.algorithms.bond_tables import alias_table
from spinlens.sampling.algorithms.lattice_algorithm import LatticeAlgorithm, lattice_sides, trials_work
from spinlens.sampling.algorithms.streams import first_bits
from spinlens.sampling.kernels.clock import clock_chain

NEAR = {1: 8, 2: 12, 3: 18}
"""Couplings of the common factor, by dimension."""

STRONG = 1023
"""Displacements whose table stays in the first-level cache."""


FarTables = tuple[Labels, Array, Labels, Labels, Array, Labels]


@dataclass(frozen=True)
class Clock(LatticeAlgorithm):
    """Factorized Metropolis by clock events, [Michel2019].

    A flip of s_i is accepted with (15/16) min(1, e^{−βΔE_near}) Π_j min(1, e^{−2βJ_ij s_i s_j}): the strongest 8, 12 or
    18 couplings (in d = 1, 2, 3) and the field make one common factor, all others one each. A far factor is the chance
    of no event in a Poisson process of mean 2β|J_ij| when its bond is satisfied, so that all of them are judged by
    Poisson(2β Σ_far |J|) displacements drawn ∝ |J|, the first satisfied one being a veto. Each factor obeys detailed
    balance by itself, for J of either sign. Cost: at most O(2β Σ_far |J|) an attempt, whatever N. Fewer flips are
    accepted than by Metropolis, by about e^{−2β Σ_far |J| / 2} where spins are disordered: chains are slower per sweep.
    """

    @property
    def work(self) -> float:
        return trials_work(self._events_mean)

    @cached_property
    def _strengths(self) -> Array:
        """|J| of all displacements, as events are drawn."""
        return first_bits(np.abs(self.model.coupling_table.ravel()))

    @cached_property
    def _order(self) -> Integers:
        """Displacements with J ≠ 0, strongest first."""
        return np.argsort(-self._strengths, kind="stable")[: int(np.count_nonzero(self._strengths))]

    @cached_property
    def _near(self) -> tuple[Labels, Array]:
        sites = self._order[: NEAR[self.model.dimension]]
        costs = 2 / self.temperature * self.model.coupling_table.ravel()[sites]
        return np.ascontiguousarray(self._displacements(sites)[:, :3]), costs

    @cached_property
    def _far(self) -> FarTables:
        """Strong and weak displacements (m, 4) with the sign of J, each with the alias table that draws them ∝ |J|."""
        table = self._strengths
        far = self._order[NEAR[self.model.dimension] :]
        strong, weak = far[:STRONG], far[STRONG:]
        weights = np.append(table[strong], table[weak].sum())
        if not weights.any():
            weights[-1] = 1.0  # never drawn: there are no events
        near_table = alias_table(weights)
        weak_table = alias_table(table[weak]) if weak.size else (np.ones(1), np.zeros(1, np.int32))
        rest = np.zeros((1, 4), np.int32)
        offsets = np.concatenate([self._displacements(strong), rest])
        return offsets, *near_table, self._displacements(weak) if weak.size else rest, *weak_table

    @cached_property
    def _events_mean(self) -> float:
        """2β Σ_far |J|, the mean number of events of an attempt."""
        return 2 / self.temperature * float(self._strengths[self._order[NEAR[self.model.dimension] :]].sum())

    @cached_property
    def _events(self) -> Array:
        """P(at most n events), n = 0, 1, …, up to a tail below 1e-18."""
        mean = self._events_mean
        distribution = np.asarray(pdtr(np.arange(math.ceil(mean + 10 * math.sqrt(mean) + 30)), mean))
        distribution[-1] = 1.0
        return distribution

    def _displacements(self, sites: Integers) -> Labels:
        """(m, 4): three components in 0 … side − 1 and the sign of J."""
        offsets = np.unravel_index(sites, tuple(lattice_sides(self.model)))
        signs = np.sign(self.model.coupling_table.ravel()[sites])
        return np.stack([*offsets, signs], axis=1).astype(np.int32)

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        rows, kept = self.buffers(draws, states or energy)
        near, costs = self._near
        clock_chain(
            chain.spins, lattice_sides(self.model), near, costs, 2 * self.field / self.temperature,
            self._events, *self._far, self.modes, chain.words, thin, rows, kept,
        )  # fmt: skip
        return ChainDraws(rows, self.energies(kept, energy), kept, self.plain_names)
