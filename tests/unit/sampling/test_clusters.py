"""Tables and measurements of the cluster kernels against slow, obvious twins."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.algorithms.bond_tables import long_range_tables
from spinlens.sampling.algorithms.lattice_algorithm import lattice_sides
from spinlens.sampling.algorithms.swendsen_wang import NearestNeighbourSwendsenWang
from spinlens.sampling.chains.chain import start_chain
from spinlens.sampling.kernels import clusters, nearest
from spinlens.sampling.kernels.displacement import far_displacement


def odds(probability, alias):
    drawn = probability.astype(np.float64).copy()
    np.add.at(drawn, alias, 1 - probability.astype(np.float64))
    return drawn / len(drawn)


def drawn_couplings(model):
    """J(r) / Σ J as the near and far tables and all eight sign patterns give it."""
    sides = lattice_sides(model)
    tables = long_range_tables(model.coupling_table.reshape(sides))
    result = np.zeros(tuple(sides))
    near = odds(tables.near_probability, tables.near_alias)
    np.add.at(result, tuple(tables.near_offset[:-1].T), near[:-1])
    for cell, weight in enumerate(odds(tables.far_probability, tables.far_alias)):
        for word in range(8):
            where = far_displacement(np.int64(cell), sides, tables.far_sides, np.uint64(word))
            result[where] += near[-1] * weight / 8
    return result.reshape(model.shape)


@pytest.mark.parametrize("shape", [(5,), (4000,), (64, 63), (60, 80), (16, 15, 14)])
def test_tables_of_one_orthant_give_every_coupling(shape):
    model = IsingModel(shape, PowerLaw(0.9))
    expected = model.coupling_table / model.coupling_sum
    np.testing.assert_allclose(drawn_couplings(model), expected, rtol=2e-6, atol=1e-12)


def test_couplings_without_reflections_keep_the_whole_table():
    values = np.random.default_rng(0).random((50, 40)) ** 3
    values += np.roll(np.flip(values), 1, axis=(0, 1))
    model = IsingModel((50, 40), CouplingTable(values))
    assert long_range_tables(model.coupling_table[None]).far_probability.size == 2000
    np.testing.assert_allclose(drawn_couplings(model), model.coupling_table / model.coupling_sum, rtol=2e-5, atol=1e-12)


@pytest.mark.parametrize("shape", [(7,), (5, 6), (3, 4, 5)])
def test_measurements_of_clusters_are_sums_over_them(shape):
    rng = np.random.default_rng(1)
    model = IsingModel(shape, NearestNeighbour())
    update, chain, n_sites = NearestNeighbourSwendsenWang(model, 2.0), start_chain(model, 1, 2.0, 0), model.n_sites
    label = rng.integers(0, 4, n_sites)
    label[:2] = 10, 11  # clusters of one site
    chain.labels[0] = [np.flatnonzero(label == own)[0] for own in label]
    before, column = chain.spins.copy(), np.zeros(9)
    clusters.draw_coins(chain.labels[0], chain.coins, 3, chain.words)
    clusters.flip_and_measure(
        chain.spins, chain.labels, chain.coins, lattice_sides(model), update.phases, update.slots(chain), column
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
            bonds = nearest.nearest_bonds(chain.spins, parent, frozen, sides, np.uint64(threshold), chain.words)
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
