"""Calibration curves: interpolation, inverse, range and errors on functions known exactly."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.thermometers.curve import Curve, fluctuation_slope, interpolation_error


def two_level(temperatures: np.ndarray, n: int, seed: int, spins: int = 20) -> np.ndarray:
    """Energies of `spins` independent spins in a field 1, (K, n): ⟨E⟩ = −spins · tanh(1/T)."""
    rng = np.random.default_rng(seed)
    up = 1 / (1 + np.exp(-2 / temperatures))
    return -2.0 * rng.binomial(spins, up[:, None], (len(temperatures), n)) + spins


def exact_mean(temperatures: np.ndarray, spins: int = 20) -> np.ndarray:
    return -spins * np.tanh(1 / temperatures)


def test_fluctuation_slope_is_the_derivative_of_the_mean() -> None:
    grid = np.array([0.5, 1.0, 2.0])
    energies = two_level(grid, 40_000, 0)
    values = np.stack([energies, energies**2], axis=2)
    step = 1e-4
    derivative = (exact_mean(grid + step) - exact_mean(grid - step)) / (2 * step)
    found = fluctuation_slope(values, energies, grid)
    assert found.shape == (3, 2)
    assert np.allclose(found[:, 0], derivative, rtol=0.05)
    assert np.all(fluctuation_slope(energies, energies, np.zeros(3)) == 0)


def test_interpolation_error_bounds_the_true_one_and_falls_with_the_fourth_power() -> None:
    largest = []
    for count in (9, 17):
        grid = np.linspace(0.5, 2.5, count)
        slope = 20 / (grid * np.cosh(1 / grid)) ** 2
        estimate = np.abs(interpolation_error(grid, exact_mean(grid), slope))
        curve = Curve(grid, exact_mean(grid), estimate, slope, np.ones(count))
        middle = (grid[1:] + grid[:-1]) / 2
        true = np.abs([curve.value(t) for t in middle] - exact_mean(middle))
        assert true.max() < 3 * estimate.max()
        largest.append(estimate.max())
    assert 8 < largest[0] / largest[1] < 32


def test_fitted_curve_rises_inverts_and_knows_its_range() -> None:
    grid = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 1.0, 1.2, 1.5, 2.0, 3.0, 60.0, 90.0])
    energies = two_level(np.maximum(grid, 1e-3), 500, 1)
    curve = Curve.fit(grid, energies, energies)
    fine = np.linspace(0.0, 3.0, 400)
    values = np.array([curve.value(t) for t in fine])
    assert np.max(np.maximum.accumulate(values) - values) < 0.03  # of a rise of 13: less than the noise of a node
    inverse = [curve.invert(value) for value in np.linspace(-20.5, -5.0, 200)]
    assert np.diff(inverse).min() >= 0
    low, high = curve.range
    assert 0.1 < low <= 0.5  # no excitations below
    assert 2.0 <= high < 90.0  # flat above
    for t in (0.6, 0.9, 1.7):
        assert curve.invert(curve.value(t)) == pytest.approx(t, abs=1e-3)
    assert curve.invert(-100.0) == 0.0
    assert curve.invert(100.0) == 90.0


def test_readings_between_nodes_are_exact_with_fluctuation_slopes_and_worse_without() -> None:
    grid = np.linspace(0.3, 2.7, 7)
    energies = two_level(grid, 200_000, 2)
    middle = (grid[1:] + grid[:-1]) / 2
    hermite, plain = Curve.fit(grid, energies, energies), Curve.fit(grid, energies, None)
    errors = [np.abs([curve.invert(e) for e in exact_mean(middle)] - middle).max() for curve in (hermite, plain)]
    assert errors[0] < 0.02
    assert errors[1] > 2 * errors[0]


def test_falling_statistics_and_curves_without_any_range() -> None:
    grid = np.linspace(0.5, 2.0, 8)
    energies = two_level(grid, 400, 3)
    falling = Curve.fit(grid, -energies, energies)
    assert falling.invert(falling.value(1.3)) == pytest.approx(1.3, abs=1e-3)
    noise = np.random.default_rng(4).normal(size=(8, 100))
    assert np.isnan(Curve.fit(grid, noise, None).range[0])
