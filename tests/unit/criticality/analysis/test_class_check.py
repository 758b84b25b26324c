"""Whether data contradict a class: exponents many errors away, or no probable fit."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import NearestNeighbour, PowerLaw
from spinlens.criticality.analysis.averaging import FitSet
from spinlens.criticality.analysis.class_check import check_class
from spinlens.criticality.analysis.global_fit import Fit, FitModel

SQUARE = (NearestNeighbour(), 2)


def fits(y_t=1.0, delta_spin=0.125, binder=0.61069, chi2=10.0):
    values = np.array([math.log(2.269), y_t, delta_spin, binder])
    names = ("log_temperature", "y_t", "delta_spin", "binder")
    covariance = np.diag([0.001, 0.01, 0.001, 0.001]) ** 2
    one = Fit(FitModel((), 1.0, 2, 8), names, values, covariance, 0 * covariance, chi2, 10.0, chi2, 0, 0.0)
    return FitSet((one,), np.array([1.0]))


def test_data_of_the_class_agree():
    check = check_class("short-range", *SQUARE, fits(), fits())
    assert not check.contradicted
    assert max(map(abs, check.pulls.values())) < 0.1
    assert "agree with the class short-range (p = 0.44)" in check.text


@pytest.mark.parametrize(("quantity", "word"), [("y_t", "y_t"), ("delta_spin", "Δ_s"), ("binder", "U4*")])
def test_a_quantity_five_errors_away_contradicts(quantity, word):
    far = {"y_t": 1.05, "delta_spin": 0.13, "binder": 0.616}[quantity]
    check = check_class("short-range", *SQUARE, fits(**{quantity: far}), fits())
    assert check.contradicted
    assert f"{word} is " in check.text
    near = {"y_t": 1.03, "delta_spin": 0.128, "binder": 0.613}[quantity]
    assert not check_class("short-range", *SQUARE, fits(**{quantity: near}), fits()).contradicted


def test_no_probable_fit_contradicts_unless_none_is_probable_anyway():
    assert check_class("short-range", *SQUARE, fits(), fits(chi2=80.0)).contradicted
    assert not check_class("short-range", *SQUARE, fits(chi2=80.0), fits(chi2=80.0)).contradicted


def test_at_a_boundary_only_probabilities_count():
    model = (PowerLaw(1.0), 2)
    assert not check_class("boundary", *model, fits(delta_spin=0.7), fits()).contradicted
    assert check_class("boundary", *model, fits(), fits(chi2=80.0)).contradicted


def test_a_class_that_fixes_nothing_cannot_be_contradicted():
    check = check_class("unknown", *SQUARE, fits(y_t=3.0), None)
    assert (check.contradicted, check.pulls) == (False, {})
    assert math.isnan(check.p_value)
