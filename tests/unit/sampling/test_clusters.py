"""Tables and measurements of the cluster kernels against slow, obvious twins."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.alias import long_range_tables
from spinlens.sampling.kernels import clusters
from spinlens.sampling.kernels.displacement import far_displacement
from spinlens.sampling.swendsen_wang import NearestNeighbourSwendsenWang
from spinlens.sampling.updates import lattice_sides


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
def test_cluster_modes_are_sums_over_clusters(shape):
    rng = np.random.default_rng(1)
    update = NearestNeighbourSwendsenWang(IsingModel(shape, NearestNeighbour()), 2.0)
    sides, n_sites = lattice_sides(update.model), update.model.n_sites
    labels = rng.integers(0, 4, n_sites)
    labels[:2] = 10, 11  # clusters of one site
    parent = np.array([np.flatnonzero(labels == label)[0] for label in labels], dtype=np.int32)
    sizes = np.bincount(parent, minlength=n_sites).astype(np.int32)
    modes, slots = np.empty(3), np.empty((n_sites // 2 + 2, len(shape)), dtype=np.int64)
    clusters.cluster_modes(parent, sizes, sides, update.phases, slots, modes)
    unit = float(update.phases[0, 0] >> 32) ** 2
    for axis, side in enumerate(shape):
        phase = np.exp(2j * np.pi * np.indices(shape)[axis].ravel() / side)
        expected = sum(abs(phase[labels == label].sum()) ** 2 for label in np.unique(labels))
        assert modes[axis + 3 - len(shape)] / unit == pytest.approx(expected, rel=1e-6)
