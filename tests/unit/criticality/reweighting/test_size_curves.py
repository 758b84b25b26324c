"""Curves of one size: what is kept of runs, and how these are cut and joined."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.criticality.reweighting.size_curves import SizeCurves, blocks_for, measured_binder, run_times

MODEL = IsingModel((4, 4), NearestNeighbour())


@pytest.fixture(scope="module")
def data():
    return sample(MODEL, (2.2, 2.4), 500, seed=1)


def test_joined_runs_keep_what_all_have(data):
    bare = SizeCurves.from_dataset(MODEL, data.drop_vars("magnetization"))
    full = SizeCurves.from_dataset(MODEL, data)
    assert full.names == ("m2", "m4", "mode", "abs_magnetization")
    both = SizeCurves.joined([full, bare])
    assert both.names == ("m2", "m4", "mode")
    theta = full.theta(2.3)
    assert [row[0] for row in both.samples(theta)] == pytest.approx(
        [row[0] for row in full.samples(theta)], nan_ok=True
    )
    assert full.without_xi().names == ("m2", "m4", "abs_magnetization")
    assert not full.without_xi().has_xi
    assert np.isnan(full.without_xi().samples(theta).xi).all()


@pytest.mark.parametrize("weight", [0.0, 1e-310, 1e-250])
def test_states_without_waves_have_no_end_of_xi(data, weight):
    """Ordered states, and disordered ones that reweighting has all but removed: ξ is infinite or huge, unwarned."""
    modes = {name: weight * data[name] for name in ("mode_x", "mode_y")}
    found = SizeCurves.from_dataset(MODEL, data.assign(modes)).samples(0.3)
    assert (found.xi > 1e100).all()
    assert not np.isfinite(found.xi_slope).any() or (np.abs(found.xi_slope) > 1e50).all()


def test_the_spread_is_that_of_the_bonds(data):
    one = SizeCurves.from_dataset(MODEL, data.isel(temperature=[0]))
    theta = one.theta(2.2)
    assert one.bond_spread(theta) == pytest.approx(float(data.bonds[0].std()))
    low, high = one.histograms.support
    assert one.bond_spread(high + 1) == one.bond_spread(high) < one.bond_spread(theta) < one.bond_spread(low) * 1.5


def test_the_rows_of_all_data_are_the_first_of_the_samples(data):
    size = SizeCurves.from_dataset(MODEL, data)
    theta = size.theta(np.float64(2.31))
    assert [row[0] for row in size.samples(theta)] == pytest.approx(
        [row[0] for row in size.all_data([theta])], nan_ok=True
    )
    assert size.binder_with_error(2.31)[0] == size.samples(theta).binder[0]


@pytest.mark.parametrize(("draws", "chains", "blocks"), [(4000, 2, 64), (1000, 2, 32), (10, 2, 20), (1000, 40, 40)])
def test_blocks_have_fifty_draws_where_there_are_so_many(draws, chains, blocks):
    assert blocks_for(draws, chains) == blocks


def test_measured_cumulants_are_those_of_each_run(data):
    values, errors = measured_binder(data)
    m2, m4 = data.m2.values[1].mean(), data.m4.values[1].mean()
    assert values[1] == pytest.approx(1 - m4 / (3 * m2**2), rel=1e-2)
    assert (errors > 0).all()
    assert run_times(data.m2.values[:, :, :3]) is None


def test_the_critical_polynomial_and_its_slope():
    data = sample(MODEL, (2.2, 2.4), 500, seed=1, wrapping=True)
    size = SizeCurves.from_dataset(MODEL, data)
    assert size.has_critical_polynomial
    theta, step = size.theta(2.3), 1e-5
    found = size.samples(theta)
    averages = size.averages(theta)
    expected = averages["wraps_both"][0] - 2 * averages["wraps_none"][0]
    np.testing.assert_allclose(found.critical_polynomial, expected)
    apart = [size.all_data([theta + change]).critical_polynomial[0] for change in (-step, step)]
    assert found.critical_polynomial_slope[0] == pytest.approx((apart[1] - apart[0]) / (2 * step), rel=1e-5)
    bare = size.without_wrapping()
    assert not bare.has_critical_polynomial
    assert np.isnan(bare.samples(theta).critical_polynomial).all()
