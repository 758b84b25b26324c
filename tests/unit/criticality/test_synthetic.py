"""Lattices that do not exist obey the scaling that they say."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import NearestNeighbour
from spinlens.criticality.synthetic import Correction, Truth, natural_corrections, natural_cube, synthetic_curves

CORRECTION = Correction(1.75, (0.1, -0.2, 0.3), (0.5, 0.1, -0.2), (0.3, -1.0, 2.0))
TRUTH = Truth(temperature=1.7, cube=(0.5, 1.0, -0.7), corrections=(CORRECTION,), field=0.4)


def test_slopes_are_derivatives():
    theta, step = np.array([-0.55, -0.53, -0.5]), 1e-5
    (up, _), (down, _), (_, slopes) = (TRUTH.value(12, theta + s * step) for s in (1, -1, 0))
    np.testing.assert_allclose(slopes, (up - down) / (2 * step), rtol=1e-6)


def test_at_criticality_moments_fall_with_the_dimension():
    plain = Truth()
    small, large = (plain.value(L, -np.log([plain.temperature]))[0][:, 0] for L in (8, 16))
    assert small[:2].tolist() == large[:2].tolist() == [0.61, 0.9]
    assert large[2] - small[2] == pytest.approx(-2 * (2 - plain.y_h) * np.log(2))


def test_noise_is_that_of_the_draws_with_their_autocorrelation():
    """U4 of 200 sets of 6,400 draws with τ = 4 scatters by 0.25 √(2 τ / n), as its jackknife says."""
    found = [synthetic_curves(Truth(), NearestNeighbour(), (8,), (6400,), seed)[0] for seed in range(200)]
    rows = np.array([size.samples(-np.log(2.3)).binder for size in found])
    expected = 0.25 * np.sqrt(2 * 4 / 6400)
    assert np.std(rows[:, 0] - 0.61) == pytest.approx(expected, rel=0.25)
    jackknife = np.sqrt(63 * rows[:, 1:].var(axis=1))
    assert jackknife.mean() == pytest.approx(expected, rel=0.25)


def test_corrections_are_of_natural_size():
    rows = [natural_corrections(np.random.default_rng(k), (1.0,), (0.6, 0.9), 2.0)[0] for k in range(400)]
    values = np.array([one.values for one in rows])
    np.testing.assert_allclose(values.std(axis=0), [1.2, 1.8, 2.0], rtol=0.15)


def test_cubes_are_of_natural_size():
    rows = np.array([natural_cube(np.random.default_rng(k), (0.6, 0.9), (0.6, 1.8, 0.5)) for k in range(400)])
    np.testing.assert_allclose(rows.std(axis=0), [0.6, 7.2, 0.125], rtol=0.15)
