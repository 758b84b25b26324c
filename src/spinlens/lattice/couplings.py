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


@dataclass(frozen=True)
class NearestNeighbour:
    """J(r) = `strength` for the 2d nearest neighbours of a hypercubic lattice, else 0."""

    strength: float = 1.0

    def __post_init__(self) -> None:
        checks.positive_number("strength", self.strength)

    def table(self, shape: tuple[int, ...]) -> Array:
        table = np.zeros(shape)
        for axis in range(len(shape)):
            for step in (1, -1):
                index = [0] * len(shape)
                index[axis] = step
                table[tuple(index)] = self.strength
        return table

    def self_image(self, shape: tuple[int, ...]) -> float:
        return 0.0

    @property
    def label(self) -> str:
        return "nearest-neighbour"


@dataclass(frozen=True)
class PowerLaw:
    """J(r) = `strength` · f(r) on the torus, where f(r) = r^{−(d+σ)} or its integral over the unit cell at r.

    Parameters
    ----------
    sigma : σ > 0, the exponent beyond the dimension.
    images : "periodic" sums over all periodic images (the default, the physical torus; relative accuracy 1e-13);
        "minimum" takes the nearest image only, a component of exactly L/2 once. The two shift T_c at finite L.
    cell : "point" takes the power at the lattice point (the default); "integrated" takes
        f(r) = ∫ |x|^{−(d+σ)} d^dx over the unit cell centred at r, as the two- and three-dimensional values of
        Luijten & Blöte (1997) do. The two have different T_c: in 2D at σ = 1 their K_c = 0.102556 stands against
        0.1246 for points.
    strength : amplitude J > 0.

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
        checks.positive_number("sigma", self.sigma)
        checks.positive_number("strength", self.strength)
        checks.choice("images", self.images, ("periodic", "minimum"))
        checks.choice("cell", self.cell, ("point", "integrated"))

    def table(self, shape: tuple[int, ...]) -> Array:
        exponent = len(shape) + self.sigma
        if self.images == "minimum":
            table = minimum_image(shape, exponent, self.cell)
        else:
            table, _ = image_sum(shape, exponent, self.cell)
        table *= self.strength
        return table

    def self_image(self, shape: tuple[int, ...]) -> float:
        if self.images == "minimum":
            return 0.0
        return self.strength * image_sum(shape, len(shape) + self.sigma, self.cell)[1]

    @property
    def label(self) -> str:
        variants = {"minimum": "minimum image", "integrated": "integrated over cells"}
        said = ", ".join(variants[value] for value in (self.images, self.cell) if value in variants)
        return f"power law σ = {self.sigma:g}" + (f" ({said})" if said else "")


@dataclass(frozen=True, eq=False)
class CouplingTable:
    """Any translation-invariant coupling, given as the table of J(r) on one torus.

    Parameters
    ----------
    values : array of the lattice's shape; J(0) is ignored (a constant of the energy) and J(r) = J(−r) is required.
    """

    values: npt.ArrayLike
    label: str = field(default="coupling table")

    def __post_init__(self) -> None:
        table = np.array(self.values, dtype=np.float64)
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
        table = np.asarray(self.values)
        if table.shape != shape:
            raise CouplingError(f"coupling table has shape {table.shape}, the lattice {shape}: they must agree")
        return table

    def self_image(self, shape: tuple[int, ...]) -> float:
        return 0.0
