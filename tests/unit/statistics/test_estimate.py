"""Numbers with errors, as they are printed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import Estimate, checks
from spinlens.errors import InputError


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (2.26919, 0.00031, "2.2692(3)"),
        (0.125, 0.0192, "0.125(19)"),
        (12345.0, 120.0, "12345(120)"),
        (0.0, 0.0, "0"),
        (0.24999999999999989, 8e-17, "0.25"),
        (1.0, 0.096, "1.00(10)"),
        (float("nan"), 1.0, "nan ± 1"),
    ],
)
def test_estimates_print_as_physicists_write(value, error, text):
    assert str(Estimate(value, error)) == text


X, Y = Estimate(2.0, 0.3), Estimate(4.0, 0.4)


@pytest.mark.parametrize(
    ("found", "value", "error"),
    [
        (X + Y, 6.0, 0.5),
        (X - Y, -2.0, 0.5),
        (X * Y, 8.0, math.hypot(4 * 0.3, 2 * 0.4)),
        (X / Y, 0.5, math.hypot(0.3 / 4, 2 * 0.4 / 16)),
        (X**3, 8.0, 12 * 0.3),
        (X**Y, 16.0, math.hypot(32 * 0.3, 16 * math.log(2) * 0.4)),
        (1 + X, 3.0, 0.3),
        (1 - X, -1.0, 0.3),
        (3 * X, 6.0, 0.9),
        (1 / X, 0.5, 0.3 / 4),
        (2**X, 4.0, 4 * math.log(2) * 0.3),
        (np.float64(3) * X, 6.0, 0.9),
        (-X, -2.0, 0.3),
        (abs(-X), 2.0, 0.3),
        (sum([X, Y]), 6.0, 0.5),
        (Estimate(-2.0, 0.3) ** 2, 4.0, 1.2),
    ],
)
def test_errors_go_through_calculations_to_first_order(found, value, error):
    assert (found.value, found.error) == pytest.approx((value, error))


def test_errors_are_those_of_independent_noise():
    """The twin: a correlated pair has another error than the calculation says."""
    noise = np.random.default_rng(0).normal(size=(2, 200_000))
    x, y = X.value + X.error * noise[0], Y.value + 0.1 * noise[1]
    assert np.std(x * y) == pytest.approx((X * Estimate(4.0, 0.1)).error, rel=0.02)
    assert np.std(x * x) != pytest.approx((X * X).error, rel=0.2)


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError):
        X + "1"
    with pytest.raises(InputError, match="absolute value"):
        Estimate(1.0, -0.1)


def test_it_is_a_number_where_numbers_are_asked_for():
    value, error = X
    assert (value, error, float(X)) == (2.0, 0.3, 2.0)
    np.testing.assert_array_equal(np.array([X, Y], dtype=float), [2.0, 4.0])
    assert checks.temperatures(X) == (2.0,)  # one temperature, not the value and its error
    assert checks.temperatures([X, 3]) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("", "2.2692(3)"),
        (".2u", "2.26919(31)"),
        (".2uP", "2.26919 ± 0.00031"),
        ("P", "2.2692 ± 0.0003"),
        ("L", r"2.2692 \pm 0.0003"),
        (">12", "   2.2692(3)"),
        (".3f", "2.269 ± 0.000"),
    ],
)
def test_format_specs(spec, text):
    assert format(Estimate(2.26919, 0.00031), spec) == text
    with pytest.raises(ValueError, match="format"):
        format(X, "q")


def test_uncertainties_know_what_is_correlated():
    pytest.importorskip("uncertainties")
    x = X.to_ufloat()
    assert ((x - x).std_dev, (X - X).error) == (0.0, pytest.approx(0.3 * math.sqrt(2)))
