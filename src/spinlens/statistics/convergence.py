"""Whether several chains tell the same story."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from spinlens.arrays import Array


def split_r_hat(means: npt.ArrayLike, variance: float, length: float) -> float:
    """Split-R̂ from the means of half chains: √(1 + spread of the means / variance of the draws), near 1 if they agree.

    R̂² = (n − 1)/n + Var(half-chain means) / W with n draws in a half chain and W the variance inside half chains
    [Gelman2013]_.

    Parameters
    ----------
    means : array_like
        (2 · chains,) means of the first and second halves of all chains.
    variance : float
        W, the variance of single draws inside half chains.
    length : float
        n, draws in half a chain.

    Returns
    -------
    float
        R̂; 1 for constants that agree, infinity for constants that do not, nan for fewer than two draws in a half.

    References
    ----------
    .. [Gelman2013] A. Gelman et al., Bayesian Data Analysis (2013), eq. 11.4.

    Examples
    --------
    >>> split_r_hat([0.0, 0.0], 1.0, 100) < 1
    True
    >>> split_r_hat([0.0, 2.0], 1.0, 1000) > 1.5
    True
    """
    values = np.asarray(means, dtype=np.float64)
    if length < 2 or values.size < 2:
        return float("nan")
    spread = float(values.var(ddof=1))
    if variance <= 0:
        return 1.0 if spread <= 1e-24 * float(np.mean(values**2)) else float("inf")
    return float(np.sqrt((length - 1) / length + spread / variance))


def rank_r_hat(series: npt.ArrayLike) -> float:
    """Rank-normalized split R̂ of chains, the larger one of the draws and of their distances from the median.

    It sees chains of different spread and works without moments; long runs should be below 1.01 [Vehtari2021]_.

    Parameters
    ----------
    series : array_like
        (chains, n) draws.

    Returns
    -------
    float
        As of `split_r_hat`, of normal scores of the ranks; nan for fewer than four draws or numbers not finite.

    References
    ----------
    .. [Vehtari2021] Vehtari, Gelman, Simpson, Carpenter & Bürkner, Bayesian Anal. 16, 667 (2021).

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4, 1000))
    >>> rank_r_hat(draws) < 1.01, rank_r_hat(draws * [[1], [1], [1], [3]]) > 1.1
    (True, True)
    """
    draws = np.asarray(series, dtype=np.float64)
    half = draws.shape[1] // 2
    if half < 2 or not np.isfinite(draws).all():
        return float("nan")
    halves = np.concatenate([draws[:, :half], draws[:, draws.shape[1] - half :]])
    apart = np.abs(halves - np.median(halves))
    return max(_of_scores(_normal_scores(one)) for one in (halves, apart))


def _normal_scores(values: Array) -> Array:
    """Φ⁻¹((rank − 3/8) / (n + 1/4)) of all values together; equal ones share their mean rank."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(ndtri((ranks[which].reshape(values.shape) - 0.375) / (values.size + 0.25)))


def _of_scores(scores: Array) -> float:
    return split_r_hat(scores.mean(axis=1), float(scores.var(axis=1, ddof=1).mean()), scores.shape[1])
