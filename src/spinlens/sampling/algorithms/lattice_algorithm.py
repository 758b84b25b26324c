"""The base of our algorithms: a model at one temperature in the units of the kernels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.fft

from spinlens.arrays import Array, Integers, Single, Spins
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms.algorithm import ChainState
from spinlens.sampling.algorithms.quantities import MODES, PLAIN
from spinlens.sampling.kernels import rows
from spinlens.sampling.kernels.spectral import weighted_power

_TRIALS = 4.0  # bonds tried in the time of an update
_LARGE = 1 << 18  # sites of a lattice, or of a group of them, whose transform is done at a time


def lattice_sides(model: IsingModel) -> Integers:
    """The three sides that kernels expect: leading sides of 1 below three dimensions."""
    return np.array((1,) * (3 - model.dimension) + model.shape, dtype=np.int64)


def trials_work(trials: float) -> float:
    """`work` of moves that try so many bonds a site, some of which every sweep contains anyway."""
    return max(1.0, trials / _TRIALS)


def probability_word(exponent: float) -> np.uint64:
    """1 − e^{−exponent} in units of 2^−32, to which a random half-word is compared; right to 1e-10.

    >>> int(probability_word(math.log(2.0))) == 2**31
    True
    """
    return np.uint64(round(-math.expm1(-exponent) * 2.0**32))


@dataclass(frozen=True)
class LatticeAlgorithm:
    """A model at one temperature, and what its algorithms share: field, Fourier modes, energies, empty measurements.

    modes : give the lowest Fourier mode of each axis as well, for the correlation length ξ, at O(N) a draw.
    """

    model: IsingModel
    temperature: float
    modes: bool = True

    @property
    def fugacity(self) -> float:
        """nan: most moves have no graph of frozen bonds."""
        return math.nan

    @property
    def work(self) -> float:
        """What a sweep takes, in units of an update of each spin: more than 1 where couplings are many, or it is cold.

        Chunks between two looks at the clock, and what is said of a run before it begins, go by it.
        """
        return 1.0

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
        angle = 2 * np.pi * np.arange(sides.max()) / sides[:, None]  # (3, longest side)
        scale = math.floor(3 * (2**31 - n_sites) / n_sites)
        real, imaginary = (np.rint(scale * part).astype(np.int64) for part in (np.cos(angle), np.sin(angle)))
        return np.asarray(real * 2**32 + imaginary)

    @property
    def mode_names(self) -> tuple[str, ...]:
        """Names of the lowest Fourier modes that are measured."""
        return MODES[: self.model.dimension] if self.modes else ()

    @property
    def plain_names(self) -> tuple[str, ...]:
        """Names of what a state alone gives."""
        return (*PLAIN, *self.mode_names)

    def slots(self, chain: ChainState) -> Integers:
        """Room for the Fourier sums of clusters, (N, d)."""
        return chain.modes[: self.model.n_sites * self.model.dimension].reshape(-1, self.model.dimension)

    @property
    def measures_all_sweeps(self) -> bool:
        """A draw is what its last sweep leaves."""
        return False

    def tune(self, chain: ChainState) -> None:
        """Nothing to tune: a sweep visits every site."""

    def prepare(self, chain: ChainState) -> None:
        """Nothing is kept between calls."""

    def buffers(self, draws: int, states: bool) -> tuple[Array, Spins]:
        """Empty measurements (rows.COUNT, draws), and room for the states (draws or 0, N)."""
        return np.zeros((rows.COUNT, draws)), np.empty((draws if states else 0, self.model.n_sites), dtype=np.int8)

    def energies(self, states: Spins, wanted: bool) -> Array:
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

    def _pair_energy(self, state: Spins) -> float:
        """−Σ_k Ĵ(k) |s_k|² / 2N of one state (N,)."""
        modes = scipy.fft.rfftn(state.reshape(self.model.shape).astype(np.float32))
        return weighted_power(modes.ravel(), self._mode_weights)

    @cached_property
    def _mode_weights(self) -> Single:
        """−Ĵ(k)/2N of every mode that rfftn gives, twice where it stands for −k too."""
        spectrum = scipy.fft.rfftn(self.model.coupling_table)
        weights = np.empty(spectrum.shape, dtype=np.float32)  # at once in single precision: memory is short here
        np.multiply(spectrum.real, -0.5 / self.model.n_sites, out=weights, casting="same_kind")
        weights[..., 1 : (self.model.shape[-1] + 1) // 2] *= 2
        return weights.ravel()
