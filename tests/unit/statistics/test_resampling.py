"""Jackknife and bootstrap, against the spread of independent data."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens.errors import ConvergenceError
from spinlens.statistics.resampling import block_means, bootstrap, jackknife


def test_jackknife_of_a_ratio():
    """Error of ⟨x⟩/⟨y⟩ by jackknife against the spread of 300 independent data sets."""
    rng = np.random.default_rng(3)
    ratios, errors = [], []
    for _ in range(300):
        data = rng.normal([2.0, 4.0], 0.5, size=(40, 2))
        value, covariance = jackknife(data, lambda mean: mean[0] / mean[1])
        ratios.append(value[0])
        errors.append(math.sqrt(covariance[0, 0]))
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=4 / math.sqrt(600) + 0.02)


def test_block_means_refuse_too_few_draws():
    with pytest.raises(ConvergenceError, match="cannot fill"):
        block_means(np.arange(3), 4)


def test_bootstrap_agrees_with_the_jackknife_and_covers_what_is_not_smooth():
    data = np.random.default_rng(6).normal([2.0, 4.0], 0.5, size=(60, 2))

    def both(mean):
        return np.array([mean[0] / mean[1], mean[0] * mean[1]])

    value, covariance = bootstrap(data, both, 4000, seed=1)
    expected, other = jackknife(data, both)
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(covariance, other, rtol=0.15)
    assert np.array_equal(bootstrap(data, both, 50, seed=1)[1], bootstrap(data, both, 50, seed=1)[1])
    with pytest.raises(ConvergenceError, match="1 block has no spread"):
        bootstrap(data[:1], both)
