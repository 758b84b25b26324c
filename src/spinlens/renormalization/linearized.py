"""The linearized renormalization group T = ∂K′/∂K from correlations, and its spectrum with jackknife errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.errors import ConvergenceError
from spinlens.renormalization.measurements import kept_means
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_error

_SINGULAR = 1e-11  # least eigenvalue of a correlation matrix of unit diagonal at which operators count as independent
_REAL = 1e-9


@dataclass(frozen=True, eq=False)
class RGSpectrum:
    """The linearized renormalization group in one truncation.

    Attributes
    ----------
    operators : tuple of str
        Names of the operators kept.
    matrix, matrix_error : ndarray
        (k, k) T_αβ = ∂K′_α/∂K_β and its standard errors.
    eigenvalues : ndarray of complex
        (k,) of T, largest first.
    leading : Estimate
        The largest eigenvalue with its error; nan where it or one of its jackknife replicas is complex.
    exponent : Estimate or None
        y = ln λ / ln b; None for a map that does not change the lattice (b = 1); nan for λ ≤ 0.
    """

    operators: tuple[str, ...]
    matrix: Array
    matrix_error: Array
    eigenvalues: npt.NDArray[np.complex128]
    leading: Estimate
    exponent: Estimate | None


def connected(first: Array, second: Array, weights: Array | None = None) -> Array:
    """⟨XY⟩ − ⟨X⟩⟨Y⟩ of (n, k) and (n, m) values, (k, m); weights (n,) of an exact ensemble, equal by default."""
    share = np.full(len(first), 1 / len(first)) if weights is None else weights / weights.sum()
    x, y = first - share @ first, second - share @ second
    return np.asarray((x * share[:, None]).T @ y)


def linearized_map(coarse: Array, fine: Array, weights: Array | None = None) -> Array:
    """T = A⁻¹ B with A = ⟨S′S′⟩_c and B = ⟨S′S⟩_c.

    Parameters
    ----------
    coarse, fine : (n, k) values of the same k operators after and before the map.
    weights : (n,) probabilities of the samples; equal by default. With all states of a small system and their
        Boltzmann weights T is exact up to the truncation to k operators.

    Raises
    ------
    ConvergenceError : the operators are linearly dependent on the coarse lattice, or on these samples.

    Examples
    --------
    Decimation of a ring of 8 at K = 0.5, all states:

    >>> from spinlens.exact.enumeration import all_states
    >>> states = all_states(8).astype(float)
    >>> bonds = (states * np.roll(states, 1, axis=1)).sum(axis=1, keepdims=True)
    >>> kept = states[:, ::2]
    >>> after = (kept * np.roll(kept, 1, axis=1)).sum(axis=1, keepdims=True)
    >>> bool(np.isclose(linearized_map(after, bonds, np.exp(0.5 * bonds[:, 0])), np.tanh(1.0), rtol=1e-12))
    True
    """
    return solve(connected(coarse, coarse, weights), connected(coarse, fine, weights))


def solve(A: Array, B: Array) -> Array:
    """A⁻¹ B, refused where A is singular in units of its diagonal."""
    size = np.sqrt(np.diag(A))
    if np.any(size == 0) or np.linalg.eigvalsh(A / np.outer(size, size))[0] < _SINGULAR:
        raise ConvergenceError(
            f"{len(A)} operators are linearly dependent on the coarser lattice: leave some out, take fewer steps, or "
            "give more samples"
        )
    return np.asarray(np.linalg.solve(A, B))


def spectra(
    names: Sequence[str], coarse: Array, fine: Array, bins: Sequence[slice], scale: float
) -> tuple[RGSpectrum, ...]:
    """The spectra with the first 1, 2, …, k operators kept; errors from leaving out one bin of samples at a time."""
    k = len(names)
    if k == 0:
        return ()
    A, B = _replicas(coarse, coarse, bins), _replicas(coarse, fine, bins)
    return tuple(_spectrum(names[:m], A[:, :m, :m], B[:, :m, :m], scale) for m in range(1, k + 1))


def _replicas(first: Array, second: Array, bins: Sequence[slice]) -> Array:
    """Connected correlations of all bins together, and then without each: (bins + 1, k, m)."""
    x, y = first - first.mean(axis=0), second - second.mean(axis=0)
    products = np.stack([x[part].T @ y[part] for part in bins])
    size, total = bins[0].stop - bins[0].start, products.sum(axis=0)
    means = np.concatenate([total[None] / len(bins), (total - products) / (len(bins) - 1)]) / size
    return np.asarray(means - kept_means(x, bins)[:, :, None] * kept_means(y, bins)[:, None, :])


def _spectrum(names: Sequence[str], A: Array, B: Array, scale: float) -> RGSpectrum:
    maps = np.stack([solve(a, b) for a, b in zip(A, B, strict=True)])
    eigenvalues = np.linalg.eigvals(maps[0]).astype(np.complex128)
    leading = np.array([_leading(T) for T in maps])
    exponent = None
    if scale > 1:
        positive = np.where(leading > 0, leading, np.nan)
        exponent = _estimate(np.log(positive) / math.log(scale))
    order = np.argsort(-np.abs(eigenvalues), kind="stable")
    error = jackknife_error(maps[1:])
    return RGSpectrum(tuple(names), maps[0], error, eigenvalues[order], _estimate(leading), exponent)


def _leading(T: Array) -> float:
    """The eigenvalue of largest modulus; nan where it is one of a complex pair."""
    eigenvalues = np.linalg.eigvals(T)
    largest = complex(eigenvalues[np.argmax(np.abs(eigenvalues))])
    return largest.real if abs(largest.imag) <= _REAL * abs(largest) else math.nan


def _estimate(values: Array) -> Estimate:
    """From the value of all data, and then of every jackknife replica."""
    error = float(jackknife_error(values[1:]))
    return Estimate(float(values[0]) if math.isfinite(error) else math.nan, error)
