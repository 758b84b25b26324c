"""What every update algorithm is: something that advances a chain of states and measures it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens.arrays import Array, Integers, Sites, Words
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.kernels.spectral import weighted_power

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
    "grown": Quantity(1, "sites of the single clusters grown in a draw, as a fraction of the lattice", "1"),
}
ROWS = tuple(QUANTITIES)
PLAIN = ("magnetization", "m2", "m4")
_LARGE = 1 << 18  # sites of a lattice, or of a group of them, whose transform is done at a time
_ROW = {name: number for number, name in enumerate(ROWS)}


@dataclass
class ChainState:
    """All that a chain needs to go on.

    spins : (N,) int8, the state, flattened. words : (4,) uint64, the random stream.
    clusters : single-cluster moves that make one sweep (Wolff); 0 until it has been tuned.
    local_fields : (N,) int64 Σ_j J_ij s_j of single-spin moves, which keep it up to date, for those who advance one
    draw at a time and leave the spins alone between; None: found anew at every call.
    """

    spins: States
    words: Words
    clusters: int = 0
    local_fields: Integers | None = None

    @cached_property
    def labels(self) -> Sites:
        """Room for parents, numbers and sizes of clusters (3, N); scratch, not part of the state."""
        return np.empty((3, self.spins.size), dtype=np.uint32)

    @cached_property
    def coins(self) -> Sites:
        """Room for a random bit a site; scratch, not part of the state."""
        return np.empty(2 * ((self.spins.size + 63) // 64), dtype=np.uint32)

    @cached_property
    def queue(self) -> Sites:
        """Room for the sites of one cluster and a candidate (N + 1,); scratch, not part of the state."""
        return np.empty(self.spins.size + 1, dtype=np.uint32)

    @cached_property
    def modes(self) -> Integers:
        """Room for the Fourier sums of every cluster; scratch, touched as far as there are clusters."""
        return np.empty(3 * self.spins.size, dtype=np.int64)


@dataclass(frozen=True)
class Draws:
    """Measurements of consecutive draws, as totals of the lattice; `draws["m2"]` is the series of one quantity.

    rows : (len(ROWS), n) as the kernels fill them; only those in `names` were measured.
    energy : (n,) total energies, or (0,). states : (n, N) int8, or (0, N).
    """

    rows: Array
    energy: Array
    states: States
    names: tuple[str, ...] = PLAIN

    def __getitem__(self, name: str) -> Array:
        if name not in self.names:
            raise KeyError(f"{name} was not measured; measured: {', '.join(self.names)}")
        series: Array = self.rows[_ROW[name]]
        return series

    def __len__(self) -> int:
        return int(self.rows.shape[1])


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

    def prepare(self, chain: ChainState) -> None:
        """Find what many short calls of `advance` share."""
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

    modes : give the lowest Fourier mode of each axis as well, for the correlation length ξ, at O(N) a draw.
    """

    model: IsingModel
    temperature: float
    modes: bool = True

    has_bonds = True

    @property
    def field(self) -> float:
        """Uniform field h of −h Σ s in the energy."""
        return self.model.field

    @cached_property
    def ghost(self) -> tuple[int, np.uint64]:
        """Sign of the field, 0 without one, and 1 − e^{−2β|h|} in units of 2^−32: odds of a bond to the ghost spin."""
        return int(np.sign(self.field)), probability_word(2 * abs(self.field) / self.temperature)

    @cached_property
    def phases(self) -> Integers:
        """e^{2πix/side} for the lowest Fourier mode along each side, (3, longest side), as whole numbers.

        cos · 2^32 + sin in one int64, in units of about N/(3 · 2^31): no sum over a part of the lattice, which is at
        most N/3, overflows a half. At N = 8192² the unit is 0.01 and the error of a mode below 1e-4 of it.
        """
        sides, n_sites = lattice_sides(self.model), self.model.n_sites
        angle = 2 * np.pi * np.arange(sides.max()) / sides[:, None]
        scale = math.floor(3 * (2**31 - n_sites) / n_sites)
        real, imaginary = (np.rint(scale * part).astype(np.int64) for part in (np.cos(angle), np.sin(angle)))
        return np.asarray(real * 2**32 + imaginary)

    @property
    def mode_names(self) -> tuple[str, ...]:
        """Names of the lowest Fourier modes that are measured."""
        return ("mode_x", "mode_y", "mode_z")[: self.model.dimension] if self.modes else ()

    @property
    def plain_names(self) -> tuple[str, ...]:
        """Names of what a state alone gives."""
        return (*PLAIN, *self.mode_names)

    def slots(self, chain: ChainState) -> Integers:
        """Room for the Fourier sums of clusters, (N, d)."""
        return chain.modes[: self.model.n_sites * self.model.dimension].reshape(-1, self.model.dimension)

    def tune(self, chain: ChainState) -> None:
        """Nothing to tune: a sweep visits every site."""

    def prepare(self, chain: ChainState) -> None:
        """Nothing is kept between calls."""

    def buffers(self, draws: int, states: bool) -> tuple[Array, States]:
        """Empty measurement rows (len(ROWS), draws), and room for the states when they are wanted."""
        return np.zeros((len(ROWS), draws)), np.empty((draws if states else 0, self.model.n_sites), dtype=np.int8)

    def energies(self, states: States, wanted: bool) -> Array:
        """Total energies of flat states (n, N), by Fourier transform; empty when not wanted.

        From 2^18 sites on the transform is in single precision, at half the time and memory: an error of 1e-7 J a spin.
        """
        if not wanted:
            return np.empty(0)
        n_sites = self.model.n_sites
        if n_sites < _LARGE or isinstance(self.model.coupling, NearestNeighbour):
            group = max(1, _LARGE // n_sites)
            parts = [states[first : first + group] for first in range(0, len(states), group)]
            return np.concatenate([self.model.energy(part.reshape(-1, *self.model.shape)) for part in parts])
        energies = np.array([self._pair_energy(state) for state in states])
        return energies - self.field * states.sum(axis=1, dtype=np.float64) if self.field else energies

    def _pair_energy(self, state: States) -> float:
        modes = scipy.fft.rfftn(state.reshape(self.model.shape).astype(np.float32))
        return weighted_power(modes.ravel(), self._mode_weights)

    @cached_property
    def _mode_weights(self) -> npt.NDArray[np.float32]:
        """−Ĵ(k)/2N of every mode that rfftn gives, twice where it stands for −k too."""
        spectrum = scipy.fft.rfftn(self.model.coupling_table)
        weights = np.empty(spectrum.shape, dtype=np.float32)  # at once in single precision: memory is short here
        np.multiply(spectrum.real, -0.5 / self.model.n_sites, out=weights, casting="same_kind")
        weights[..., 1 : (self.model.shape[-1] + 1) // 2] *= 2
        return weights.ravel()
