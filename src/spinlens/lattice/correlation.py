"""Correlations of single states of a lattice: G(r) in real space, S(k) in Fourier space, lengths ξ from their ratio."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens import checks
from spinlens.arrays import Array, Fields


def self_correlation(field: Fields) -> Array:
    """G(r) = (1/N) Σ_x s_x s_{x+r} of each state by the Wiener–Khinchin theorem, (n, *shape) → (n, *shape).

    >>> self_correlation(np.array([[1, 1, -1, -1]])).tolist()
    [[1.0, 0.0, -1.0, 0.0]]
    """
    axes = tuple(range(1, field.ndim))
    modes = scipy.fft.rfftn(field.astype(np.float64), axes=axes)
    power = modes.real**2 + modes.imag**2  # |s_k|²
    total = scipy.fft.irfftn(power, s=field.shape[1:], axes=axes)
    return np.asarray(total / math.prod(field.shape[1:]))


def along_axes(tables: Array) -> Array:
    """Tables over displacements (n, *shape) along the axes, averaged over these: (n, L_min/2 + 1)."""
    reach = min(tables.shape[1:]) // 2 + 1
    lines = [
        np.moveaxis(tables, axis, 1)[(slice(None), slice(reach)) + (0,) * (tables.ndim - 2)]
        for axis in range(1, tables.ndim)
    ]
    return np.asarray(sum(lines) / len(lines))


def axis_correlation(states: npt.ArrayLike) -> Array:
    """G(r) of each single state along the axes, averaged over x and over the axes: (n, *shape) → (n, L_min/2 + 1).

    >>> axis_correlation([[1, 1, -1, -1]]).tolist()
    [[1.0, 0.0, -1.0]]
    """
    field = checks.field("states", states).astype(np.float64)
    axes, reach = range(1, field.ndim), min(field.shape[1:]) // 2 + 1
    total: Array | float = 0.0
    for axis in axes:
        modes = scipy.fft.rfft(field, axis=axis)
        power = (modes.real**2 + modes.imag**2).sum(axis=tuple(other for other in axes if other != axis))  # (n, k)
        total = total + scipy.fft.irfft(power, n=field.shape[axis], axis=1)[:, :reach]  # Σ_x s_x s_{x+r}
    return np.asarray(total / (len(axes) * math.prod(field.shape[1:])))


def local_bonds(states: Fields) -> Array:
    """The local bond energy ε_x = Σ_axes s_x s_{x+e}, (n, *shape); a real field is taken as it stands.

    >>> local_bonds(np.ones((1, 3, 3))).tolist()[0][0]
    [2.0, 2.0, 2.0]
    """
    bonds = sum(states * np.roll(states, -1, axis=axis) for axis in range(1, states.ndim))
    return np.asarray(bonds, dtype=np.float64)


def structure_factor(states: Fields, waves: tuple[int, ...] = (1,)) -> Array:
    """S(k) = |Σ_x s_x e^{−ik·x}|² / N of each state: (n, *shape) → (n, 1 + K).

    Columns: k = 0, then k = 2πj/L along the axes for j of `waves`, averaged over the axes, and in two or three
    dimensions the diagonal (2π/L, 2π/L), averaged over its orientations.
    """
    field, axes = states.astype(np.float64), range(1, states.ndim)
    lines = [field.sum(axis=tuple(other for other in axes if other != axis)) for axis in axes]  # (n, L) each
    power = [np.abs(scipy.fft.rfft(line, axis=1)) ** 2 for line in lines]
    columns = [power[0][:, 0], *(np.mean([line[:, j] for line in power], axis=0) for j in waves)]
    if len(axes) > 1:
        columns.append(_diagonal_power(field))
    return np.column_stack(columns) / math.prod(states.shape[1:])


def _diagonal_power(field: Array) -> Array:
    """|Σ_x s_x e^{−ik·x}|² at k = (2π/L, ±2π/L), mean over the pairs of axes and signs: (n, *shape) → (n,)."""
    shape = field.shape[1:]
    angles = 2 * np.pi * np.indices(shape).reshape(len(shape), -1) / np.array(shape)[:, None]  # (d, N)
    phases = [angles[a] + sign * angles[b] for a, b in itertools.combinations(range(len(shape)), 2) for sign in (1, -1)]
    waves = np.concatenate([np.cos(phases), np.sin(phases)])  # (2 · orientations, N)
    return np.asarray(((field.reshape(len(field), -1) @ waves.T) ** 2).sum(axis=1) / len(phases))


def dispersion_length(ratio: npt.ArrayLike, L: int, power: float) -> Array:
    """ξ/L where 1/S(k) ∝ 1 + (kξ)^p: ((S(0)/S(k) − 1)^{1/p}) / (2 L sin π/L), from `ratio` = S(0)/S(k) at k = 2π/L.

    p = 2 gives the second-moment length (`second_moment_length`). A power law of σ < 2 has p = σ at its critical point,
    so that this ξ, not that of p = 2, has the corrections of its scaling.
    """
    above = np.maximum(np.asarray(ratio, dtype=np.float64) - 1, 0.0)
    with np.errstate(over="ignore"):  # at σ next to 0 ξ outgrows the floats: infinite
        return np.asarray(above ** (1 / power) / (2 * math.sin(math.pi / L) * L))


def second_moment_length(ratio: npt.ArrayLike, L: int) -> Array:
    """ξ = √(S(0)/S(k) − 1) / (2 sin π/L) in lattice units, from `ratio` = S(0)/S(k) at k = 2π/L; 0 for ratios below 1.

    >>> float(second_moment_length(5.0, 6))  # 2 sin 30° = 1
    2.0
    """
    return np.asarray(L * dispersion_length(ratio, L, 2.0))
