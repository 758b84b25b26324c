"""One answer from many fits: weights, the two parts of an error, and improbable fits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import NearestNeighbour
from spinlens.criticality.analysis.averaging import FitSet, fit_all
from spinlens.criticality.analysis.global_fit import Fit, FitModel
from spinlens.criticality.analysis.scaling_data import scaling_data
from spinlens.criticality.synthetic import Truth, synthetic_curves
from spinlens.errors import ConvergenceError


def one(value, noise=0.01, unknown=0.0, chi2=10.0, influence=None):
    model = FitModel((), 1.0, 2, 8)
    covariance, truncation = np.array([[noise**2]]), np.array([[unknown**2]])
    return Fit(
        model,
        ("log_temperature",),
        np.array([value]),
        covariance,
        truncation,
        chi2,
        10.0,
        chi2,
        0,
        0.0,
        influence or {},
    )


def test_the_mean_has_the_weights_and_the_spread_of_the_fits():
    found = FitSet((one(1.0), one(1.2)), np.array([0.75, 0.25])).average("log_temperature")
    assert found.estimate.value == pytest.approx(1.05)
    assert found.statistical == pytest.approx(0.01)
    assert found.systematic == pytest.approx(math.sqrt(0.75 * 0.05**2 + 0.25 * 0.15**2))
    assert found.estimate.error == pytest.approx(math.hypot(found.statistical, found.systematic))


def test_unknown_corrections_are_systematic():
    found = FitSet((one(1.0, unknown=0.03),), np.array([1.0])).average("log_temperature")
    assert (found.statistical, found.systematic) == (pytest.approx(0.01), pytest.approx(0.03))


def test_improbable_fits_have_larger_errors():
    found = FitSet((one(1.0, chi2=90.0),), np.array([1.0])).average("log_temperature")
    assert found.statistical == pytest.approx(0.03)


def test_the_temperature_is_that_of_the_logarithm():
    found = FitSet((one(math.log(2.0)),), np.array([1.0])).temperature()
    assert found.estimate.value == pytest.approx(2.0)
    assert found.estimate.error == pytest.approx(0.02)


def test_influences_are_averaged_too():
    parts = [one(1.0, influence={8: 1.0, 16: 3.0}), one(1.0, influence={16: 1.0})]
    assert FitSet(tuple(parts), np.array([0.5, 0.5])).influence((8, 16)) == (0.5, 2.0)


def test_fits_to_all_sizes_outweigh_those_that_cut_without_need():
    curves = synthetic_curves(Truth(), NearestNeighbour(), (8, 16, 32, 64), (10_000,) * 4, 1)
    data = scaling_data(curves, 2.3, ("binder", "xi"))
    models = [FitModel((("power", 1.75),), 1.0, 2, smallest) for smallest in (8, 16)]
    found = fit_all(data, models, (2.3, 1.0))
    assert found.weights.sum() == pytest.approx(1)
    assert found.best.model.smallest == 8
    assert found.weights[0] > 0.9


def test_nothing_that_fits_is_said():
    data = scaling_data(
        synthetic_curves(Truth(), NearestNeighbour(), (8, 16, 32), (6400,) * 3, 1), 2.3, ("binder", "xi")
    )
    with pytest.raises(ConvergenceError, match="no scaling law fits"):
        fit_all(data, [FitModel((), 1.0, 2, 32)], (2.3, 1.0))


def two(values, noise):
    """A fit with parameters ln T and Δ_s."""
    return Fit(
        FitModel((), 1.0, 2, 8, y_t=1.0), ("log_temperature", "delta_spin"), np.array(values), np.array(noise),
        0.5 * np.array(noise), 10.0, 10.0, 10.0, 0, 0.0,
    )  # fmt: skip


def test_covariances_hold_noise_truncation_and_the_spread_of_the_fits():
    noise = [[0.04, -0.01], [-0.01, 0.09]]
    fits = FitSet((two([1.0, 3.0], noise), two([1.2, 3.4], noise)), np.array([0.5, 0.5]))
    names = ["log_temperature", "delta_spin", "y_t"]
    found = fits.covariance(names)
    assert found[0, 1] == pytest.approx(1.5 * -0.01 + 0.1 * 0.2)
    np.testing.assert_allclose(np.diag(found), [fits.average(name).estimate.error ** 2 for name in names])
    np.testing.assert_array_equal(found[2], 0)  # imposed alike in both
