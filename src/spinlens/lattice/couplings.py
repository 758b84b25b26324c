"""Couplings J(r): what a site feels from a displacement r on the torus."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import CouplingError
from spinlens.lattice.ewald import Cell, image_sum, minimum_image
from spinlens.lattice.fugacity import Fugacity, PoissonBonds, SingleBonds
from spinlens.lattice.kinds import SIGMAS


@runtime_checkable
class Coupling(Protocol):
    """Anything that gives J(r) on a torus of a given shape."""

    def table(self, shape: tuple[int, ...]) -> Array:
        """J(r) of every displacement, an array of `shape`, with J(0) = 0 and J(r) = J(−r)."""
        ...

    def self_image(self, shape: tuple[int, ...]) -> float:
        """Coupling of a site to its own periodic images; a constant of the energy that is left out of it."""
        ...

    @property
    def label(self) -> str:
        """A short name for tables and figures."""
        ...

    @property
    def fugacity(self) -> Fugacity:
        """What a bond weighs that cluster moves freeze."""
        ...


class _WithoutImages:
    """Couplings of one torus, none of whose sites feels an image of its own."""

    def self_image(self, shape: tuple[int, ...]) -> float:
        """Coupling of a site to its own periodic images; a constant of the energy that is left out of it.

        Parameters
        ----------
        shape : tuple of int
            Sides of the lattice.

        Returns
        -------
        float
            Zero.
        """
        return 0.0


@dataclass(frozen=True)
class NearestNeighbour(_WithoutImages):
    """Coupling of nearest neighbours: J(r) = J for the 2d shortest displacements of a hypercubic lattice, else 0.

    Parameters
    ----------
    strength : float, default 1.0
        J > 0, the unit of energy and temperature.

    Examples
    --------
    >>> NearestNeighbour().table((4, 4))[:, 0].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """

    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "strength", checks.positive_number("strength", self.strength))

    def table(self, shape: tuple[int, ...]) -> Array:
        """J(r) of every displacement on a torus.

        Parameters
        ----------
        shape : tuple of int
            Sides of the lattice, each ≥ 3: on a side of 2 the two bonds to the same neighbour would be one entry.

        Returns
        -------
        ndarray
            J(r), an array of `shape` with J(0) = 0 and J(r) = J(−r).

        Examples
        --------
        >>> float(NearestNeighbour().table((5, 6, 7)).sum())
        6.0
        """
        table = np.zeros(shape)
        for axis in range(len(shape)):
            for step in (1, -1):
                index = [0] * len(shape)
                index[axis] = step
                table[tuple(index)] = self.strength
        return table

    @property
    def label(self) -> str:
        """A short name for tables and figures."""
        return "nearest-neighbour"

    @property
    def fugacity(self) -> Fugacity:
        """What a frozen bond weighs: e^{2βJ} − 1."""
        return SingleBonds(self.strength)


@dataclass(frozen=True)
class PowerLaw:
    """Coupling that falls with a power of the distance: J(r) = J · f(r), f(r) = r^{−(d+σ)} or its cell integral.

    Parameters
    ----------
    sigma : float
        σ, the exponent beyond the dimension d of the lattice, from 0.001 to 20.
    images : {"periodic", "minimum"}, default "periodic"
        "periodic" sums f over all periodic images, Σ_{n∈Z^d} f(r + n∘L): the physical torus, to a relative accuracy of
        1e-13. "minimum" takes the nearest image only, a component of exactly L/2 once. Both are in print, and they
        shift T_c at finite L.
    cell : {"point", "integrated"}, default "point"
        "point" takes the power at the lattice point; "integrated" takes the integral of x^{−(d+σ)}, x the distance from
        the origin, over the unit cell centred at r, as the two- and three-dimensional values of [LuijtenBlote1997]_ do.
        The two have different T_c: in 2D at σ = 1 their K_c = 0.102556 stands against 0.1246(3) for points
        (`validation/critical_points`).
    strength : float, default 1.0
        J > 0, the unit of energy and temperature.

    References
    ----------
    .. [LuijtenBlote1997] E. Luijten and H. W. J. Blöte, Phys. Rev. B 56, 8945 (1997).

    Examples
    --------
    >>> round(float(PowerLaw(1.2, images="minimum").table((4, 4))[1, 1]), 6)
    0.329877

    In one dimension the integral over the cell at r = 1 is (2^σ − (2/3)^σ)/σ:

    >>> round(float(PowerLaw(1.0, images="minimum", cell="integrated").table((8,))[1]), 12)
    1.333333333333
    """

    sigma: float
    images: Literal["periodic", "minimum"] = "periodic"
    cell: Cell = "point"
    strength: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", checks.within("sigma", self.sigma, *SIGMAS))
        object.__setattr__(self, "strength", checks.positive_number("strength", self.strength))
        checks.choice("images", self.images, ("periodic", "minimum"))
        checks.choice("cell", self.cell, ("point", "integrated"))

    def table(self, shape: tuple[int, ...]) -> Array:
        """J(r) of every displacement on a torus.

        Parameters
        ----------
        shape : tuple of int
            Sides of the lattice, one to three, each ≥ 3.

        Returns
        -------
        ndarray
            J(r), an array of `shape` with J(0) = 0 and J(r) = J(−r). Tables that take noticeable time are kept in the
            user's cache folder.

        Examples
        --------
        With all its images the whole plane sums to 4 ζ(s/2) β(s/2), s = 2 + σ, whatever L:

        >>> coupling = PowerLaw(1.2)
        >>> round(float(coupling.table((8, 8)).sum()) + coupling.self_image((8, 8)), 12)
        8.015621863751
        """
        exponent = len(shape) + self.sigma
        if self.images == "minimum":
            table = minimum_image(shape, exponent, self.cell)
        else:
            table, _ = image_sum(shape, exponent, self.cell)
        table *= self.strength
        return table

    def self_image(self, shape: tuple[int, ...]) -> float:
        """Coupling of a site to its own periodic images, a constant of the energy that is left out of it.

        Parameters
        ----------
        shape : tuple of int
            Sides of the lattice.

        Returns
        -------
        float
            J Σ_{n≠0} f(n∘L); 0 with ``images="minimum"``.

        Examples
        --------
        On a ring 2 ζ(1 + σ) / L^{1+σ}, here π²/3 / 100:

        >>> round(PowerLaw(1.0).self_image((10,)), 12)
        0.032898681337
        """
        if self.images == "minimum":
            return 0.0
        return self.strength * image_sum(shape, len(shape) + self.sigma, self.cell)[1]

    @property
    def label(self) -> str:
        """A short name for tables and figures."""
        variants = {"minimum": "minimum image", "integrated": "integrated over cells"}
        said = ", ".join(variants[value] for value in (self.images, self.cell) if value in variants)
        return f"power law σ = {self.sigma:g}" + (f" ({said})" if said else "")

    @property
    def fugacity(self) -> Fugacity:
        """What a frozen bond weighs: β."""
        return PoissonBonds()


@dataclass(frozen=True, eq=False)
class CouplingTable(_WithoutImages):
    """Any translation-invariant coupling, given as the table of J(r) on one torus.

    Parameters
    ----------
    values : array_like
        J(r) of every displacement, of the lattice's shape and of any sign; J(r) = J(−r) to a relative 1e-12. J(0) is
        ignored, it is a constant of the energy.
    label : str, default "coupling table"
        A short name for tables and figures.

    Raises
    ------
    CouplingError
        Entries are not finite, or J(r) ≠ J(−r): symmetrise the table as (J(r) + J(−r)) / 2.

    Examples
    --------
    >>> CouplingTable([9.0, 1.0, -0.5, 1.0]).table((4,)).tolist()
    [0.0, 1.0, -0.5, 1.0]
    """

    values: npt.ArrayLike
    label: str = field(default="coupling table")

    def __post_init__(self) -> None:
        table = checks.real_array("coupling table", self.values).astype(np.float64)
        checks.shape(table.shape)
        if not np.all(np.isfinite(table)):
            raise CouplingError("coupling table has entries that are not finite numbers")
        mirrored = np.roll(np.flip(table), 1, axis=tuple(range(table.ndim)))
        if not np.allclose(table, mirrored, rtol=1e-12, atol=0):
            raise CouplingError("coupling table must satisfy J(r) = J(−r): symmetrise it as (J(r) + J(−r)) / 2")
        table.flat[0] = 0.0
        table.flags.writeable = False
        object.__setattr__(self, "values", table)

    def table(self, shape: tuple[int, ...]) -> Array:
        """J(r) of every displacement, as given.

        Parameters
        ----------
        shape : tuple of int
            Sides of the lattice, which must be those of the table.

        Returns
        -------
        ndarray
            J(r), an array of `shape` with J(0) = 0; read-only.

        Raises
        ------
        CouplingError
            The lattice has another shape: make a table for it.

        Examples
        --------
        >>> float(CouplingTable([0.0, 1.0, 1.0]).table((3,)).sum())
        2.0
        """
        table = np.asarray(self.values)
        if table.shape != shape:
            raise CouplingError(f"coupling table has shape {table.shape}, the lattice {shape}: they must agree")
        return table

    @property
    def fugacity(self) -> Fugacity:
        """What a frozen bond weighs: β."""
        return PoissonBonds()
