"""Single-spin moves, for couplings of either sign."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from spinlens.sampling.kernels import single_spin
from spinlens.sampling.updates import Array, Base, ChainState, Draws, lattice_sides


@dataclass(frozen=True)
class Metropolis(Base):
    """Metropolis et al. (1953), single spins in site order, for couplings of either sign."""

    has_bonds = False
    fugacity = math.nan

    @cached_property
    def _neighbours(self) -> tuple[npt.NDArray[np.int64], Array]:
        table = self.model.coupling_table.reshape(lattice_sides(self.model))
        displacement = np.argwhere(table != 0)
        return np.ascontiguousarray(displacement), np.ascontiguousarray(table[table != 0])

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        rows, kept = self.buffers(draws, states or energy)
        field = self._local_fields(chain.spins)
        single_spin.metropolis_chain(
            chain.spins,
            field,
            lattice_sides(self.model),
            *self._neighbours,
            1 / self.temperature,
            chain.words,
            thin,
            rows,
            kept,
        )
        return Draws(rows, self.energies(kept, energy), kept)

    def _local_fields(self, spins: npt.NDArray[np.int8]) -> Array:
        axes = tuple(range(self.model.dimension))
        modes = np.fft.rfftn(self.model.coupling_table) * np.fft.rfftn(spins.reshape(self.model.shape))
        return np.ascontiguousarray(np.fft.irfftn(modes, s=self.model.shape, axes=axes).ravel())
