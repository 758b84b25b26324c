"""What the global fit is given: windows, covariances and patterns of corrections."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinlens import NearestNeighbour
from spinlens.criticality.analysis.scaling_data import FAMILIES, ScalingData, correction_patterns, scaling_data
from spinlens.criticality.synthetic import Truth, synthetic_curves
from spinlens.errors import ConvergenceError

SIZES = (8, 16, 32)


@pytest.fixture(scope="module")
def curves():
    return synthetic_curves(Truth(), NearestNeighbour(), SIZES, (6400,) * 3, 1)


@pytest.fixture(scope="module")
def data(curves):
    return scaling_data(curves, 2.3, ("binder", "xi"))


def test_three_temperatures_of_three_quantities_of_every_size(data):
    assert len(data.values) == 27
    assert data.distinct == SIZES
    assert data.families == (0, 1, 2)
    assert (data.noise[:9, 9:] == 0).all()  # sizes are independent
    first = data.log_temperature[(data.sizes == 32) & (data.family == 0)]
    assert np.ptp(np.exp(first)) < 2.3 / 32  # within the scaling window


def test_without_lengths_and_without_the_smallest_size(curves, data):
    assert scaling_data(curves, 2.3, ("binder",)).families == (0, 2)
    kept = data.cut(16)
    assert kept.distinct == (16, 32)
    assert kept.noise.shape == (18, 18)


def test_windows_move_into_the_runs(curves):
    beyond = scaling_data(curves, 3.0, ("binder", "xi"))
    for size in curves:
        here = beyond.log_temperature[beyond.sizes == size.L]
        low, high = (-np.log(size.temperature(theta)) for theta in size.histograms.support)
        assert min(low, high) - 1e-9 <= (-here).min()
        assert (-here).max() <= max(low, high) + 1e-9


def test_patterns_of_a_correction(data):
    """Two columns a family for each exponent, one for the field, x³ … x⁶ and a curvature for each family and size."""
    patterns = correction_patterns(data, (("power", 1.0), ("wave", 2.0)), 2.0, 1.0, data.first_shape())
    assert patterns.shape == (27, 3 * 2 * 2 + 1 + 3 * 4 + 3 * 3)
    constant = patterns[:, 0]
    inside = data.family == FAMILIES.index("binder")
    np.testing.assert_allclose(constant[inside], 2.0 * np.abs(data.values[inside]) / data.sizes[inside])
    assert (constant[~inside] == 0).all()
    np.testing.assert_allclose(
        correction_patterns(data, (("wave", 1.0),), 1.0, 1.0, data.first_shape())[:, 0],
        2 * np.pi * correction_patterns(data, (("power", 1.0),), 1.0, 1.0, data.first_shape())[:, 0],
    )


def test_covariances_are_enlarged_so_that_their_inverse_is_unbiased(curves, data):
    """Hartlap et al. 2007: a jackknife over 64 blocks for 9 values, (64 − 1) / (64 − 9 − 2)."""
    at = curves[0].theta(float(np.exp(data.log_temperature[0])))
    replicas = curves[0].samples(at).binder[1:]
    assert data.noise[0, 0] == pytest.approx(63 * replicas.var() * 63 / 53)


def test_too_few_blocks_are_said(curves, monkeypatch):
    few = curves[0].samples

    def cut(theta):
        return type(few(theta))(*(values[:9] for values in few(theta) if np.ndim(values)))

    monkeypatch.setattr(curves[0], "samples", cut)
    with pytest.raises(ConvergenceError, match="8 blocks cannot give the covariance of 9 values"):
        scaling_data(curves, 2.3, ("binder", "xi"))


def given(temperatures):
    """Three sizes at temperatures of their own, in place of windows."""
    L, T = (grid.ravel() for grid in np.meshgrid([8.0, 16.0, 32.0], temperatures, indexing="ij"))
    n, values = len(L), 0.61 + 0.6 * np.log(2.3 / T) * L
    return ScalingData(L, np.zeros(n, dtype=int), np.log(T), values, np.eye(n) * 1e-6, windows=False)


def test_given_temperatures_have_squares_and_cubes_of_each_size_in_place_of_curvatures():
    """a_k x^k = R* (a₁ x / R*)^k of natural amplitude, for k above the order of the fit; 0.3 of two in every size."""
    data = given([2.2, 2.3, 2.4])
    linear = data.values - 0.61
    shape = data.shape(data.values, linear, linear)
    patterns = correction_patterns(data, (("power", 1.0),), 1.0, 1.0, shape, order=2)
    assert patterns.shape == (9, 2 + 4 + 3 * 2)
    np.testing.assert_allclose(patterns[:, 2], 0.61 * (linear / 0.61) ** 3)
    of_one_size = patterns[:, 2 + 4]
    np.testing.assert_allclose(of_one_size, np.where(data.sizes == 8, 0.3 * 0.61 * (linear / 0.61) ** 2, 0))
    assert correction_patterns(data, (), 1.0, 1.0, shape, order=1).shape == (9, 5 + 3 * 2)


def test_far_from_t_c_nothing_can_be_expanded():
    data = given([2.25, 2.3, 2.35])
    linear = data.values - 0.61
    assert data.shape(data.values, linear, linear).expandable
    assert not data.shape(0.61 + 10 * linear, 10 * linear, 10 * linear).expandable


def test_errors_may_come_from_another_covariance_than_weights():
    data = given([2.2, 2.3])
    assert data.errors_from is data.noise
    wider = replace(data, propagated=4 * data.noise)
    assert wider.cut(16).errors_from.shape == (4, 4)
    whole = np.ones(len(data.values))
    assert sum(wider.influence(whole).values()) == pytest.approx(4 * sum(data.influence(whole).values()))
