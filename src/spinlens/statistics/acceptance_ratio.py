"""Ratios of partition functions from states of both sides, and how many of them such an average rests on."""

from __future__ import annotations

import numpy as np
import scipy.optimize
import scipy.special

from spinlens.arrays import Array


def acceptance_ratio(forward: Array, backward: Array) -> float:
    """ln Z₁ − ln Z₀ at which as many states of either side would be accepted by the other [Bennett1976]_.

    `forward` are ln(weight 1 / weight 0) of states of 0, `backward` the same of states of 1, any numbers of them.

    >>> round(acceptance_ratio(np.array([1.0, 2.0]), np.array([1.0, 2.0])), 9)
    1.5
    """
    ratio = forward.size / backward.size
    shift = float(np.log(ratio))
    low, high = (extreme(forward.min(), backward.min(), forward.max(), backward.max()) for extreme in (min, max))
    reach = 1.0 + abs(shift)

    def excess(gain: float) -> float:
        below, above = scipy.special.expit(forward - gain).mean(), scipy.special.expit(gain - backward).mean()
        return float(ratio * below - above)

    return float(scipy.optimize.brentq(excess, low - reach, high + reach, xtol=1e-12)) - shift


def effective_number(log_weights: Array) -> float:
    """(Σ w)² / Σ w²: as many equal weights would say as much.

    >>> effective_number(np.zeros(7))
    7.0
    """
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())
