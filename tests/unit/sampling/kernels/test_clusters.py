"""Measurements of clusters against sums over their sites."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour
from spinlens.sampling.algorithms.lattice_algorithm import lattice_sides
from spinlens.sampling.algorithms.swendsen_wang import NearestNeighbourSwendsenWang
from spinlens.sampling.chains.chain import start_chain
from spinlens.sampling.kernels import clusters


@pytest.mark.parametrize("shape", [(7,), (5, 6), (3, 4, 5)])
def test_measurements_of_clusters_are_sums_over_them(shape):
    rng = np.random.default_rng(1)
    model = IsingModel(shape, NearestNeighbour())
    algorithm, chain, n_sites = NearestNeighbourSwendsenWang(model, 2.0), start_chain(model, 1, 2.0, 0), model.n_sites
    label = rng.integers(0, 4, n_sites)
    label[:2] = 10, 11  # clusters of one site
    chain.labels[0] = [np.flatnonzero(label == own)[0] for own in label]
    before, column = chain.spins.copy(), np.zeros(9)
    clusters.draw_coins(chain.labels[0], chain.coins, 3, chain.words)
    clusters.flip_and_measure(
        chain.spins, chain.labels, chain.coins, lattice_sides(model), algorithm.phases, algorithm.slots(chain), column
    )
    turned = chain.spins != before
    sizes = np.array([(label == own).sum() for own in np.unique(label)])
    assert all(len(set(turned[label == own])) == 1 for own in np.unique(label))
    assert not turned[label == label[3]].any()  # the cluster that the ghost spin holds
    assert column[1] == chain.spins.sum()
    assert column[2] == (sizes**2).sum()
    assert column[3] == 3 * (sizes**2).sum() ** 2 - 2 * (sizes**4).sum()
    assert column[4] == sizes.max()
    for axis, side in enumerate(shape):
        phase = np.exp(2j * np.pi * np.indices(shape)[axis].ravel() / side)
        expected = sum(abs(phase[label == own].sum()) ** 2 for own in np.unique(label))
        assert column[5 + axis] == pytest.approx(expected, rel=1e-6)
