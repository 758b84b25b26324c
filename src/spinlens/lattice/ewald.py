"""Periodic image sums of power laws: Ewald summation in the incomplete-gamma form."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import gamma, gammaincc, zeta

Array = npt.NDArray[np.float64]

_NEGLIGIBLE = 42.0  # exp(-42) < 1e-18, below the rounding of the sum


def image_sum(shape: Sequence[int], exponent: float) -> tuple[Array, float]:
    """Sum over periodic images Σ_{n∈Z^d} |r + n∘L|^{−s} for every r of the torus, and the self-image term.

    The power is written (1/Γ(s/2)) ∫ t^{s/2−1} e^{−t|R|²} dt and split at t = η: the upper part is summed over
    images, the lower one, after Poisson summation, over wave vectors k (Ewald 1921; Epstein zeta function).
    Both converge like a Gaussian, so a few images and wave vectors give rounding accuracy.

    Parameters
    ----------
    shape : sides L of the torus, (L_1, …, L_d).
    exponent : s > d, the power of the distance (d + σ for a power-law coupling).

    Returns
    -------
    table : (L_1, …, L_d) image sums with the entry at r = 0 set to 0.
    self_image : Σ_{n≠0} |n∘L|^{−s}, the coupling of a site to its own images.

    Examples
    --------
    The whole plane, self-image included, sums to 4 ζ(s/2) β(s/2), whatever L:

    >>> table, self_image = image_sum((8, 8), 3.2)
    >>> round(float(table.sum() + self_image), 12)
    8.015621863751
    """
    sides = np.asarray(shape, dtype=np.float64)
    dimension, half = len(shape), exponent / 2
    scale = float(np.prod(sides)) ** (1 / dimension)
    sides = sides / scale
    offsets = [np.arange(n // 2 + 1) / scale for n in shape]  # one orthant; the rest by symmetry
    eta = math.pi
    total = _image_part(offsets, sides, half, eta) + _wave_part(offsets, sides, exponent, eta)
    origin = (0,) * dimension
    # At r = 0 the n = 0 image is absent; what its lower half (t < η) left in the wave part is taken back.
    self_image = total[origin] - eta**half / half
    total[origin] = 0.0
    factor = scale**-exponent / float(gamma(half))
    return _unfold(total * factor, shape), float(self_image * factor)


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


def _image_part(offsets: list[Array], sides: Array, half: float, eta: float) -> Array:
    """Σ_n Γ(s/2, η R²) / R^s over images near enough to matter; the n = 0 image of r = 0 is left out."""
    reach = [math.ceil(math.sqrt(_NEGLIGIBLE / eta) / side) + 1 for side in sides]
    total = np.zeros([len(x) for x in offsets])
    for image in itertools.product(*(range(-n, n + 1) for n in reach)):
        squared = np.zeros(())
        for axis, n in enumerate(image):
            component = (offsets[axis] + n * sides[axis]) ** 2
            squared = np.add.outer(squared, component)
        near = (eta * squared < _NEGLIGIBLE) & (squared > 0)
        distance = squared[near]
        total[near] += float(gamma(half)) * gammaincc(half, eta * distance) / distance**half
    return total


def _wave_part(offsets: list[Array], sides: Array, exponent: float, eta: float) -> Array:
    """The lower part of the integral as a cosine series; its k = 0 term is 2 η^{σ/2} / σ."""
    sigma = exponent - len(offsets)
    waves = [
        2 * math.pi * np.arange(math.ceil(math.sqrt(4 * eta * _NEGLIGIBLE) * L / (2 * math.pi)) + 1) for L in sides
    ]
    squared = np.zeros(())
    weight = np.ones(())
    for axis, k in enumerate(waves):
        squared = np.add.outer(squared, (k / sides[axis]) ** 2)
        weight = np.multiply.outer(weight, np.where(k > 0, 2.0, 1.0))
    coefficients = np.empty_like(squared)
    origin = (0,) * squared.ndim
    quarter = squared / 4
    quarter[origin] = 1.0
    coefficients = weight * quarter ** (sigma / 2) * _upper_gamma_negative(-sigma / 2, quarter / eta)
    coefficients[origin] = 2 * eta ** (sigma / 2) / sigma
    series = coefficients
    for axis, k in enumerate(waves):  # contract the first remaining k axis, append the matching r axis
        cosines = np.cos(np.outer(k / sides[axis], offsets[axis]))
        series = np.tensordot(series, cosines, axes=(0, 0))
    volume = float(np.prod(sides))
    return np.asarray(math.pi ** (len(offsets) / 2) / volume * series)


def _upper_gamma_negative(a: float, x: Array) -> Array:
    """Γ(a, x) for a < 0 by its continued fraction, which unlike the recurrence in a has no cancellation at integers."""
    levels = 60 + math.ceil(150 / min(1.0, float(x.min())))
    tail = np.zeros_like(x)
    for n in range(levels, 0, -1):
        tail = n * (n - a) / (x + 2 * n + 1 - a - tail)
    return np.asarray(np.exp(-x) * x**a / (x + 1 - a - tail))


def _unfold(orthant: Array, shape: Sequence[int]) -> Array:
    """The full torus from r_i = 0 … L_i // 2 by r → −r in each component."""
    table = orthant
    for axis, side in enumerate(shape):
        index = np.minimum(np.arange(side), side - np.arange(side))
        table = np.take(table, index, axis=axis)
    return np.ascontiguousarray(table)
