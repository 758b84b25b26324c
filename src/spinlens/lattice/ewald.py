"""Sums of a power law over the periodic images of a torus, between points or between unit cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import zeta

from spinlens.arrays import Array
from spinlens.lattice.cache import cached
from spinlens.lattice.cells import cell_integrals
from spinlens.lattice.far_images import NearImages, far_images
from spinlens.lattice.long_tori import is_long, long_torus

Cell = Literal["point", "integrated"]

_NOTICEABLE = 1 << 23  # evaluations of the power law in a third of a second
_SLAB = 1 << 22  # displacements held at once


def image_sum(shape: Sequence[int], exponent: float, cell: Cell = "point") -> tuple[Array, float]:
    """Sum over periodic images J(r) = Σ_{n∈Z^d} f(r + n∘L) for every r of the torus, and the self-image term.

    f(r) = |r|^{−s} between points; between cells f(r) = ∫ |x|^{−s} d^dx over the unit cell centred at r. Images that
    come closer than the longest side are summed as they stand, the smooth rest by `far_images`. All terms of the
    first sum are positive, so that J keeps a relative accuracy of 1e-13 from the nearest to the farthest site
    (σ = s − d from 0.1 to 4, sides from 3 to 1024).

    Parameters
    ----------
    shape : sequence of int
        Sides L of the torus, (L_1, …, L_d), d = 1, 2 or 3.
    exponent : float
        s > d, the power of the distance (d + σ for a power-law coupling).
    cell : {"point", "integrated"}, default "point"
        Between points or unit cells.

    Returns
    -------
    table : ndarray
        Image sums (L_1, …, L_d) with the entry at r = 0 set to 0.
    self_image : float
        Σ_{n≠0} f(n∘L), the coupling of a site to its own images.

    Examples
    --------
    The whole plane, self-image included, sums to 4 ζ(s/2) β(s/2), whatever L:

    >>> table, self_image = image_sum((8, 8), 3.2)
    >>> round(float(table.sum() + self_image), 12)
    8.015621863751
    """
    sides = tuple(int(side) for side in shape)
    orthant = cached(
        lambda: _orthant(sides, exponent, cell),
        ("image sum", 2, sides, float(exponent).hex(), cell),
        _evaluations(sides, cell) >= _NOTICEABLE,
    )
    origin = (0,) * len(sides)
    self_image = float(orthant[origin])
    table = _unfold(orthant, sides)
    table[origin] = 0.0
    return table, self_image


def minimum_image(shape: Sequence[int], exponent: float, cell: Cell = "point") -> Array:
    """f(r) of the nearest image of every r of the torus, r = 0 set to 0; a component of exactly L/2 is taken once."""
    return _unfold(_power_law(tuple(range(side // 2 + 1) for side in shape), exponent, cell), shape)


def epstein_total(dimension: int, exponent: float) -> float:
    """Σ_{R∈Z^d, R≠0} |R|^{−s} on the unit lattice for d = 1 (2 ζ(s)) and d = 2 (4 ζ(s/2) β(s/2)).

    >>> round(epstein_total(2, 3.2), 12)
    8.015621863751
    """
    if dimension == 1:
        return 2.0 * float(zeta(exponent))
    if dimension == 2:
        half = exponent / 2
        dirichlet_beta = float(zeta(half, 0.25) - zeta(half, 0.75)) / 4.0**half
        return 4.0 * float(zeta(half)) * float(dirichlet_beta)
    raise ValueError(f"closed form known for dimension 1 and 2, got {dimension}")


@dataclass(frozen=True)
class _Axis:
    """One axis of a torus: its side L, repeated `copies` times, and the near images of the repeated torus."""

    side: int
    copies: int
    near: NearImages

    @property
    def repeated(self) -> int:
        """Side of the repeated torus."""
        return self.side * self.copies

    @property
    def extent(self) -> int:
        """The largest displacement that `fold` asks for."""
        return max(self.repeated // 2 + (self.near.right - 1) * self.repeated, self.near.left * self.repeated)

    @property
    def sites(self) -> npt.NDArray[np.int64]:
        """Displacements of the repeated torus, within its half side, that are the same r on the torus: (r, copy)."""
        positions = np.arange(self.side // 2 + 1)[:, None] + self.side * np.arange(self.copies)
        return np.asarray(np.minimum(positions, self.repeated - positions))

    def fold(self, values: Array, axis: int) -> Array:
        """Σ f over all near displacements of r = 0 … L // 2, from f(0 … extent) along `axis`."""
        moved = np.moveaxis(values, axis, 0)
        total = np.zeros((self.side // 2 + 1, *moved.shape[1:]))
        for r in self.sites.T:
            for m in range(self.near.right):
                total += moved[r + m * self.repeated]
            for n in range(1, self.near.left + 1):
                total += moved[n * self.repeated - r]
        return np.moveaxis(total, 0, axis)


def _orthant(sides: tuple[int, ...], exponent: float, cell: Cell) -> Array:
    """J(r) for r_i = 0 … L_i // 2, with the self-image term at the origin.

    Short sides are repeated until all are alike: sites r, r + L, r + 2L, … of the larger torus are one site here. Tori
    too long for that: `long_tori`.
    """
    if is_long(sides):
        return long_torus(sides, exponent, cell == "integrated", lambda short: _orthant(short, exponent, cell))
    copies = [max(sides) // side for side in sides]
    repeated = tuple(m * side for m, side in zip(copies, sides, strict=True))
    axes = [_Axis(side, m, NearImages.of(m * side, max(repeated))) for side, m in zip(sides, copies, strict=True)]
    width = 0.0 if cell == "point" else 1.0
    far = far_images(repeated, exponent, width, [axis.sites for axis in axes])
    return _near_images(axes, exponent, cell) + far


def _near_images(axes: list[_Axis], exponent: float, cell: Cell) -> Array:
    """Σ f over the near displacements of every r, a slab of displacements at a time."""
    first, *others = axes
    rows = max(1, _SLAB // math.prod(axis.extent + 1 for axis in others))
    parts = []
    for start in range(0, first.extent + 1, rows):
        stop = min(start + rows, first.extent + 1)
        slab = _power_law((range(start, stop), *(range(axis.extent + 1) for axis in others)), exponent, cell)
        for number, axis in enumerate(others, 1):
            slab = axis.fold(slab, number)
        parts.append(slab)
    return first.fold(np.concatenate(parts), 0)


def _power_law(box: tuple[range, ...], exponent: float, cell: Cell) -> Array:
    """f(R) for R in a box of non-negative components, and 0 at R = 0."""
    if cell == "integrated":
        return cell_integrals(box, exponent)
    squared = np.zeros(())
    for components in box:
        squared = np.add.outer(squared, np.array(components, dtype=np.float64) ** 2)
    squared[squared == 0] = np.inf
    return np.asarray(np.power(squared, -exponent / 2, out=squared))


def _evaluations(sides: tuple[int, ...], cell: Cell) -> int:
    """How often a table asks for the power law, roughly: once for each near displacement, or for each point in it."""
    longest = 2 * sorted(sides)[-2] if is_long(sides) else max(sides)
    displacements = math.prod([longest + 1] * len(sides))
    return displacements if cell == "point" else displacements * math.prod([4] * len(sides))


def _unfold(orthant: Array, shape: Sequence[int]) -> Array:
    """The full torus from r_i = 0 … L_i // 2 by r → −r in each component."""
    table = orthant
    for axis, side in enumerate(shape):
        index = np.minimum(np.arange(side), side - np.arange(side))
        table = np.take(table, index, axis=axis)
    return np.ascontiguousarray(table)
