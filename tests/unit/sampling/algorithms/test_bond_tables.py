"""Tables that bond trials are drawn from, against the couplings and the Poisson distribution."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, PowerLaw
from spinlens.sampling.algorithms.bond_tables import alias_table, long_range_tables, poisson_table
from spinlens.sampling.algorithms.lattice_algorithm import lattice_sides
from spinlens.sampling.kernels.displacement import far_displacement


def test_alias_table_reproduces_its_weights():
    weights = np.random.default_rng(0).random(37) ** 3
    weights[0] = 0.0
    probability, alias = alias_table(weights)
    drawn = probability.copy()
    np.add.at(drawn, alias, 1 - probability)
    np.testing.assert_allclose(drawn / 37, weights / weights.sum(), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mean", [0.01, 1.0, 30.0, 5000.0])
def test_poisson_table_covers_the_distribution(mean):
    cdf, first = poisson_table(mean)
    assert cdf[-1] == pytest.approx(1.0, abs=1e-15)
    numbers = first + np.searchsorted(cdf, np.random.default_rng(0).random(200_000), side="right")
    assert abs(numbers.mean() - mean) < 4 * np.sqrt(mean / 200_000)
    assert numbers.var() == pytest.approx(mean, rel=0.05)


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
