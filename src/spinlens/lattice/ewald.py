"""Sums of a power law over the periodic images of a torus, between points or between unit cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import zeta

from spinlens.lattice.cache import cached
from spinlens.lattice.cells import cell_integrals
from spinlens.lattice.remainder import NearImages, far_images

Array = npt.NDArray[np.float64]
Cell = Literal["point", "integrated"]

_NOTICEABLE = 1 << 23  # evaluations of the power law in a third of a second


def image_sum(shape: Sequence[int], exponent: float, cell: Cell = "point") -> tuple[Array, float]:
    """Sum over periodic images J(r) = Σ_{n∈Z^d} f(r + n∘L) for every r of the torus, and the self-image term.

    f(r) = |r|^{−s} between points; between cells f(r) = ∫ |x|^{−s} d^dx over the unit cell centred at r. Images that
    come closer than the longest side are summed as they stand, the smooth rest by `far_images`. All terms of the
    first sum are positive, so that J keeps a relative accuracy of 1e-13 from the nearest to the farthest site
    (σ = s − d from 0.1 to 4, sides from 3 to 1024).

    Parameters
    ----------
    shape : sides L of the torus, (L_1, …, L_d), d = 1, 2 or 3.
    exponent : s > d, the power of the distance (d + σ for a power-law coupling).
    cell : "point" or "integrated".

    Returns
    -------
    table : (L_1, …, L_d) image sums with the entry at r = 0 set to 0.
    self_image : Σ_{n≠0} f(n∘L), the coupling of a site to its own images.

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
        ("image sum", 1, sides, float(exponent).hex(), cell),
        _evaluations(sides, cell) >= _NOTICEABLE,
    )
    origin = (0,) * len(sides)
    self_image = float(orthant[origin])
    table = _unfold(orthant, sides)
    table[origin] = 0.0
    return table, self_image


def minimum_image(shape: Sequence[int], exponent: float, cell: Cell = "point") -> Array:
    """f(r) of the nearest image of every r of the torus, r = 0 set to 0; a component of exactly L/2 is taken once."""
    extents = tuple(side // 2 for side in shape)
    return _unfold(_power_law(extents, exponent, cell), shape)


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


def _orthant(sides: tuple[int, ...], exponent: float, cell: Cell) -> Array:
    """J(r) for r_i = 0 … L_i // 2, with the self-image term at the origin.

    Short sides are first repeated until all are alike, and the larger torus is folded: its sites r, r + L, r + 2L, …
    are one site of the torus wanted.
    """
    repeats = [max(sides) // side for side in sides]
    total = _even_orthant(tuple(m * side for m, side in zip(repeats, sides, strict=True)), exponent, cell)
    for axis, (m, side) in enumerate(zip(repeats, sides, strict=True)):
        if m > 1:
            positions = np.arange(side // 2 + 1) + side * np.arange(m)[:, None]
            total = sum(np.take(total, row, axis=axis) for row in np.minimum(positions, m * side - positions))
    return total


def _even_orthant(sides: tuple[int, ...], exponent: float, cell: Cell) -> Array:
    """As `_orthant`, near images one by one and far ones as a smooth function; for sides within a factor of 2."""
    near = [NearImages.of(side, max(sides)) for side in sides]
    extents = tuple(
        max(side // 2 + (images.right - 1) * side, images.left * side) for side, images in zip(sides, near, strict=True)
    )
    total = _power_law(extents, exponent, cell)
    for axis, (side, images) in enumerate(zip(sides, near, strict=True)):
        total = _fold(total, axis, side, images)
    points = [np.arange(side // 2 + 1, dtype=np.float64) for side in sides]
    return total + far_images(sides, exponent, 0.0 if cell == "point" else 1.0, points)


def _power_law(extents: tuple[int, ...], exponent: float, cell: Cell) -> Array:
    """f(R) for 0 ≤ R_i ≤ extents_i, and 0 at R = 0."""
    if cell == "integrated":
        return cell_integrals(extents, exponent)
    squared = np.zeros(())
    for extent in extents:
        squared = np.add.outer(squared, np.arange(extent + 1, dtype=np.float64) ** 2)
    squared.flat[0] = np.inf
    return np.asarray(np.power(squared, -exponent / 2, out=squared))


def _fold(values: Array, axis: int, side: int, images: NearImages) -> Array:
    """Along one axis, Σ_m f(r + mL) + Σ_n f(nL − r) for r = 0 … L // 2."""
    offsets = np.arange(side // 2 + 1)
    total = np.take(values, offsets, axis=axis)
    for m in range(1, images.right):
        total += np.take(values, offsets + m * side, axis=axis)
    for n in range(1, images.left + 1):
        total += np.take(values, n * side - offsets, axis=axis)
    return total


def _evaluations(sides: tuple[int, ...], cell: Cell) -> int:
    """How often a table asks for the power law, roughly: once for each near displacement, or for each point in it."""
    displacements = math.prod([max(sides) + 1] * len(sides))
    return displacements if cell == "point" else displacements * math.prod([4] * len(sides))


def _unfold(orthant: Array, shape: Sequence[int]) -> Array:
    """The full torus from r_i = 0 … L_i // 2 by r → −r in each component."""
    table = orthant
    for axis, side in enumerate(shape):
        index = np.minimum(np.arange(side), side - np.arange(side))
        table = np.take(table, index, axis=axis)
    return np.ascontiguousarray(table)
