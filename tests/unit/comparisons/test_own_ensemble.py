"""Gibbs chains from cold and hot: long enough and in agreement, or not settled."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, exact
from spinlens.comparisons.own_ensemble import LENGTHS, own_ensemble
from spinlens.machines.exact_rbm import exact_bonds
from spinlens.machines.units import gibbs
from spinlens.progress import silent

MODEL = IsingModel((4, 4), NearestNeighbour())


def ensemble(sampler, most_steps, chains=40, tell=silent):
    return own_ensemble(sampler, MODEL, chains, most_steps, np.random.default_rng(0), tell)


def test_chains_are_as_long_as_they_must_be():
    told = []
    found = ensemble(exact_bonds(MODEL, 2.6), 50_000, tell=told.append)
    assert found.settled
    assert found.tau.settled
    assert found.means.shape == (40, 6)
    known, energy = exact.enumerate(MODEL, 2.6), found.means[:, 3]
    error = energy.std(ddof=1) / np.sqrt(40)
    assert abs(energy.mean() - known.energy) < 4 * error
    assert told
    assert all(0 < step.share <= 1 and "Gibbs steps" in step.text for step in told)
    assert 0.5 * 5 <= found.tau.value < 50_000 / LENGTHS


def test_short_chains_say_so():
    found = ensemble(exact_bonds(MODEL, 1.6), 60)
    assert not found.settled
    assert not found.tau.settled
    assert str(found.tau).startswith("≥")


def test_chains_that_stay_where_they_began_are_not_settled():
    """Two valleys that hardly a step joins: all up or down, and rows of alternating sign."""
    rows = np.where(np.arange(16) // 4 % 2, 1.0, -1.0)
    machine = RBM.from_weights(0.5 * np.column_stack([np.ones(16)] * 12 + [rows] * 12))
    assert not ensemble(gibbs.sampler(machine), 2_000).settled


@pytest.mark.parametrize("chains", [8, 9])
def test_starts_are_half_cold_of_both_signs(chains):
    class Still:
        n_visible, work = 16, 1

        def scratch(self, n):
            return np.empty((n, 0), np.float32)

        def step(self, visible, hidden, lanes, steps=1):
            self.seen = visible.copy()

    still = Still()
    ensemble(still, 20, chains)
    sizes = np.abs(still.seen.mean(axis=1))
    assert np.all(sizes[: chains // 2] == 1)
    assert np.all(sizes[chains // 2 :] < 1)
    assert still.seen[: chains // 2].sum() == 0
