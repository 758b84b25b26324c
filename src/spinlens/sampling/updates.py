"""What every update algorithm is: something that advances a chain of states and measures it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from spinlens.lattice.ising import IsingModel

Array = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]
Labels = npt.NDArray[np.int32]
States = npt.NDArray[np.int8]


class Quantity(NamedTuple):
    """A measured number: divided by N^`power` it is the result per spin."""

    power: int
    long_name: str
    units: str


QUANTITIES = {
    "bonds": Quantity(0, "frozen bonds of the cluster move", "1"),
    "magnetization": Quantity(1, "magnetization per spin", "1"),
    "m2": Quantity(2, "m² per draw (cluster moves: improved estimator)", "1"),
    "m4": Quantity(4, "m⁴ per draw (Swendsen–Wang: improved estimator)", "1"),
    "largest_cluster": Quantity(1, "largest cluster as a fraction of the sites", "1"),
    "mode_x": Quantity(2, "|Σ s e^{ikx}|²/N² at k = 2π/L_x (cluster moves: improved estimator)", "1"),
    "mode_y": Quantity(2, "|Σ s e^{iky}|²/N² at k = 2π/L_y (cluster moves: improved estimator)", "1"),
    "mode_z": Quantity(2, "|Σ s e^{ikz}|²/N² at k = 2π/L_z (cluster moves: improved estimator)", "1"),
    "ghost_bonds": Quantity(0, "frozen bonds to the ghost spin of the field", "1"),
    "flipped": Quantity(1, "spins flipped per site and draw", "1"),
}
ROWS = tuple(QUANTITIES)
PLAIN = ("magnetization", "m2", "m4")
_ROW = {name: number for number, name in enumerate(ROWS)}


@dataclass
class ChainState:
    """All that a chain needs to go on.

    spins : (N,) int8, the state, flattened. words : (4,) uint64, the random stream.
    clusters : single-cluster moves that make one sweep (Wolff); 0 until it has been tuned.
    """

    spins: States
    words: Words
    clusters: int = 0

    @cached_property
    def labels(self) -> Labels:
        """Room for cluster labels and sizes (2, N); scratch, not part of the state."""
        return np.empty((2, self.spins.size), dtype=np.int32)

    @cached_property
    def coins(self) -> Words:
        """Room for a random bit a site; scratch, not part of the state."""
        return np.empty((self.spins.size + 63) // 64, dtype=np.uint64)

    @cached_property
    def queue(self) -> Labels:
        """Room for the sites of one cluster (N,); scratch, not part of the state."""
        return np.empty(self.spins.size, dtype=np.int32)

    @cached_property
    def modes(self) -> Array:
        """Room for the Fourier sums of every cluster of two or more sites; scratch, touched as far as needed."""
        return np.empty(6 * (self.spins.size // 2 + 2))


@dataclass(frozen=True)
class Draws:
    """Measurements of consecutive draws, as totals of the lattice; `draws["m2"]` is the series of one quantity.

    rows : (len(ROWS), n) as the kernels fill them; only those in `names` were measured.
    energy : (n,) total energies, or (0,). states : (n, N) int8, or (0, N).
    correlation : mean of the draws' G(r), an array of the lattice's shape, where it was asked for.
    """

    rows: Array
    energy: Array
    states: States
    names: tuple[str, ...] = PLAIN
    correlation: Array | None = None

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(f"{name} was not measured; measured: {', '.join(self.names)}")
        return self.rows[_ROW[name]]

    def __len__(self) -> int:
        return self.rows.shape[1]

    @staticmethod
    def join(parts: Sequence[Draws]) -> Draws:
        """Consecutive draws of one chain as one; G(r) is averaged with the number of draws as weight."""
        counts = [len(part) for part in parts]
        given = [part.correlation for part in parts if part.correlation is not None]
        return Draws(
            np.concatenate([part.rows for part in parts], axis=1),
            np.concatenate([part.energy for part in parts]),
            np.concatenate([part.states for part in parts]),
            parts[0].names,
            np.average(given, axis=0, weights=counts) if given else None,
        )


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

    def tune(self, chain: ChainState) -> None:
        """Fix what one sweep of this chain is (Wolff: its number of clusters); the chain moves on meanwhile.

        To be called during warm-up, before its last stretch; nothing changes afterwards.
        """
        ...

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> Draws:
        """Advance `chain` in place by `draws` × `thin` sweeps and measure after every `thin`."""
        ...


def lattice_sides(model: IsingModel) -> npt.NDArray[np.int64]:
    """The three sides that kernels expect: leading sides of 1 below three dimensions."""
    return np.array((1,) * (3 - model.dimension) + model.shape, dtype=np.int64)


def probability_word(exponent: float) -> np.uint64:
    """1 − e^{−exponent} in units of 2^−32, to which a random half-word is compared; right to 1e-10.

    >>> int(probability_word(math.log(2.0))) == 2**31
    True
    """
    return np.uint64(round(-math.expm1(-exponent) * 2.0**32))


@dataclass(frozen=True)
class Base:
    """A model at one temperature, and what its algorithms share.

    modes : measure the lowest Fourier mode of each axis as well, for the correlation length ξ.
    """

    model: IsingModel
    temperature: float
    modes: bool = True

    has_bonds = True

    @cached_property
    def field(self) -> float:
        """Uniform field h of −h Σ s in the energy."""
        return float(getattr(self.model, "field", 0.0))

    @cached_property
    def ghost(self) -> tuple[int, np.uint64]:
        """Sign of the field, 0 without one, and 1 − e^{−2β|h|} in units of 2^−32: odds of a bond to the ghost spin."""
        return int(np.sign(self.field)), probability_word(2 * abs(self.field) / self.temperature)

    @cached_property
    def phases(self) -> Array:
        """cos and sin of 2πx/side, (3, 2, longest side), for the lowest Fourier mode along each side."""
        sides = lattice_sides(self.model)
        angle = 2 * np.pi * np.arange(sides.max()) / sides[:, None]
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    @property
    def mode_names(self) -> tuple[str, ...]:
        """Names of the lowest Fourier modes that are measured."""
        return ("mode_x", "mode_y", "mode_z")[: self.model.dimension] if self.modes else ()

    def slots(self, chain: ChainState) -> Array:
        """Room for the kernels' Fourier sums; no rows when modes are not measured."""
        width = 2 * max(2, self.model.dimension)
        rows = self.model.n_sites // 2 + 2 if self.modes else 0
        return (chain.modes if self.modes else np.empty(0))[: rows * width].reshape(rows, width)

    def tune(self, chain: ChainState) -> None:
        """Nothing to tune: a sweep visits every site."""

    def buffers(self, draws: int, states: bool) -> tuple[Array, States]:
        """Empty measurement rows (len(ROWS), draws), and room for the states when they are wanted."""
        return np.zeros((len(ROWS), draws)), np.empty((draws if states else 0, self.model.n_sites), dtype=np.int8)

    def energies(self, states: States, wanted: bool) -> Array:
        """Total energies of flat states (n, N), by Fourier transform; empty when not wanted."""
        if not wanted:
            return np.empty(0)
        return self.model.energy(states.reshape(-1, *self.model.shape))
