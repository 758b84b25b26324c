"""Chains that agree, and chains that do not."""

from __future__ import annotations

import numpy as np

from spinlens.statistics.convergence import split_r_hat


def test_split_r_hat_sees_chains_apart_and_chains_that_drift():
    draws = np.random.default_rng(0).normal(size=(2, 1000))
    halves = draws.reshape(4, 500)
    assert abs(split_r_hat(halves.mean(axis=1), 1.0, 500) - 1) < 0.01
    apart, drifting = np.add(draws, [[0.0], [1.0]]), draws + np.linspace(0, 2, 1000)
    for series in (apart, drifting):
        halves = series.reshape(4, 500)
        assert split_r_hat(halves.mean(axis=1), float(halves.var(axis=1).mean()), 500) > 1.1
