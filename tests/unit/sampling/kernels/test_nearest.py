"""Frozen bonds join what they should, against a slow search for connected spins."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour
from spinlens.sampling.algorithms.lattice_algorithm import lattice_sides
from spinlens.sampling.chains.chain import start_chain
from spinlens.sampling.kernels import clusters, nearest


@pytest.mark.parametrize("shape", [(9,), (3, 3), (5, 6), (6, 5), (3, 4, 5), (4, 3, 3)])
@pytest.mark.parametrize("field", [0.0, 0.4])
def test_bonds_join_equal_neighbours_and_all_that_are_connected(shape, field):
    """The clusters of many sweeps: one spin each, connected, and the bonds of J = ∞ are all that there are."""
    model = IsingModel(shape, NearestNeighbour())
    sides, frozen = lattice_sides(model), np.zeros(shape[-1], np.uint8)
    for threshold in (2**31, 2**32):
        chain = start_chain(model, 3, 2.0, 0)
        for _ in range(20):
            parent, words = np.zeros(model.n_sites, np.uint32), chain.words.copy()
            chain.spins[:] = np.where(np.random.default_rng(words[0]).random(model.n_sites) < 0.5 + field / 2, 1, -1)
            none = np.empty((3, 0), np.uint32)
            bonds, _ = nearest.nearest_bonds(
                chain.spins, parent, frozen, sides, np.uint64(threshold), none, chain.words
            )
            root = np.array([clusters.find(parent, np.uint32(site)) for site in range(model.n_sites)])
            assert np.all(parent <= np.arange(model.n_sites))
            assert np.all(chain.spins == chain.spins[root])
            number, parts = domains(chain.spins.reshape(shape))
            assert all(len(set(parts.ravel()[root == own])) == 1 for own in np.unique(root))
            assert bonds >= model.n_sites - len(np.unique(root))
            if threshold == 2**32:
                assert len(np.unique(root)) == len(np.unique(parts))
                assert bonds == number


def domains(spins):
    """Satisfied bonds, and a label for each set of connected equal spins."""
    label = np.arange(spins.size).reshape(spins.shape)
    equal = [spins == np.roll(spins, 1, axis) for axis in range(spins.ndim)]
    while True:
        before = label.copy()
        for axis, same in enumerate(equal):
            smaller = np.minimum(label, np.roll(label, 1, axis))
            label = np.where(same, smaller, label)
            label = np.where(np.roll(same, -1, axis), np.minimum(label, np.roll(label, -1, axis)), label)
        if np.array_equal(label, before):
            return sum(int(same.sum()) for same in equal), label
