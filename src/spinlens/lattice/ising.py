"""The Ising model on a periodic hypercubic lattice with a translation-invariant coupling and a uniform field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import CouplingError, SpinsError
from spinlens.files.held import Held
from spinlens.lattice.couplings import Coupling, NearestNeighbour


@dataclass(frozen=True)
class IsingModel:
    """Ising model H = −Σ_{i<j} J(r_ij) s_i s_j − h Σ_i s_i, each pair once, s = ±1, k_B = 1, periodic.

    Parameters
    ----------
    shape : int or sequence of int
        Sides of the lattice, one to three, each ≥ 3.
    coupling : Coupling
        `NearestNeighbour()`, `PowerLaw(sigma)`, `CouplingTable(table)`, or an object of one's own with their methods
        `table` and `self_image` and their property `label`.
    field : float, default 0.0
        Uniform field h in units of J, of any sign; h > 0 favours s = +1. Without one the ± symmetry holds.

    Raises
    ------
    CouplingError
        `coupling` is none: give one of the above.
    InputError
        A side is below 3, where two bonds would join the same neighbours, or the field is not a finite number.

    Examples
    --------
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> float(model.energy(np.ones((4, 4), dtype=np.int8)))
    -32.0
    >>> float(IsingModel((4, 4), NearestNeighbour(), field=0.5).energy(np.ones((4, 4), dtype=np.int8)))
    -40.0
    """

    shape: tuple[int, ...]
    coupling: Coupling
    field: float

    def __init__(self, shape: int | Sequence[int], coupling: Coupling, field: float = 0.0) -> None:
        wanted = "NearestNeighbour(), PowerLaw(sigma) or CouplingTable(table)"
        checks.instance("coupling", coupling, Coupling, wanted, CouplingError)
        object.__setattr__(self, "shape", checks.shape(shape))
        object.__setattr__(self, "coupling", coupling)
        object.__setattr__(self, "field", checks.finite_number("field", field))

    @property
    def dimension(self) -> int:
        """Number of lattice directions d."""
        return len(self.shape)

    @property
    def n_sites(self) -> int:
        """Number of spins N."""
        return int(np.prod(self.shape))

    @cached_property
    def coupling_table(self) -> Array:
        """J(r) of every displacement, an array of `shape` with J(0) = 0; read-only."""
        table = np.asarray(self.coupling.table(self.shape), dtype=np.float64).view()
        if table.shape != self.shape or not np.all(np.isfinite(table)):
            raise CouplingError(f"{self.coupling.label}: J(r) must be finite, a number for each site of {self.shape}")
        table.flags.writeable = False
        return table

    @cached_property
    def coupling_sum(self) -> float:
        """Σ_{r≠0} J(r): the mean-field T_c. A ferromagnet's ground state has −½ Σ J − |h| a spin."""
        return float(self.coupling_table.sum())

    @cached_property
    def self_image(self) -> float:
        """Coupling of a spin to its own periodic images, left out of `energy` (it is a constant)."""
        return self.coupling.self_image(self.shape)

    @cached_property
    def _spectrum(self) -> Array:
        return np.ascontiguousarray(scipy.fft.rfftn(self.coupling_table).real)

    @checked
    def energy(self, spins: Held) -> Array:
        """Total energy of each state, E = −½ Σ_r J(r) Σ_x s_x s_{x+r} − h Σ_x s_x.

        Parameters
        ----------
        spins : array_like
            States (..., *shape), or flat (..., N), of ±1, or of any real numbers such as a block average.

        Returns
        -------
        ndarray
            Total energies (...), in units of J. A sum over bonds in O(N) for nearest neighbours, a Fourier transform
            in O(N log N) for any other coupling.

        Raises
        ------
        SpinsError
            The last axes are not the lattice, or the states hold 0 and 1: pass 2 * x - 1.

        Examples
        --------
        A spin turned against its four neighbours costs 8 J:

        >>> spins = np.ones((4, 4), dtype=np.int8)
        >>> spins[0, 0] = -1
        >>> float(IsingModel((4, 4), NearestNeighbour()).energy(spins))
        -24.0
        """
        states = checks.on_sites(checks.numbers("spins", spins), self.shape)
        if states.shape[-self.dimension :] != self.shape or states.ndim < self.dimension:
            raise SpinsError(f"spins must have shape (..., {', '.join(map(str, self.shape))}), got {states.shape}")
        if states.dtype.kind == "f" and not np.all(np.isfinite(states)):
            raise SpinsError("spins must hold finite numbers")
        axes = tuple(range(-self.dimension, 0))
        pairs = self._pair_energy(states, axes)
        if self.field == 0:
            return pairs
        return np.asarray(pairs - self.field * states.sum(axis=axes, dtype=np.float64))

    def _pair_energy(self, states: npt.NDArray[Any], axes: tuple[int, ...]) -> Array:
        if isinstance(self.coupling, NearestNeighbour):
            states = states.astype(np.int32 if states.dtype == np.int8 else np.float64)
            bonds = sum(np.sum(states * np.roll(states, 1, axis=axis), axis=axes) for axis in axes)
            return np.asarray(-self.coupling.strength * bonds, dtype=np.float64)
        modes = scipy.fft.rfftn(states.astype(np.float64), axes=axes)
        power = np.abs(modes) ** 2 * self._spectrum
        inner = power[..., 1 : (self.shape[-1] + 1) // 2].sum(axis=axes)  # modes that stand for k and −k
        total = power.sum(axis=axes) + inner
        return np.asarray(-total / (2 * self.n_sites))
