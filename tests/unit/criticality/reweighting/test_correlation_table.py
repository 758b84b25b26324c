"""Correlations of single states by transforms, and work done in parts."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, reweight, sample
from spinlens.criticality.reweighting import correlation_table
from spinlens.criticality.reweighting.correlation_table import state_correlations

MODEL = IsingModel((4, 4), NearestNeighbour())


@pytest.mark.parametrize("shape", [(9,), (6, 6), (4, 4, 4)])
def test_correlations_by_transforms_are_those_by_rolls(shape):
    d, L = len(shape), shape[0]
    states = 2 * np.random.default_rng(1).integers(0, 2, (5, *shape), dtype=np.int8) - 1
    found, axes = state_correlations(states), range(1, d + 1)
    bonds = sum((states * np.roll(states, -1, axis)).astype(float) for axis in axes) / d
    for start, field in ((0, states), (L // 2 + 1, bonds)):
        for r in range(L // 2 + 1):
            pairs = sum((field * np.roll(field, r, axis)).astype(float) for axis in axes) / d
            np.testing.assert_allclose(found[:, start + r], pairs.reshape(5, -1).mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(found[:, -1], bonds.reshape(5, -1).mean(axis=1))


def test_parts_of_the_work_change_nothing(monkeypatch):
    runs = sample(MODEL, (2.2, 2.4), 300, seed=1, keep_spins=True)
    whole = reweight(runs, 2.3)
    monkeypatch.setattr(correlation_table, "_SITES", 16 * 7)
    monkeypatch.setattr(correlation_table, "_DRAWS", 11)
    xr.testing.assert_allclose(reweight(runs, 2.3), whole, rtol=1e-10, atol=1e-12)
