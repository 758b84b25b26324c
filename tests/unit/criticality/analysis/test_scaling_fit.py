"""Limits L → ∞ of made-up series whose limit is known."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.criticality.analysis.scaling_fit import extrapolate, misfit, p_value

SIZES = np.array([8.0, 16.0, 32.0])


def pulls(exponents, sets=400):
    """(limit − 1) / error of series with an amplitude and an exponent at random, by fits that try `exponents`."""
    rng, covariance, found = np.random.default_rng(0), np.diag([0.002, 0.0015, 0.001]) ** 2, []
    for _ in range(sets):
        correction = rng.normal() * SIZES ** -rng.choice([1.0, 1.5, 2.0, 2.5, 3.0])
        data = 1.0 + correction + rng.multivariate_normal(np.zeros(3), covariance)
        found.append(extrapolate(SIZES, data, covariance, exponents)[0].deviation(1.0))
    return np.abs(found)


def test_errors_cover_a_known_limit():
    """Noise alone has 0.68 ± 0.023 of 400 sets within an error; the unknown exponent adds what scatters less."""
    found = pulls((1.0, 1.5, 2.0, 2.5, 3.0))
    assert 0.62 < np.mean(found < 1) < 0.80
    assert 0.93 < np.mean(found < 2) < 0.995
    assert np.mean(pulls(()) < 1) < 0.5  # without corrections in the fits


def test_improbable_fits_have_larger_errors():
    assert misfit(40.0, 10.0) == pytest.approx(4.0)
    assert misfit(12.0, 10.0) == misfit(3.0, 10.0) == misfit(5.0, 0.0) == 1.0
    covariance = np.diag([0.001, 0.001, 0.001]) ** 2
    likely, _ = extrapolate(SIZES, 1.0 + np.array([0.001, -0.001, 0.001]), covariance, ())
    unlikely, _ = extrapolate(SIZES, 1.0 + np.array([0.01, -0.01, 0.01]), covariance, ())
    assert unlikely.error > 4 * likely.error


def test_families_share_the_limit_and_not_the_amplitude():
    """Two families with corrections of opposite sign; with one amplitude for both the same data do not fit."""
    sizes, family = np.concatenate([SIZES, SIZES]), [0, 0, 0, 1, 1, 1]
    data = 1.0 + np.repeat([0.5, -0.4], 3) * sizes**-1.5
    covariance = np.diag(np.full(6, 1e-4)) ** 2
    apart, _ = extrapolate(sizes, data, covariance, (1.5,), family)
    assert apart.value == pytest.approx(1.0, abs=1e-6)
    together, _ = extrapolate(sizes, data, covariance, (1.5,))
    assert together.error > 10 * apart.error


def test_probabilities_of_chi_squared():
    assert p_value(1.0, 1.0) == pytest.approx(0.3173, abs=1e-4)  # one standard deviation
    assert np.isnan(p_value(1.0, 0.0))
