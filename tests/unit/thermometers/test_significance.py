"""Statistics of joint deviations against what they are for normal deviates."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from spinlens.thermometers.significance import distance, in_errors, kurtosis, p_value, skewness, states_to_tell

rng = np.random.default_rng(7)


def test_distance_is_mahalanobis_where_errors_are_small_and_units_do_not_matter() -> None:
    single, deviation = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([0.3, -0.4])
    found = distance(deviation, single, 1e-9 * single)
    assert found.value == pytest.approx(np.sqrt(deviation @ np.linalg.solve(single, deviation)), rel=1e-6)
    units = np.diag([1e3, 1e-2])
    assert distance(units @ deviation, units @ single @ units, 1e-9 * units @ single @ units).value == pytest.approx(
        found.value, rel=1e-6
    )


def test_distance_squared_has_no_bias_when_one_degree_is_spent_on_the_temperature() -> None:
    """Of F normal deviates of which one was fitted away: mean of D² before it is cut at 0 is 0."""
    single, n, F = np.eye(4), 50, 4
    noise = rng.normal(size=(20_000, F)) / np.sqrt(n)
    noise[:, 0] = 0  # the direction in which T moves
    found = np.array([distance(x, single, single / n).value for x in noise[:2000]])
    squares = (noise**2).sum(axis=1) - (F - 1) / n
    assert np.allclose(found, np.sqrt(np.maximum(squares[:2000], 0)), atol=1e-9)
    assert abs(squares.mean()) < 4 * squares.std() / np.sqrt(len(squares))


def test_so_many_states_are_told_in_half_the_cases() -> None:
    D, degrees = 0.2, 3
    n = states_to_tell(D, degrees)
    deviates = rng.normal(size=(40_000, degrees))
    deviates[:, 0] += D * np.sqrt(n)
    told = (deviates**2).sum(axis=1) > chi2.isf(0.05, degrees)
    assert told.mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(40_000))
    assert states_to_tell(2 * D, degrees) == pytest.approx(n / 4)
    assert states_to_tell(0.0, degrees) == np.inf
    assert states_to_tell(1e3, degrees) == 1


def test_p_values_are_uniform_when_the_covariance_is_estimated() -> None:
    """Hotelling's T² with a covariance of 12 samples; the twin takes it as known, and rejects far too often."""
    draws = rng.normal(size=(4000, 12, 3))
    mean = draws.mean(axis=1)
    deviates = draws - mean[:, None]
    covariance = np.einsum("kni,knj->kij", deviates, deviates) / 12**2  # of the mean, the likeliest
    T2 = np.einsum("ki,kij,kj->k", mean, np.linalg.inv(covariance), mean)
    p = np.array([p_value(x, 3, 12) for x in T2])
    assert np.abs(np.quantile(p, [0.1, 0.5, 0.9]) - [0.1, 0.5, 0.9]).max() < 0.03
    assert (chi2.sf(T2, 3) < 0.05).mean() > 0.15


def test_moments_of_normal_and_of_skew_deviates() -> None:
    normal, skew = rng.normal(size=(100_000, 2)), rng.exponential(size=(100_000, 2))
    still = np.ones((100_000, 2))
    assert skewness(np.stack([normal, skew, still])) == pytest.approx([0, 2, np.inf], abs=0.1)
    assert kurtosis(normal, np.eye(2)) == pytest.approx(1, abs=0.03)
    assert kurtosis(skew - 1, np.eye(2)) == pytest.approx((9 + 9 + 2) / 8, rel=0.1)  # ⟨x⁴⟩ = 9 of an exponential


def test_deviations_in_their_own_errors() -> None:
    assert in_errors(np.array([1.0, -3.0]), np.array([[4.0, 1.0], [1.0, 9.0]])) == [0.5, -1.0]


def test_states_that_are_all_alike_have_the_kurtosis_of_normal_ones() -> None:
    """Some tens of states far below T_c: nothing varies, and nothing is divided by."""
    assert kurtosis(np.zeros((50, 4)), np.zeros((4, 4))) == 1.0
