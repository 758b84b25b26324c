"""What every update algorithm is: something that advances a chain of states and measures it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from spinlens.lattice.ising import IsingModel

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Labels = npt.NDArray[np.int32]


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


def lattice_sides(model: IsingModel) -> npt.NDArray[np.int64]:
    """The three sides that kernels expect: leading sides of 1 below three dimensions."""
    return np.array((1,) * (3 - model.dimension) + model.shape, dtype=np.int64)


@dataclass(frozen=True)
class Base:
    """A model at one temperature, and what its algorithms share."""

    model: IsingModel
    temperature: float

    has_bonds = True

    def buffers(self, draws: int, states: bool) -> tuple[Array, npt.NDArray[np.int8]]:
        """Empty measurement rows (5, draws), and room for the states when they are wanted."""
        return np.zeros((5, draws)), np.empty((draws if states else 0, self.model.n_sites), dtype=np.int8)

    def energies(self, states: npt.NDArray[np.int8], wanted: bool) -> Array:
        """Total energies of flat states (n, N), by Fourier transform; empty when not wanted."""
        if not wanted:
            return np.empty(0)
        return self.model.energy(states.reshape(-1, *self.model.shape))
