"""Wrapping probabilities of clusters against the sum over all graphs, and R_2 = 2 R_0 at T_c of the square."""

from __future__ import annotations

import math

import numpy as np
import pytest

from small_torus import ENDS, STEPS, all_graphs, ranks
from spinlens import IsingModel, NearestNeighbour, PowerLaw, cite, find_critical_point, reweight, sample
from spinlens.criticality.reweighting import size_curves
from spinlens.errors import CouplingError
from spinlens.statistics.resampling import block_means

T_C = 2 / math.log1p(math.sqrt(2))


def exact(temperature):
    """R_0 and R_2 of the 3 × 3 torus: a graph weighs v^bonds 2^clusters, v = e^{2/T} − 1."""
    graphs = all_graphs()
    rank, clusters = ranks(graphs, ENDS, STEPS, 9)
    weight = math.expm1(2 / temperature) ** graphs.sum(axis=1) * 2.0**clusters
    return [float(weight[rank == wanted].sum() / weight.sum()) for wanted in (0, 2)]


def test_of_the_smallest_torus():
    model, R = IsingModel((3, 3), NearestNeighbour()), exact(3.0)
    data = sample(model, 3.0, draws=20_000, seed=1, warmup=200, wrapping=True)
    found = data.average.sel(observable=["wraps_none", "wraps_both"])[0].values
    error = data.error.sel(observable=["wraps_none", "wraps_both"])[0].values
    assert np.all(np.abs(found - R) < 4 * error)
    assert np.all(error < 0.004)
    assert np.all(np.abs(found - exact(3.2)) > 5 * error)  # another temperature is told apart
    assert abs(1 - found[0] - R[1]) > 5 * error[1]  # as is a cluster that winds at all from one that winds both ways


def test_reweighted_to_a_temperature_between_the_runs():
    data = sample(IsingModel((3, 3), NearestNeighbour()), [2.8, 3.2], draws=20_000, seed=2, warmup=200, wrapping=True)
    table, (none, both) = reweight(data, 3.0), exact(3.0)
    for name, value in (("wraps_none", none), ("wraps_both", both), ("critical_polynomial", both - 2 * none)):
        assert abs(float(table[name][0]) - value) < 4 * float(table[f"{name}_error"][0])


@pytest.mark.parametrize(("L", "draws"), [(8, 8000), (16, 8000), (32, 8000), (64, 3000)])
def test_the_critical_polynomial_of_the_square_vanishes_at_any_size(L, draws):
    model = IsingModel((L, L), NearestNeighbour())
    data = sample(model, [T_C, 1.02 * T_C], draws=draws, seed=L, warmup=300, wrapping=True)
    series = (data.wraps_both - 2 * data.wraps_none).values  # (T, chain, draw)
    z = []
    for run in series:
        means = block_means(run, 16).ravel()
        z.append(means.mean() / (means.std(ddof=1) / math.sqrt(len(means))))
    assert abs(z[0]) < 4
    assert z[1] < -8  # two per cent above T_c it does not


def test_it_changes_no_draw_and_long_ranges_have_it():
    model = IsingModel((8, 8), PowerLaw(1.2))
    plain, asked = (sample(model, 6.8, draws=500, seed=3, warmup=100, wrapping=wanted) for wanted in (False, True))
    np.testing.assert_array_equal(plain.m2.values, asked.m2.values)
    assert "wraps_none" not in plain
    assert ["Newman2001" in cite(run) for run in (plain, asked)] == [False, True]
    assert 0 < float(asked.wraps_none.mean()) < 1
    assert not ((asked.wraps_none == 1) & (asked.wraps_both == 1)).any()


@pytest.mark.parametrize(
    ("model", "algorithm", "said"),
    [
        (IsingModel((8, 8), NearestNeighbour()), "wolff", "needs all clusters"),
        (IsingModel((4, 4, 4), NearestNeighbour()), "auto", "two dimensions"),
        (IsingModel((8, 8), NearestNeighbour(), 0.1), "auto", "without a field"),
        (IsingModel((8, 8), NearestNeighbour()), "multi-spin-metropolis", "needs all clusters"),
    ],
)
def test_what_has_no_windings_is_said(model, algorithm, said):
    with pytest.raises(CouplingError, match=said):
        sample(model, 2.3, draws=10, algorithm=algorithm, wrapping=True)


def found_point():
    return find_critical_point(NearestNeighbour(), (6, 8, 12, 16), draws=8000, seed=5, wrapping=True)


def test_the_critical_point_with_it_is_the_square_s():
    """R_p joins the fit: its limit is 0, where no other combination of the two probabilities has it."""
    point = found_point()
    assert abs(point.temperature.deviation(T_C)) < 4
    assert abs(point.critical_polynomial.value) < 4 * point.critical_polynomial.error < 0.2
    assert len(point.polynomial_crossings) >= 2
    for pair in point.polynomial_crossings:
        assert abs(pair.temperature.deviation(T_C)) < 4
        assert abs(pair.value.deviation(0.0)) < 4
        assert abs(pair.delta_energy.deviation(1.0)) < 4
    assert {name for name, _, _ in point.quality.residuals} == {"binder", "xi", "log_m2", "critical_polynomial"}
    assert "critical_polynomial" in point.covariance


def test_a_critical_point_whose_clusters_wind_otherwise_is_not_the_square_s(monkeypatch):
    """Clusters that wind at all, taken for those that wind both ways, have another limit, and the fit says so."""
    measured = size_curves._series

    def broken(model, dimension):
        series = measured(model, dimension)
        return series | ({"wraps_both": 1 - series["wraps_none"]} if "wraps_none" in series else {})

    monkeypatch.setattr(size_curves, "_series", broken)
    limit = found_point().critical_polynomial
    assert abs(limit.value) > 8 * limit.error
