"""Chains of stacks against the sum over all states of their distribution; a twin that lets states go up must fail."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, Estimate, IsingModel, NearestNeighbour
from spinlens.comparisons.deep_chains import DeepChains, deep_ensemble, energy_columns
from spinlens.comparisons.own_ensemble import Measured, ensemble_of
from spinlens.machines.units.passage import Passage
from spinlens.progress import silent

MODEL = IsingModel((3, 3), NearestNeighbour())
T = 2.5
RNG = np.random.default_rng(3)
LAYERS = [
    RBM.from_weights(0.7 * RNG.normal(size=(9, 4)) + 0.3, 0.2 * RNG.normal(size=9), 0.2 * RNG.normal(size=4)),
    RBM.from_weights(0.8 * RNG.normal(size=(4, 3)), 0.3 * RNG.normal(size=4), 0.2 * RNG.normal(size=3)),
    RBM.from_weights(0.9 * RNG.normal(size=(3, 2)), 0.3 * RNG.normal(size=3), 0.2 * RNG.normal(size=2)),
]


def all_states(n):
    return 1 - 2 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)


def distribution(layers):
    """p(v) of all states: that of the top machine, summed over what lies between."""
    *below, top = layers
    units = all_states(top.n_visible)
    p = np.exp(-top.free_energy(units))
    p /= p.sum()
    for layer in reversed(below):
        seen = all_states(layer.n_visible)
        theta = layer.visible_bias_ + units @ layer.weights_.T
        up = 1 / (1 + np.exp(-2 * theta))  # of each unit to be +1, (hidden states, units)
        given = np.prod(np.where(seen[None] > 0, up[:, None], 1 - up[:, None]), axis=2)
        p, units = p @ given, seen
    return units, p


def known(layers):
    states, p = distribution(layers)
    energy = MODEL.energy(states.reshape(-1, 3, 3)) / 9
    return p @ energy, 9 * (p @ energy**2 - (p @ energy) ** 2) / T**2


def read(means):
    """Energy and specific heat of means over chains, each with its jackknife error."""
    rows = (means.sum(axis=0) - means) / (len(means) - 1)
    total = means.mean(axis=0)
    pairs = [(m[..., 0], 9 * (m[..., 1] - m[..., 0] ** 2) / T**2) for m in (total, rows)]
    return [Estimate(float(a), float(np.sqrt((len(b) - 1) * b.var()))) for a, b in zip(*pairs, strict=True)]


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_states_of_a_stack_are_its_distribution(depth):
    found = deep_ensemble(LAYERS[:depth], MODEL, 60, 10_000, np.random.default_rng(depth), silent)
    assert found.settled
    for value, exact in zip(read(found.means), known(LAYERS[:depth]), strict=True):
        assert abs(value.deviation(exact)) < 4
        assert value.error < 0.02


def test_the_twin_that_passes_states_up_and_down_is_another_distribution():
    """v → h → h′ → h → v′ is what a flow does; it ends elsewhere."""

    class UpAndDown(DeepChains):
        def __init__(self, layers, chains, cold, generator):
            super().__init__(layers, chains, cold, generator)
            self.passage, self.seen = Passage(layers, "sampled", chains), super().visible()

        def step(self, steps):
            for _ in range(steps):
                self.passage.step(self.seen, self.lanes)

        def visible(self):
            return self.seen

    walk = UpAndDown(LAYERS[:2], 400, 200, np.random.default_rng(0))
    measured = Measured(lambda states: energy_columns(states, MODEL), (0, 2), 100.0)
    found = ensemble_of(walk, MODEL.shape, measured, 200, 10_000, silent)
    assert found.settled
    assert max(abs(a.deviation(b)) for a, b in zip(read(found.means), known(LAYERS[:2]), strict=True)) > 10


def test_depths_differ_so_that_one_cannot_stand_for_another():
    energies = [known(LAYERS[:depth])[0] for depth in (1, 2, 3)]
    assert np.abs(np.diff(energies)).min() > 0.1


def test_half_of_the_chains_begin_cold_of_both_signs():
    wide = RBM.from_weights(np.full((9, 4), 5.0))
    chains = DeepChains([wide, LAYERS[1]], 9, 4, np.random.default_rng(0))
    assert chains.state[:4].mean(axis=1).tolist() == [1, -1, 1, -1]
    assert chains.visible().shape == (9, 9)
    assert np.abs(DeepChains([wide], 8, 4, np.random.default_rng(0)).visible()[:4].mean(axis=1)).min() == 1
