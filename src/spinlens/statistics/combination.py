"""Sums and differences of what several machines have each, with the scatter of the machines as error."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinlens.errors import InputError
from spinlens.statistics.estimate import Estimate


def combined(parts: Sequence[tuple[float, list[Estimate]]]) -> Estimate:
    """Σ of factors times means over machines; machines of equal number go together, one by one.

    The error has the scatter of the machines, at least their own errors.
    """
    if any(not values for _, values in parts):
        raise InputError("no values")
    many = max(len(values) for _, values in parts)
    own = math.hypot(*(factor * _error(values) for factor, values in parts))
    together = np.zeros(many)
    scatter, value = 0.0, 0.0
    for factor, values in parts:
        numbers = factor * np.array([estimate.value for estimate in values])
        value += float(numbers.mean())
        if len(values) == many:
            together += numbers
        elif len(values) > 1:
            scatter += float(numbers.var(ddof=1)) / len(values)
    if many > 1:
        scatter += float(together.var(ddof=1)) / many
    return Estimate(value, max(own, math.sqrt(scatter)))


def _error(values: Sequence[Estimate]) -> float:
    """Of the mean, by the errors of each."""
    return math.hypot(*(estimate.error for estimate in values)) / len(values)
