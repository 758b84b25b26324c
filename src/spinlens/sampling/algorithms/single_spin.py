"""Single-spin moves with local fields, for couplings of either sign and a uniform field."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from spinlens.arrays import Array, Integers, Spins, Words
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.sampling.algorithms.algorithm import ChainDraws, ChainState
from spinlens.sampling.algorithms.lattice_algorithm import LatticeAlgorithm, lattice_sides
from spinlens.sampling.kernels import nearest_spins, single_spin
from spinlens.sampling.kernels.rows import MAGNETIZATION

_BITS = 52
_DIGIT_BITS = 26
_SURE = 700.0  # βΔE beyond which no flip is accepted

FEW = 64
"""Couplings of a site, up to which they are listed instead of swept as a table."""

_FIELDS = 128.0  # local fields changed in the time of an update


def fixed_point(table: Array) -> tuple[Integers, float]:
    """A coupling table in whole multiples of one unit, a power of 2 between 2^−53 and 2^−52 of Σ|J|.

    Local fields in these units are exact integers: they do not drift however many flips are added up, and a chain
    does not depend on where its run was cut into pieces.

    >>> integers, unit = fixed_point(np.array([0.0, 1.0, -0.5, 1.0]))
    >>> (integers * unit).tolist()
    [0.0, 1.0, -0.5, 1.0]
    """
    total = float(np.abs(table).sum())
    unit = 2.0 ** (math.ceil(math.log2(total)) - _BITS) if total > 0 else 1.0
    return np.rint(table / unit).astype(np.int64), unit


def local_fields(couplings: Integers, spins: Spins) -> Integers:
    """Σ_j J_ij s_j of every site, exactly, from integer couplings (*shape) and flat spins (N,); O(N log N).

    Each Fourier transform handles 26 bits of J, so that rounding gives the exact integer.
    """
    axes = tuple(range(couplings.ndim))
    modes = np.fft.rfftn(spins.reshape(couplings.shape).astype(np.float64))
    total = np.zeros(couplings.shape, dtype=np.int64)
    for digit, shift in ((couplings & ((1 << _DIGIT_BITS) - 1), 0), (couplings >> _DIGIT_BITS, _DIGIT_BITS)):
        part = np.fft.irfftn(np.fft.rfftn(digit.astype(np.float64)) * modes, s=couplings.shape, axes=axes)
        total += np.rint(part).astype(np.int64) << shift
    return np.ascontiguousarray(total.ravel())


def flip_chance(cost: float, heat_bath: bool) -> float:
    """Probability that a flip of βΔE = `cost` is accepted.

    >>> flip_chance(0.0, heat_bath=True), flip_chance(-1.0, heat_bath=False)
    (0.5, 0.9375)
    """
    if heat_bath:
        return 1.0 / (1.0 + math.exp(cost)) if cost < _SURE else 0.0
    return single_spin.EAGERNESS * math.exp(-max(cost, 0.0))


@dataclass(frozen=True)
class SingleSpin(LatticeAlgorithm):
    """One spin after another; an attempt costs O(1), an accepted flip O(number of couplings), or none if they are few.

    Nearest neighbours are visited even sites first, with a table of flip probabilities; other lattices in site order.
    """

    heat_bath: ClassVar[bool]

    @property
    def work(self) -> float:
        return max(1.0, np.count_nonzero(self.model.coupling_table) / _FIELDS)

    @cached_property
    def _couplings(self) -> tuple[Integers, float]:
        return fixed_point(self.model.coupling_table)

    @cached_property
    def _strength(self) -> float | None:
        """J where there are only neighbours, all of them different; None of other lattices."""
        coupling = self.model.coupling
        return coupling.strength if isinstance(coupling, NearestNeighbour) and min(self.model.shape) > 2 else None

    @cached_property
    def _chances(self) -> Words:
        """Flip probabilities of `nearest_spins`, by spin and sum of the neighbours."""
        chances, strength = np.zeros(nearest_spins.CLASSES, dtype=np.uint64), self._strength or 0.0
        for spin, total in itertools.product((-1, 1), range(-nearest_spins.MOST, nearest_spins.MOST + 1)):
            cost = 2 * spin * (strength * total + self.field) / self.temperature
            place = nearest_spins.place(spin, total)
            chances[place] = min(int(math.ldexp(flip_chance(cost, self.heat_bath), 64)), 2**64 - 1)
        return chances

    def prepare(self, chain: ChainState) -> None:
        """Keep the local fields between calls where they are needed, see `ChainState`."""
        if self._strength is None:
            chain.local_fields = local_fields(self._couplings[0], chain.spins)

    @cached_property
    def _sides(self) -> Integers:
        return lattice_sides(self.model)

    @cached_property
    def _neighbours(self) -> tuple[Integers, Integers, Integers]:
        """Displacements (n, 3) and couplings (n,) when they are few; else the doubled table (A, B, 2C)."""
        table = self._couplings[0].reshape(lattice_sides(self.model))
        nothing = np.empty((0, 3), np.int64), np.empty(0, np.int64)
        if np.count_nonzero(table) > FEW:
            return *nothing, np.ascontiguousarray(2 * np.concatenate([table, table], axis=2))
        near = np.ascontiguousarray(np.argwhere(table != 0).astype(np.int64))
        return near, np.ascontiguousarray(table[table != 0]), np.empty((0, 0, 0), np.int64)

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        rows, kept = self.buffers(draws, states)
        products = np.empty(draws if energy else 0)
        if self._strength is not None:
            nearest_spins.nearest_spin_chain(
                chain.spins, self._sides, self._chances, self.modes, chain.words, thin, products, rows, kept
            )
            return self._drawn(rows, -self._strength * products, kept)
        couplings, unit = self._couplings
        fields = chain.local_fields
        if fields is None:
            fields = local_fields(couplings, chain.spins)
        single_spin.single_spin_chain(
            chain.spins, fields, self._sides, *self._neighbours,
            2 * unit / self.temperature, 2 * self.field / self.temperature, self.heat_bath,
            self.modes, chain.words, thin, products, rows, kept,
        )  # fmt: skip
        return self._drawn(rows, -0.5 * unit * products, kept)

    def _drawn(self, rows: Array, energies: Array, kept: Spins) -> ChainDraws:
        """With the energy in the field."""
        return ChainDraws(rows, energies - self.field * rows[MAGNETIZATION, : energies.size], kept, self.plain_names)


@dataclass(frozen=True)
class Metropolis(SingleSpin):
    """Metropolis et al. (1953) with a pinch of laziness: a flip is accepted with (15/16) min(1, e^{−βΔE}).

    In a fixed order of sites, flips that cost nothing must not be certain. On the nearest-neighbour ring every domain
    wall would march in its own direction for ever, and states with unequal numbers marching left and right could never
    be reached from one another.
    """

    heat_bath = False


@dataclass(frozen=True)
class HeatBath(SingleSpin):
    """Heat bath (Glauber 1963): a flip is accepted with 1 / (1 + e^{βΔE})."""

    heat_bath = True
