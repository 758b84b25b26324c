"""p-values of joint deviations, distances that do not grow with the number of states, and how Gaussian states are."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, chndtr, fdtrc

from spinlens.arrays import Array
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.joint_curve import standardized

_LEVEL = 0.05  # false-alarm rate that `states_to_tell` refers to


def skewness(values: Array) -> Array:
    """Largest |skewness| of the observables at each temperature, (K, n, F) → (K,); infinite where one does not vary."""
    centred = values - values.mean(axis=1, keepdims=True)
    variance = np.mean(centred**2, axis=1)
    third = np.abs(np.mean(centred**3, axis=1))
    varies = variance > 0
    return np.asarray(np.where(varies, third / np.where(varies, variance, 1.0) ** 1.5, np.inf).max(axis=1))


def in_errors(deviation: Array, covariance: Array) -> list[float]:
    """Each deviation (F,) in standard deviations of its own."""
    return [float(x) for x in deviation / np.sqrt(np.maximum(np.diag(covariance), 1e-300))]


def distance(deviation: Array, single: Array, covariance: Array) -> Estimate:
    """D with D² = δᵀ Σ⁻¹ δ − tr Σ⁻¹C, less the degree of freedom spent on T, which without deviation has mean 0."""
    modes, variances, basis = standardized(deviation[None], single[None])
    inverse = 1 / np.sqrt(variances[0])
    noise = (basis[0] * inverse).T @ covariance @ (basis[0] * inverse)  # covariance of the whitened deviation
    white = modes[0] * inverse
    rank = max(int(np.isfinite(variances[0]).sum()), 2)
    squared = float(white @ white - np.trace(noise) * (1 - 1 / rank))
    error = float(2 * np.sum(noise * noise) + 4 * white @ noise @ white) ** 0.5
    value = max(squared, 0.0) ** 0.5
    return Estimate(value, min(error / (2 * value), error**0.5) if value > 0 else error**0.5)


def states_to_tell(distance: float, degrees: int) -> float:
    """Independent states of which a test of so many degrees at 5 % rejects half the ensembles, at least 1."""
    if distance == 0:
        return float("inf")
    threshold = chdtri(degrees, _LEVEL)
    needed = brentq(lambda x: 0.5 - chndtr(threshold, degrees, x), 1e-6, 10 * threshold + 100)
    return max(1.0, float(needed / distance**2))


def kurtosis(centred: Array, covariance: Array) -> float:
    """⟨(xᵀΣ⁻¹x)²⟩ / F(F + 2) of centred states (n, F), F the rank of Σ; 1 for Gaussian ones, and at least that.

    States that are all alike, as some tens of them deep in the ordered phase, have none, and are given 1.
    """
    modes, variances, _ = standardized(centred, covariance[None])
    rank = int(np.isfinite(variances).sum())
    if rank == 0:
        return 1.0
    return max(1.0, float(np.mean(np.sum(modes**2 / variances, axis=1) ** 2)) / (rank * (rank + 2)))


def p_value(chi2: float, degrees: int, known: float) -> float:
    """Hotelling: the covariance is itself an estimate, of about `known` samples."""
    freedom = max(known - degrees, 1.0)
    return float(fdtrc(degrees, freedom, max(chi2, 0.0) * freedom / (known * degrees)))
