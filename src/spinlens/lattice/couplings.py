"""Couplings J(r): what a site feels from a displacement r on the torus."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.errors import CouplingError
from spinlens.lattice.ewald import image_sum

Array = npt.NDArray[np.float64]


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
    """J(r) = `strength` · r^{−(d+σ)} on the torus.

    Parameters
    ----------
    sigma : σ > 0, the exponent beyond the dimension.
    images : "periodic" sums over all periodic images by Ewald summation (the default, the physical torus);
        "minimum" takes the nearest image only, a component of exactly L/2 once. The two shift T_c at finite L.
    strength : amplitude J > 0.

    Examples
    --------
    >>> round(float(PowerLaw(1.2, images="minimum").table((4, 4))[1, 1]), 6)
    0.329877
    """

    sigma: float
    images: Literal["periodic", "minimum"] = "periodic"
    strength: float = 1.0

    def __post_init__(self) -> None:
        checks.positive_number("sigma", self.sigma)
        checks.positive_number("strength", self.strength)
        checks.choice("images", self.images, ("periodic", "minimum"))

    def table(self, shape: tuple[int, ...]) -> Array:
        exponent = len(shape) + self.sigma
        if self.images == "periodic":
            return self.strength * image_sum(shape, exponent)[0]
        squared = np.zeros(())
        for side in shape:
            offset = np.minimum(np.arange(side), side - np.arange(side)).astype(np.float64)
            squared = np.add.outer(squared, offset**2)
        squared.flat[0] = np.inf
        return self.strength * np.asarray(squared ** (-exponent / 2))

    def self_image(self, shape: tuple[int, ...]) -> float:
        if self.images == "minimum":
            return 0.0
        return self.strength * image_sum(shape, len(shape) + self.sigma)[1]

    @property
    def label(self) -> str:
        return f"power law σ = {self.sigma:g}" + (" (minimum image)" if self.images == "minimum" else "")


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
