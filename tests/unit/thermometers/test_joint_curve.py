"""Several observables against T at once: errors of the curve itself, correlated calibrations, exact dependences."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.thermometers.joint_curve import JointCurve, standardized


def spins_in_a_field(temperatures: np.ndarray, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(x, E) of 20 independent spins in a field 1: x = (M, M²), E = −M."""
    rng = np.random.default_rng(seed)
    up = 1 / (1 + np.exp(-2 / temperatures))
    m = 2.0 * rng.binomial(20, up[:, None], (len(temperatures), n)) - 20
    return np.stack([m, m**2], axis=2), -m


def test_the_error_of_a_joint_curve_is_its_scatter_over_calibrations() -> None:
    """400 calibrations: relative errors of variances 0.07. Half-way between nodes the noise of slopes matters."""
    grid = np.array([0.8, 1.0, 1.2, 1.4])
    at = np.array([0.8, 0.87, 1.1, 1.19, 1.4])
    curves = [JointCurve.fit(grid, *spins_in_a_field(grid, 100, seed)) for seed in range(400)]
    scatter = np.array([np.cov(values, rowvar=False) for values in np.stack([c.value(at) for c in curves], axis=1)])
    predicted = np.mean([c.error(at) for c in curves], axis=0)
    assert np.allclose(predicted / scatter, 1, atol=4 * 0.07 + 0.02)
    nodes_only = np.mean([c.noise[1, :2, :2] for c in curves], axis=0)
    assert predicted[2, 0, 0] < 0.8 * nodes_only[0, 0]  # the twin: a node's error half-way is too large
    exact = 20 * np.tanh(1 / at)
    assert np.all(np.abs(np.mean([c.value(at)[:, 0] for c in curves], axis=0) - exact) < 0.05)
    again = JointCurve.from_arrays(curves[0].to_arrays())
    assert np.array_equal(again.error(at), curves[0].error(at))


def test_correlated_calibrations_have_larger_errors() -> None:
    grid = np.array([0.8, 1.0, 1.2])
    values, energies = spins_in_a_field(grid, 500, 1)
    slow, heat = np.repeat(values, 4, axis=1), np.repeat(energies, 4, axis=1)  # τ = 2
    plain, known = JointCurve.fit(grid, slow, heat), JointCurve.fit(grid, slow, heat, chains=4)
    ratio = known.error(grid)[:, 0, 0] / plain.error(grid)[:, 0, 0]
    assert np.allclose(ratio, 4, rtol=0.25)


def test_exact_dependences_count_for_nothing() -> None:
    covariance = np.array([[1.0, 0.5, 2.0], [0.5, 1.0, 1.0], [2.0, 1.0, 4.0]])  # the third is twice the first
    modes, variances, _ = standardized(np.array([[1.0, 0.0, 2.0]]), covariance[None])
    assert np.isfinite(variances).sum() == 2
    expected = np.array([1.0, 0.0]) @ np.linalg.inv(covariance[:2, :2]) @ np.array([1.0, 0.0])
    assert np.sum(modes**2 / variances) == pytest.approx(expected)
