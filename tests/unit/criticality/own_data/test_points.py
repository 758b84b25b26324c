"""Values and covariances of rows: from errors, and from replicas of known covariance."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.criticality.own_data.points import MOMENTS, UNCORRELATED, points_of
from spinlens.errors import InputError

ROW = {name: np.array([value]) for name, value in {"L": 8.0, "T": 2.3, "m2": 0.5, "m2_error": 0.01}.items()}


def one(**more):
    return points_of(ROW | {name: np.array([value]) for name, value in more.items()})


def test_means_with_errors():
    points = one(binder=0.6, binder_error=0.002, xi_over_L=0.9, xi_over_L_error=0.01)
    assert points.names == ("binder", "xi", "log_m2")
    np.testing.assert_allclose(points.values, [[0.6, 0.9, np.log(0.5)]])
    np.testing.assert_allclose(points.covariance[0], np.diag([0.002, 0.01, 0.02]) ** 2)
    assert points.propagated[0, 0, 1] == pytest.approx(0.9 * 0.002 * 0.01)
    assert points.notes == (UNCORRELATED,)


def test_two_moments_without_covariance_give_a_large_error_and_a_word():
    points = one(m4=0.3, m4_error=0.01)
    step = 1e-6
    slopes = [((1 - m4 / (3 * m2**2)) - (1 - 0.3 / 0.75)) / step for m2, m4 in ((0.5 + step, 0.3), (0.5, 0.3 + step))]
    assert points.column("binder")[1][0] == pytest.approx(0.01 * np.hypot(*slopes), rel=1e-4)
    assert MOMENTS in points.notes
    assert np.isnan(points.column("xi")[0]).all()


def replicas(count, seed=0):
    """m² and m⁴ of rows whose relative errors are 1 and 2 %, of correlation 0.95."""
    rng, covariance = np.random.default_rng(seed), np.array([[1, 1.9], [1.9, 4]]) * 1e-4
    noise = rng.multivariate_normal([0, 0], covariance, (40, count))
    m2, m4 = (0.5 * (1 + noise[..., 0]).ravel(), 0.3 * (1 + noise[..., 1]).ravel())
    T = np.repeat(np.arange(1, 41.0), count)
    return {"L": np.full(len(T), 8.0), "T": T, "m2": m2, "m4": m4}, covariance


def test_replicas_tell_the_covariance():
    """Means of 16 rows: their variance, enlarged by 15/13 for the inverse; the twin forgets the covariance."""
    table, covariance = replicas(16)
    points = points_of(table)
    slopes = np.array([[2 * 0.3 / (3 * 0.25), -0.3 / (3 * 0.25)], [1, 0]])  # of U4 and ln m² in ln m² and ln m⁴
    expected = slopes @ covariance @ slopes.T / 16 * 15 / 13
    np.testing.assert_allclose(points.covariance.mean(axis=0), expected, rtol=0.2)
    assert (points.covariance[0] == points.propagated[0]).all()
    assert points.notes == ()
    twin = slopes @ np.diag(np.diag(covariance)) @ slopes.T / 16 * 15 / 13
    assert not np.allclose(points.covariance.mean(axis=0), twin, rtol=0.2)


def test_few_replicas_share_their_correlations():
    points = points_of(replicas(4)[0])
    errors = np.sqrt(np.einsum("nkk->nk", points.covariance))
    correlations = points.covariance[:, 0, 1] / errors.prod(axis=1)
    np.testing.assert_allclose(correlations, correlations[0])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (replicas(3)[0], r"L = 8 at T = 1 has 3 row\(s\).*m2_error, or at least 4 rows"),
        ({**ROW, "xi_over_L": np.array([0.9])}, "the column xi_over_L has no errors"),
        ({**ROW, "binder": np.array([0.6]), "binder_error": np.array([0.0])}, "binder_error must be above 0"),
        (ROW, "nothing that crosses at T_c: columns m2 and m4 are needed"),
        ({**ROW, "m4": np.array([-0.1])}, "the column m4 must be above 0"),
        ({name: np.repeat(column[:1], 4) for name, column in replicas(4)[0].items()}, "are all equal"),
    ],
)
def test_what_is_refused(table, words):
    with pytest.raises(InputError, match=words):
        points_of(table)


def test_rows_come_in_any_order():
    table, _ = replicas(4)
    order = np.random.default_rng(1).permutation(len(table["T"]))
    mixed = points_of({name: column[order] for name, column in table.items()})
    assert (np.diff(mixed.temperature) > 0).all()
    np.testing.assert_allclose(mixed.values, points_of(table).values)


def test_cumulants_of_replicas_without_moments():
    rng = np.random.default_rng(2)
    table = {"L": np.full(40, 8.0), "T": np.repeat([1.0, 2.0], 20), "binder": 0.6 + 0.01 * rng.normal(size=40)}
    points = points_of(table)
    assert points.names == ("binder",)
    assert points.values[0, 0] == pytest.approx(table["binder"][:20].mean())
