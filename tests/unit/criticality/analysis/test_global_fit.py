"""One hypothesis fitted to data that obey it, to too few of them, and to data that obey another."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from spinlens import NearestNeighbour
from spinlens.criticality.analysis.global_fit import FitModel, fit
from spinlens.criticality.analysis.scaling_data import scaling_data
from spinlens.criticality.synthetic import Correction, Truth, synthetic_curves

SIZES, PLAIN = (8, 16, 32, 64), FitModel((("power", 1.75),), 1.0, 2, 8)


def made(truth, draws=10_000, seed=1):
    return scaling_data(
        synthetic_curves(truth, NearestNeighbour(), SIZES, (draws,) * 4, seed), truth.temperature, ("binder", "xi")
    )


@pytest.fixture(scope="module")
def data():
    return made(Truth())


@pytest.fixture(scope="module")
def found(data):
    return fit(data, PLAIN, (2.31, 0.9))


def test_the_truth_is_found_from_beside_it(data, found):
    truths = {"log_temperature": math.log(2.3), "y_t": 1.0, "delta_spin": 0.125, "binder": 0.61, "xi": 0.9}
    for name, true in truths.items():
        value, noise, unknown = found.get(name)
        assert abs(value - true) < 4 * math.sqrt(noise + unknown)
    again = fit(data, PLAIN, (2.29, 1.1))
    np.testing.assert_allclose(again.values, found.values, rtol=1e-4, atol=1e-5)


def test_every_size_has_its_part_in_the_variance(found):
    assert set(found.influence) == set(SIZES)
    assert sum(found.influence.values()) == pytest.approx(found.get("log_temperature")[1])


def test_what_is_imposed_is_not_fitted(data, found):
    fixed = fit(data, replace(PLAIN, y_t=1.0, delta_spin=0.125, binder=0.61), (2.31, 0.9))
    assert not {"y_t", "delta_spin", "binder"} & set(fixed.names)
    assert (fixed.get("y_t"), fixed.get("binder")) == ((1.0, 0.0, 0.0), (0.61, 0.0, 0.0))
    assert fixed.get("log_temperature")[1] < found.get("log_temperature")[1]
    assert math.isnan(found.get("nothing")[0])


def test_wrong_exponents_are_improbable(data, found):
    assert found.p_value > 0.01
    assert fit(data, replace(PLAIN, y_t=0.7), (2.3, 0.7)).p_value < 1e-6


def test_corrections_that_are_not_fitted_make_a_fit_improbable():
    bent = made(Truth(corrections=(Correction(0.8, (0.6, -0.9, 1.0), (1.0, -0.5, 0.5)),)), 160_000)
    with_them = fit(bent, replace(PLAIN, corrections=(("power", 0.8),)), (2.3, 1.0))
    without = fit(bent, replace(PLAIN, corrections=()), (2.3, 1.0))
    assert with_them.p_value > 0.01
    assert without.p_value < 1e-6
    assert without.evidence > with_them.evidence + 20
    for found, covers in ((with_them, True), (without, False)):
        value, noise, unknown = found.get("delta_spin")
        assert (abs(value - 0.125) < 4 * math.sqrt(noise + unknown)) == covers


def test_windows_beside_t_c_fit_as_well(monkeypatch):
    """Laws like those of σ = 1.2 have cubes: values at 0.996 T_c tell the same, unless the fit has none."""
    truth = Truth(
        star=(0.42, 1.28, 0.05), slope=(0.18, 0.95, 0.76), bend=(-0.01, 0.46, 0.01), cube=(0.023, 0.16, -0.053)
    )
    curves = synthetic_curves(truth, NearestNeighbour(), SIZES, (20_000,) * 4, 1)
    model = FitModel((("power", 1.75), ("power", 2.0), ("power", 3.0)), 1.0, 2, 8)

    def misfit(temperature):
        return fit(scaling_data(curves, temperature, ("binder", "xi")), model, (temperature, 1.0)).chi2

    middle = misfit(2.3)
    assert misfit(0.996 * 2.3) < middle + 3
    monkeypatch.setattr("spinlens.criticality.analysis.scaling_data._HIGHEST", 2)
    assert misfit(0.996 * 2.3) > middle + 12


def test_too_few_values_are_not_fitted(data):
    assert fit(data, replace(PLAIN, smallest=64), (2.3, 1.0)) is None


def test_residuals_are_in_errors_at_the_middle_of_each_window(found):
    assert len(found.residuals) == 3 * len(SIZES)
    assert np.std([value for _, _, value in found.residuals]) < 3


def test_a_prior_of_y_t_holds_what_data_do_not_tell(data, found):
    """A wide one changes little where data tell; one that excludes them draws the fit, and its width is an error."""
    wide = fit(data, replace(PLAIN, prior_y_t=(1.2, 0.5)), (2.31, 0.9))
    value, noise, unknown = found.get("y_t")
    assert abs(wide.get("y_t")[0] - value) < 0.2 * math.sqrt(noise + unknown)
    tight = fit(data, replace(PLAIN, prior_y_t=(1.2, 0.001)), (2.31, 0.9))
    assert tight.get("y_t")[0] == pytest.approx(1.2, abs=0.01)
    assert math.sqrt(tight.get("y_t")[2]) == pytest.approx(0.001, rel=0.1)
    assert tight.penalty > wide.penalty + 10
