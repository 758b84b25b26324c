"""What far images add to a power law on a torus: a smooth function, so a small grid of exact values gives all of it.

Images that can come near a site are summed one by one elsewhere. The rest has no singularity within a distance of
about the longest side, so its Chebyshev interpolant converges like ρ^{−n} with ρ ≈ 8 [Trefethen2013, ch. 8]; its
values on the grid come from an Ewald sum [Ewald1921].
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gamma, gammainc, gammaincc

from spinlens.arrays import Array, Integers

_NEGLIGIBLE = 42.0  # exp(−42) < 1e-18, below the rounding of the sum
_SPLIT = 5.0  # η in units of the longest side; larger means fewer images and more cancellation, like η^{σ/2}
_AVERAGE_NODES = 24  # Gauss–Legendre points that average the interpolant over a cell: exact to degree 47


@dataclass(frozen=True)
class NearImages:
    """Images of one axis that are summed one by one: displacements r + mL for m < `right` and nL − r for n ≤ `left`."""

    right: int
    left: int

    @classmethod
    def of(cls, side: int, longest: int) -> NearImages:
        """All that come closer than `longest` to some 0 ≤ r ≤ L/2."""
        ratio = longest / side
        return cls(math.ceil(ratio), math.ceil(ratio + 0.5) - 1)

    def contains(self, image: Integers) -> npt.NDArray[np.bool_]:
        """Whether the displacement r + image · L is among them."""
        return np.asarray((image < self.right) & (image >= -self.left))


@dataclass(frozen=True)
class _Axis:
    """One axis in units of the longest side: grid `nodes`, the side, near images, and grid → wanted points."""

    nodes: Array
    side: float
    near: NearImages
    transfer: Array

    def images_in_reach(self) -> tuple[int, int]:
        """First image, and one after the last, whose term is not negligible at some node."""
        reach = math.sqrt(_NEGLIGIBLE / _SPLIT)
        first = math.ceil((-reach - float(self.nodes.max())) / self.side)
        last = math.floor((reach - float(self.nodes.min())) / self.side)
        return min(first, -self.near.left), max(last, self.near.right - 1) + 1


def far_images(shape: tuple[int, ...], exponent: float, width: float, points: list[Integers]) -> Array:
    """Σ over far images n of |r + n∘L|^{−s}, averaged over a box of side `width` around r.

    Parameters
    ----------
    shape : tuple of int
        Sides L of the torus, (d,).
    exponent : float
        s > d.
    width : float
        Side of the box in lattice units, 0 for the value at r itself.
    points : list of ndarray
        For each axis the wanted components of r, between 0 and L/2, (n_i, m_i); the m_i of a row are summed over.

    Returns
    -------
    ndarray
        Sums (n_1, …, n_d), to about 1e-15 of the sum over all images.
    """
    longest = max(shape)
    axes = [_axis(side, longest, width, wanted) for side, wanted in zip(shape, points, strict=True)]
    grid = _image_part(axes, exponent / 2) + _wave_part(axes, exponent)
    for axis in axes:  # contract the first grid axis, append the matching axis of points
        grid = np.tensordot(grid, axis.transfer, axes=(0, 1))
    return np.asarray(grid * (longest**-exponent / float(gamma(exponent / 2))))


def _axis(side: int, longest: int, width: float, wanted: Integers) -> _Axis:
    """Chebyshev grid over the points and their boxes; the points themselves where that is cheaper."""
    low, high = -width / 2 / longest, (side // 2 + width / 2) / longest
    half, middle = (high - low) / 2, (high + low) / 2
    reach = (1 - width / 2 / longest) / half
    count = math.ceil(37 / math.log(reach + math.hypot(reach, 1))) + 3
    near = NearImages.of(side, longest)
    if width == 0 and wanted.shape[0] <= count and wanted.shape[1] == 1:
        return _Axis(wanted[:, 0] / longest, side / longest, near, np.eye(len(wanted)))
    angles = math.pi * (np.arange(count) + 0.5) / count
    degrees = np.arange(count)
    centres = (wanted.ravel() / longest - middle) / half
    polynomials = _average_polynomials(centres, width / longest / half, degrees)
    polynomials = polynomials.reshape(*wanted.shape, count).sum(axis=1)
    polynomials[:, 1:] *= 2
    transfer = polynomials @ np.cos(np.outer(degrees, angles)) / count
    return _Axis(middle + half * np.cos(angles), side / longest, near, transfer)


def _average_polynomials(centres: Array, width: float, degrees: Integers) -> Array:
    """Chebyshev polynomials T_n averaged over [x − width/2, x + width/2], (centre, degree)."""
    samples, weights = np.polynomial.legendre.leggauss(_AVERAGE_NODES) if width else (np.zeros(1), np.full(1, 2.0))
    positions = np.clip(centres[:, None] + width / 2 * samples, -1, 1)
    values = np.cos(np.arccos(positions)[..., None] * degrees)
    return np.asarray(np.einsum("xsn,s->xn", values, weights / 2))


def _image_part(axes: list[_Axis], half: float) -> Array:
    """Σ over far images of Γ(s/2, ηR²)/R^s, less the lower part γ(s/2, ηR²)/R^s of near images, on the grid."""
    parts = [_image_part_at(np.array([node]), axes, half) for node in axes[0].nodes]
    return np.concatenate(parts)


def _image_part_at(first: Array, axes: list[_Axis], half: float) -> Array:
    """The rows of `_image_part` whose first components are `first`: axes (node, image, node, image, …) at once."""
    squared, near, sizes = np.zeros(()), np.ones((), dtype=np.bool_), []
    for number, axis in enumerate(axes):
        nodes = first if number == 0 else axis.nodes
        images = np.arange(*axis.images_in_reach())
        squared = np.add.outer(squared, (nodes[:, None] + images * axis.side) ** 2)
        near = np.logical_and.outer(near, np.broadcast_to(axis.near.contains(images), (len(nodes), len(images))))
        sizes.append((len(nodes), len(images)))
    values = np.zeros(squared.shape)
    far = ~near & (squared * _SPLIT < _NEGLIGIBLE)
    distance = squared[far]
    values[far] = float(gamma(half)) * gammaincc(half, _SPLIT * distance) / distance**half
    values[near] = -_lower(half, squared[near])
    return np.asarray(values.sum(axis=tuple(range(1, 2 * len(sizes), 2))))


def _lower(half: float, squared: Array) -> Array:
    """γ(s/2, ηR²)/R^s, which is smooth through R = 0."""
    safe = np.where(squared > 0, squared, 1.0)
    value = float(gamma(half)) * gammainc(half, _SPLIT * safe) / safe**half
    return np.asarray(np.where(squared > 0, value, _SPLIT**half / half))


def _wave_part(axes: list[_Axis], exponent: float) -> Array:
    """The lower part of the integral over all images as a cosine series; its k = 0 term is 2 η^{σ/2} / σ."""
    sigma = exponent - len(axes)
    top = math.sqrt(4 * _SPLIT * _NEGLIGIBLE)
    waves = [2 * math.pi / axis.side * np.arange(math.ceil(top * axis.side / (2 * math.pi)) + 1) for axis in axes]
    squared, weight = np.zeros(()), np.ones(())
    for k in waves:
        squared = np.add.outer(squared, k**2)
        weight = np.multiply.outer(weight, np.where(k > 0, 2.0, 1.0))
    origin = (0,) * len(axes)
    quarter = squared / 4
    quarter[origin] = 1.0
    series = weight * quarter ** (sigma / 2) * upper_gamma(-sigma / 2, quarter / _SPLIT)
    series[origin] = 2 * _SPLIT ** (sigma / 2) / sigma
    for axis, k in zip(axes, waves, strict=True):
        series = np.tensordot(series, np.cos(np.outer(k, axis.nodes)), axes=(0, 0))
    volume = math.prod(axis.side for axis in axes)
    return np.asarray(math.pi ** (len(axes) / 2) / volume * series)


def upper_gamma(a: float, x: Array) -> Array:
    """Γ(a, x) for a < 0 by its continued fraction, which unlike the recurrence in a has no cancellation at integers.

    >>> bool(abs(upper_gamma(-1.0, np.array([1.0]))[0] - 0.14849550677592205) < 1e-15)
    True
    """
    levels = 60 + math.ceil(150 / min(1.0, float(x.min())))
    tail = np.zeros_like(x)
    for n in range(levels, 0, -1):
        tail = n * (n - a) / (x + 2 * n + 1 - a - tail)
    return np.asarray(np.exp(-x) * x**a / (x + 1 - a - tail))
