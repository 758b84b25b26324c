"""Nearest-neighbour Metropolis and heat bath for 64 replicas a word (multi-spin coding)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from spinlens.arrays import Array, Integers, Sites, Spins, Words
from spinlens.sampling.algorithms.algorithm import ChainDraws
from spinlens.sampling.algorithms.lattice_algorithm import LatticeAlgorithm, lattice_sides
from spinlens.sampling.algorithms.streams import model_key
from spinlens.sampling.kernels import rows
from spinlens.sampling.kernels.multispin import BITS, ROOM, WIDTH, multispin_chain
from spinlens.sampling.kernels.single_spin import EAGERNESS
from spinlens.seeding import seed_sequence

REPLICAS = 64

FlipRule = Literal["metropolis", "heat-bath"]


@dataclass
class ReplicaState:
    """All that 64 replicas need to go on: spins (N,) with bit k for replica k (1 is +1), and streams (128,) uint64."""

    words: Words
    streams: Words


@dataclass(frozen=True)
class MultiSpin(LatticeAlgorithm):
    """Metropolis for 64 independent nearest-neighbour lattices at one temperature, moved together, in a uniform field.

    Every replica has random bits of its own; flip probabilities are right to 2^−53. Sites are visited colour by colour
    (two colours where all sides are even, else three), so that pieces of 32 sites can be moved at once.
    """

    rule: FlipRule = "metropolis"

    @cached_property
    def _strength(self) -> float:
        return float(self.model.coupling_table.max())

    @cached_property
    def schedule(self) -> tuple[Sites, Sites, Sites]:
        """Neighbours (N, 2d), in pairs along each axis, of the sites in their order (N,), and where pieces begin.

        A piece has at most 32 sites, all of one colour.
        """
        colour = colours(self.model.shape).ravel()
        order = np.argsort(colour, kind="stable")
        sizes = np.bincount(colour)
        ends = np.cumsum(sizes)
        starts = [np.arange(end - size, end, WIDTH) for end, size in zip(ends, sizes, strict=True)]
        starts.append(np.array([self.model.n_sites]))
        sites = np.arange(self.model.n_sites).reshape(self.model.shape)
        near = [np.roll(sites, step, axis).ravel()[order] for axis in range(self.model.dimension) for step in (1, -1)]
        columns = np.ascontiguousarray(np.stack(near, axis=1), dtype=np.uint32)
        return columns, order.astype(np.uint32), np.concatenate(starts).astype(np.uint32)

    @cached_property
    def planes(self) -> Words:
        """Flip probabilities (54, 16) as `multispin_chain` reads them."""
        degree = 2 * self.model.dimension
        planes = np.zeros((BITS + 1, 16), dtype=np.uint64)
        for half, spin in ((0, 1), (8, -1)):
            for equal in range(degree + 1):
                cost = 2 * (self._strength * (2 * equal - degree) + self.field * spin) / self.temperature
                planes[:, half + equal] = _binary(flip_probability(cost, self.rule))
        return planes

    def start(self, seed: int, word: int) -> ReplicaState:
        """Replicas 64 · `word` … in ground states: signs at random, or along the field; a stream named by the word."""
        field, shape = float(self.field), repr(self.model.shape)
        name = ("multi-spin", self.rule, shape, model_key(self.model), field, float(self.temperature), word)
        numbers = seed_sequence(seed, *name).generate_state(4 * WIDTH + 1, np.uint64).astype(np.uint64)
        signs = numbers[-1] if field == 0 else np.uint64(2**64 - 1 if field > 0 else 0)
        return ReplicaState(np.full(self.model.n_sites, signs, dtype=np.uint64), numbers[:-1].copy())

    def advance_group(
        self, state: ReplicaState, draws: int, thin: int, energy: bool, states: bool, replicas: int = REPLICAS
    ) -> Iterator[ChainDraws]:
        """Advance all 64 replicas by `draws` × `thin` sweeps; the measurements of the first `replicas`, one by one."""
        n_sites, dimension = self.model.n_sites, self.model.dimension
        lanes = np.zeros(ROOM, dtype=np.uint64)
        lanes[: 4 * WIDTH] = state.streams
        magnetization = np.empty((draws, REPLICAS))
        bonds = np.empty((draws if energy else 0, REPLICAS))
        modes = np.empty((draws if self.modes else 0, 3, REPLICAS))
        kept = np.empty((draws if states else 0, n_sites), dtype=np.uint64)
        multispin_chain(
            state.words, *self.schedule, self.planes, self.field != 0, lattice_sides(self.model), lanes, thin,
            magnetization, bonds, modes, kept,
        )  # fmt: skip
        state.streams[:] = lanes[: 4 * WIDTH]
        energies = self._strength * (dimension * n_sites - 2 * bonds) - self.field * magnetization[: len(bonds)]
        powers = modes[:, 3 - dimension :]
        return (
            ChainDraws(
                _rows(magnetization[:, k], powers[..., k]), energies[:, k].copy(), _spins_of(kept, k),
                self.plain_names,
            )
            for k in range(replicas)
        )  # fmt: skip


@dataclass(frozen=True)
class MultiSpinHeatBath(MultiSpin):
    """The same with flips accepted as by heat bath."""

    rule: FlipRule = "heat-bath"


def flip_probability(cost: float, rule: FlipRule) -> float:
    """Probability of a flip that costs βΔE = `cost`: (15/16) min(1, e^{−cost}) as in `Metropolis`, or 1/(1 + e^{cost}).

    >>> flip_probability(0.0, "metropolis"), flip_probability(0.0, "heat-bath")
    (0.9375, 0.5)
    """
    if rule == "metropolis":
        return EAGERNESS * math.exp(-max(cost, 0.0))
    return 1 / (1 + math.exp(min(cost, 700.0)))


def colours(shape: tuple[int, ...]) -> Integers:
    """A colour for each site that none of its neighbours has: 0, 1, and 2 where a side is odd.

    >>> colours((5,)).tolist(), colours((4,)).tolist()
    ([0, 1, 0, 1, 2], [0, 1, 0, 1])
    """
    total = np.zeros((), dtype=np.int64)
    for side in shape:
        along = np.arange(side) % 2
        along[-1] = 2 if side % 2 else 1
        total = np.add.outer(total, along)
    return np.asarray(total % (2 if all(side % 2 == 0 for side in shape) else 3))


def _binary(probability: float) -> Words:
    """Planes (54,) of a probability: all ones where it is 1, or where a binary digit is 1."""
    number = round(probability * 2.0**BITS)
    digits = [number >> BITS, *((number >> (BITS - 1 - k)) & 1 for k in range(BITS))]
    return np.array([2**64 - 1 if digit else 0 for digit in digits], dtype=np.uint64)


def _rows(magnetization: Array, modes: Array) -> Array:
    """Rows of one replica from its M (draws,) and modes (draws, d), or (0, d)."""
    measured = np.zeros((rows.COUNT, len(magnetization)))
    measured[rows.MAGNETIZATION], measured[rows.M2], measured[rows.M4] = (
        magnetization,
        magnetization**2,
        magnetization**4,
    )
    if len(modes):
        measured[rows.MODE_X : rows.MODE_X + modes.shape[1]] = modes.T
    return measured


def _spins_of(kept: Words, replica: int) -> Spins:
    """Spins ±1 of one replica, (draws, N) int8."""
    bits = (kept >> np.uint64(replica)).astype(np.int8) & np.int8(1)
    return np.asarray(2 * bits - 1, dtype=np.int8)
