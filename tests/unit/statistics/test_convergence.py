"""Chains that agree, and chains that do not."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.statistics.convergence import rank_r_hat, split_r_hat


def test_split_r_hat_sees_chains_apart_and_chains_that_drift():
    draws = np.random.default_rng(0).normal(size=(2, 1000))
    halves = draws.reshape(4, 500)
    assert abs(split_r_hat(halves.mean(axis=1), 1.0, 500) - 1) < 0.01
    apart, drifting = np.add(draws, [[0.0], [1.0]]), draws + np.linspace(0, 2, 1000)
    for series in (apart, drifting):
        halves = series.reshape(4, 500)
        assert split_r_hat(halves.mean(axis=1), float(halves.var(axis=1).mean()), 500) > 1.1


DRAWS = np.random.default_rng(1).normal(size=(4, 500))


@pytest.mark.parametrize(
    "series",
    [np.add(DRAWS, [[0], [0], [0], [1]]), DRAWS * [[1], [1], [1], [3]], DRAWS + np.linspace(0, 2, 500)],
    ids=["apart", "of another width", "drifting"],
)
def test_rank_r_hat_sees_chains_that_differ(series):
    assert rank_r_hat(DRAWS) < 1.01
    assert rank_r_hat(series) > 1.05


def test_rank_r_hat_needs_no_moments():
    """e^{20 x} is all in its largest draw: the plain split R-hat sees nothing there."""
    tails = np.exp(20 * np.add(DRAWS, [[0], [0], [0], [1]]))
    halves = tails.reshape(8, 250)
    assert split_r_hat(halves.mean(axis=1), float(halves.var(axis=1, ddof=1).mean()), 250) < 1.01
    assert rank_r_hat(tails) > 1.05


def test_rank_r_hat_of_little_and_of_constants():
    assert np.isnan(rank_r_hat(DRAWS[:, :3]))
    assert np.isnan(rank_r_hat([[1.0, 2.0, np.nan, 3.0]]))
    assert rank_r_hat(np.ones((2, 10))) == 1.0
