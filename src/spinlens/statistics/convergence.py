"""Whether several chains tell the same story."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


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
