"""Series by size: the same functions as by bonds, and a critical point from energies that no bond knows of."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, finite_size_scaling, reweight, sample
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.own_data.series import is_series, series_curves
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import InputError

SIZES, T_C = (4, 6, 8), 2.269185


def runs(L, algorithm, draws=4000):
    model = IsingModel((L, L), NearestNeighbour())
    grid = T_C * (1 + np.array([-0.5, 0.0, 0.5]) / L)
    return sample(model, grid, draws, chains=2, seed=L, algorithm=algorithm)


def as_table(data):
    """As another program would write it."""
    draws = data.sizes["draw"]
    rows = {"T": np.repeat(data.temperature.values, 2 * draws), "chain": np.tile(np.repeat([0, 1], draws), 3)}
    return rows | {"energy": data.energy.values.ravel(), "m": data.magnetization.values.ravel()}


@pytest.fixture(scope="module")
def single_spin():
    return {L: runs(L, "heat-bath") for L in SIZES}


@pytest.fixture(scope="module")
def clusters():
    return {L: runs(L, "swendsen-wang") for L in SIZES}


def test_curves_are_those_of_reweight(single_spin):
    (size, *_) = series_curves(single_spin, None, 2)
    table = reweight(single_spin[4], 2.3)
    found = size.samples(size.theta(2.3))
    assert found.binder[0] == pytest.approx(float(table.binder[0]))
    assert found.m2[0] == pytest.approx(float(table.m2[0]))
    assert found.binder_slope[0] == pytest.approx(-float(table.binder_slope[0]))  # θ = −β
    assert float(size.temperature(size.theta(2.3))) == pytest.approx(2.3)
    low, high = (float(size.temperature(theta)) for theta in size.histograms.support)
    assert low < min(size.temperatures) < max(size.temperatures) < high
    spread = size.bond_spread(size.theta(2.3))
    assert spread == pytest.approx(np.sqrt(float(table.specific_heat[0]) * 16) * 2.3)


def test_energies_of_single_spins_find_the_square(single_spin):
    point = finite_size_scaling({L: as_table(data) for L, data in single_spin.items()}, NearestNeighbour())
    assert abs(point.temperature.deviation(T_C)) < 3
    assert abs(point.delta_spin.deviation(0.125)) < 3
    assert (point.made_from, point.xi, point.notes) == ("series", None, ())
    assert list(point.curves) == list(SIZES)
    assert point.crossings


def test_samples_know_their_coupling(single_spin):
    point = finite_size_scaling(single_spin)
    assert (point.regime, point.coupling) == ("short-range", NearestNeighbour())


def test_runs_with_bonds_are_analysed_by_them(clusters):
    point = finite_size_scaling(clusters)
    curves = [SizeCurves.from_dataset(IsingModel((L, L), NearestNeighbour()), clusters[L]) for L in SIZES]
    assert point == analyse(curves)
    assert point.made_from == "runs"


def test_what_is_refused(single_spin, clusters):
    table = as_table(single_spin[4])
    for data, words in (
        ({4: table, 6: table}, "at least three increasing"),
        ({**clusters, 8: clusters[6]}, "the data of L = 8 were drawn from"),
        ({**single_spin, 8: single_spin[6]}, "n_sites = 64, but the lattice has 36"),
        ({**single_spin, 8: reweight(single_spin[8], [2.2, 2.3])}, "has no draws: points that were reweighted"),
        ({**single_spin, 8: {name: table[name] for name in ("T", "energy")}}, "those of L = 8 have energies only"),
    ):
        with pytest.raises(InputError, match=words):
            finite_size_scaling(data)
    assert not is_series(table)
