"""Image sums of tori that are much longer along one axis than along the others, in O(N).

Let ℓ be the longest of the other sides and Φ(x, z) the sum over all images across, of a single copy of the long axis.
By Poisson summation over the n axes across, whose sides have the product A,

    Φ(x, z) = 1/A Σ_k cos(k·x) F_k(z),    F_0 = c |z|^−p,    p = s − n,  c = π^{n/2} Γ(p/2) / Γ(s/2),
    F_k(z) = 2 π^{n/2} / Γ(s/2) (k / 2|z|)^{p/2} K_{p/2}(k|z|).

From |z| = ℓ on a few waves suffice, and from some 7 ℓ on none: what is left is a power law in one dimension, whose
images are Hurwitz zeta functions [NIST2010, 25.11]. Nearer than ℓ the sums of a torus of length 2 ℓ are taken, with
what its images contribute exchanged for those of the long one.

.. [NIST2010] NIST Handbook of Mathematical Functions (2010).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gamma, kv, zeta

from spinlens.arrays import Array

ASPECT = 8
"""Times the next longest side from which the longest counts as long."""

_NEGLIGIBLE = 40.0  # e^−40 < 1e-17
_NODES = 16  # Gauss–Legendre points of an average over a cell


def is_long(sides: Sequence[int]) -> bool:
    """Whether one side is so much longer than all others."""
    *others, longest = sorted(sides)
    return bool(others) and longest >= ASPECT * others[-1]


def long_torus(
    sides: tuple[int, ...], exponent: float, integrated: bool, table: Callable[[tuple[int, ...]], Array]
) -> Array:
    """J(r) for r_i = 0 … L_i // 2 of a long torus, with the self-image term at the origin.

    Parameters
    ----------
    sides : tuple of int
        One of them long, see `is_long`.
    exponent : float
        s > d.
    integrated : bool
        Whether f(r) is the power law averaged over the unit cell centred at r.
    table : callable
        The same of a torus that is not long.

    Returns
    -------
    ndarray
        (L_1 // 2 + 1, …).
    """
    axis = int(np.argmax(sides))
    across = tuple(side for number, side in enumerate(sides) if number != axis)
    far = _Across(across, exponent, integrated)
    near = max(across)
    small = np.moveaxis(table((*sides[:axis], 2 * near, *sides[axis + 1 :])), axis, -1)
    z = np.arange(near + 1.0)
    inner = np.asarray(small - far.images(z, 2 * near, itself=False) + far.images(z, sides[axis], itself=False))
    outer = far.images(np.arange(near + 1.0, sides[axis] // 2 + 1), sides[axis], itself=True)
    return np.moveaxis(np.concatenate([inner, outer], axis=-1), -1, axis)


@dataclass(frozen=True)
class _Across:
    """Φ(x, z) of the axes across, of sides `across`, at distances of at least their longest."""

    across: tuple[int, ...]
    exponent: float
    integrated: bool

    @property
    def _power(self) -> float:
        return self.exponent - len(self.across)

    @property
    def _reach(self) -> int:
        """Distance from which on no wave counts."""
        longest = 2 * math.pi / max(self.across)
        return math.ceil((_NEGLIGIBLE + self._power) / longest) + 1

    @property
    def _cell(self) -> tuple[Array, Array]:
        """Points of a unit cell along the axis, and their weights."""
        if not self.integrated:
            return np.zeros(1), np.ones(1)
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        return nodes / 2, weights / 2

    def images(self, z: Array, length: int, itself: bool) -> Array:
        """Σ_m Φ(x, z + m · length), with or without m = 0, for 0 ≤ z ≤ length / 2; (L_1 // 2 + 1, …, z)."""
        p, n = self._power, len(self.across)
        scale = math.pi ** (n / 2) * float(gamma(p / 2) / gamma(self.exponent / 2)) / math.prod(self.across)
        smooth = np.zeros(len(z))
        for node, weight in zip(*self._cell, strict=True):
            place = (z + node) / length
            smooth += weight * (zeta(p, place if itself else 1 + place) + zeta(p, 1 - place))
        total = np.broadcast_to(
            scale * float(length) ** -p * smooth, (*(side // 2 + 1 for side in self.across), len(z))
        ).copy()
        turns = self._reach // length + 1
        for m in range(-turns, turns + 1):
            distance = np.abs(z + m * length)
            close = np.flatnonzero(distance < self._reach)
            if close.size and (itself or m):
                total[..., close] += self._waves(distance[close])
        return total

    def _waves(self, distance: Array) -> Array:
        """1/A Σ_{k≠0} cos(k·x) F_k(z) of x_i = 0 … L_i // 2, (L_1 // 2 + 1, …, z)."""
        p, n = self._power, len(self.across)
        top = (_NEGLIGIBLE + p) / float(distance.min())
        counts = [math.ceil(top * side / (2 * math.pi)) + 1 for side in self.across]
        waves: list[Array] = [
            2 * math.pi / side * np.arange(float(count)) for side, count in zip(self.across, counts, strict=True)
        ]
        squared, weight = np.zeros(()), np.ones(())
        for k in waves:
            squared = np.add.outer(squared, k**2)
            weight = np.multiply.outer(weight, np.where(k > 0, 2.0, 1.0) * self._average(k))
        size = np.sqrt(squared)[..., None]
        size[(0,) * n] = 1.0
        series = np.zeros((*size.shape[:-1], len(distance)))
        for node, share in zip(*self._cell, strict=True):
            there = distance + node
            series += share * (size / (2 * there)) ** (p / 2) * kv(p / 2, size * there)
        series *= weight[..., None] * (
            2 * math.pi ** (n / 2) / float(gamma(self.exponent / 2)) / math.prod(self.across)
        )
        series[(0,) * n] = 0.0
        for k, side in zip(waves, self.across, strict=True):  # contracts the first axis, appends that of x
            series = np.tensordot(series, np.cos(np.outer(k, np.arange(side // 2 + 1))), axes=(0, 0))
        return np.moveaxis(series, 0, -1)

    def _average(self, k: Array) -> Array:
        """cos(k x) averaged over a unit cell, by cos(k x) at its centre."""
        return np.sinc(k / (2 * math.pi)) if self.integrated else np.ones(len(k))
