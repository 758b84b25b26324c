"""Reweighting against enumeration, and critical points against exact values."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact, find_critical_point, sample
from spinlens.criticality.analysis.crossings import crossing_samples, crossing_values
from spinlens.criticality.analysis.scaling_fit import extrapolate, misfit
from spinlens.criticality.reweighting.size_curves import SizeCurves, measured_binder
from spinlens.criticality.search.find import locate
from spinlens.criticality.universality import reference
from spinlens.errors import ConvergenceError, InputError

CASES = [(NearestNeighbour(), (2.1, 2.3, 2.5)), (PowerLaw(1.2), (5.0, 5.5, 6.0))]


@pytest.mark.parametrize(("coupling", "grid"), CASES)
def test_reweighted_binder_agrees_with_enumeration(coupling, grid):
    """At temperatures that were not run; the graph ensemble is reweighted together with improved estimators."""
    model = IsingModel((4, 4), coupling)
    curves = SizeCurves.from_dataset(model, sample(model, grid, 40_000, seed=1, energy=False))
    for temperature in np.linspace(grid[0], grid[-1], 7):
        value, error = curves.binder_with_error(temperature)
        assert abs(value - exact.enumerate(model, temperature).binder) < 4 * error
        assert error < 2e-3


@pytest.mark.parametrize(("coupling", "grid"), CASES)
def test_slope_of_binder_agrees_with_a_difference_of_exact_values(coupling, grid):
    model = IsingModel((4, 4), coupling)
    curves = SizeCurves.from_dataset(model, sample(model, grid, 40_000, seed=1, energy=False))
    middle, step = grid[1], 1e-4
    exact_slope = exact.enumerate(model, middle + step).binder - exact.enumerate(model, middle - step).binder
    exact_slope /= curves.theta(middle + step) - curves.theta(middle - step)
    assert curves.moments(middle)[2] == pytest.approx(exact_slope, rel=0.03)


def test_reweighting_with_another_fugacity_is_found_out():
    model = IsingModel((4, 4), PowerLaw(1.2))
    data = sample(model, (5.0, 5.5, 6.0), 40_000, seed=1, energy=False)
    wrong = data.assign_coords(temperature=data.temperature * 1.02, fugacity=data.fugacity / 1.02)
    curves = SizeCurves.from_dataset(model, wrong)
    value, error = curves.binder_with_error(5.6)
    assert abs(value - exact.enumerate(model, 5.6).binder) > 4 * error


def test_crossing_of_two_enumerable_sizes():
    """The U4 crossing of L = 3 and 4 against the root of exact curves."""
    from scipy.optimize import brentq

    models = [IsingModel((L, L), NearestNeighbour()) for L in (3, 4)]

    def difference(temperature):
        return exact.enumerate(models[1], temperature).binder - exact.enumerate(models[0], temperature).binder

    root = brentq(difference, 1.5, 3.0)
    curves = [SizeCurves.from_dataset(m, sample(m, (1.9, 2.1, 2.3), 100_000, seed=2, energy=False)) for m in models]
    varied = crossing_samples(*curves)
    error = np.sqrt(sum((len(rows) - 2) * rows[1:, 0].var() for rows in varied))
    value = crossing_values(*curves)[0]
    assert error < 0.03
    assert abs(value - root) < 4 * error


@pytest.fixture(scope="module")
def square():
    return find_critical_point(NearestNeighbour(), (8, 16, 32), draws=8000, workers=2, seed=1)


def test_square_lattice_critical_point(square):
    known = reference(NearestNeighbour(), 2)
    assert square.temperature.error < 0.012
    for measured, expected in (
        (square.temperature, known.temperature),
        (square.delta_spin, known.delta_spin),
        (square.delta_energy, known.delta_energy),
    ):
        assert abs(measured.deviation(expected.estimate)) < 4
    assert abs(square.binder.deviation(0.61069)) < 4  # Kamieniarz & Blöte 1993
    assert abs(square.temperature.deviation(2.269185 * 1.05)) > 4


def test_critical_point_does_not_depend_on_workers(square):
    assert find_critical_point(NearestNeighbour(), (8, 16, 32), draws=8000, workers=1, seed=1) == square


def test_power_law_critical_point():
    point = find_critical_point(PowerLaw(1.2), (8, 16, 32), draws=8000, workers=2, seed=1)
    known = reference(PowerLaw(1.2), 2)
    assert point.temperature.error < 0.06
    assert abs(point.temperature.deviation(known.temperature.estimate)) < 4
    assert abs(point.delta_spin.deviation(0.4)) < 4
    assert abs(point.delta_spin.deviation(0.125)) > 4  # and not the short-range class


def test_measured_points_lie_on_the_reweighted_curve():
    model = IsingModel((8, 8), PowerLaw(1.2))
    data = sample(model, (6.5, 6.8, 7.1), 20_000, seed=1, energy=False)
    curves = SizeCurves.from_dataset(model, data)
    for temperature, value, error in zip(data.temperature.values, *measured_binder(data), strict=True):
        assert abs(curves.moments(float(temperature))[1] - value) < 4 * error


def test_no_transition_is_said():
    chain = [IsingModel((L,), NearestNeighbour()) for L in (16, 32)]
    with pytest.raises(ConvergenceError, match="no transition at T > 0"):
        locate(*chain)


@pytest.mark.parametrize("sizes", [(8, 16), (16, 8, 32), (8, 8, 16), (3, 8, 16), (8, 16, "32")])
def test_bad_sizes_are_refused(sizes):
    with pytest.raises(InputError, match="size"):
        find_critical_point(NearestNeighbour(), sizes)


def test_extrapolation_finds_a_known_limit():
    """Synthetic crossings with a correction L^{−1.7}: pulls over 200 sets, and a constant that is not fitted away."""
    rng, sizes = np.random.default_rng(0), np.array([8.0, 16.0, 32.0])
    covariance = np.diag([0.002, 0.0015, 0.001]) ** 2
    pulls = []
    for _ in range(200):
        data = 1.0 + 0.5 * sizes**-1.7 + rng.multivariate_normal(np.zeros(3), covariance)
        limit, _ = extrapolate(sizes, data, covariance, (1.0, 1.5, 2.0, 2.5, 3.0))
        pulls.append(limit.deviation(1.0))
    assert np.mean(np.abs(pulls) < 1) > 0.6
    assert np.mean(np.abs(pulls) < 2) > 0.9


def test_improbable_fits_have_larger_errors():
    assert misfit(40.0, 10.0) == pytest.approx(4.0)
    assert misfit(12.0, 10.0) == misfit(3.0, 10.0) == misfit(5.0, 0.0) == 1.0
    sizes, covariance = np.array([8.0, 16.0, 32.0]), np.diag([0.001, 0.001, 0.001]) ** 2
    likely, _ = extrapolate(sizes, 1.0 + np.array([0.001, -0.001, 0.001]), covariance, ())
    unlikely, _ = extrapolate(sizes, 1.0 + np.array([0.01, -0.01, 0.01]), covariance, ())
    assert unlikely.error > 4 * likely.error


def test_correlation_length_agrees_with_enumeration():
    """ξ/L from the lowest Fourier mode, reweighted, against G(r) of all states; a wrong power of k is found out."""
    from spinlens.sampling.algorithms.choice import make_algorithm
    from spinlens.sampling.chains.chain import start_chain
    from spinlens.statistics.autocorrelation import mean_estimate

    for coupling, temperature, power in ((NearestNeighbour(), 2.4, 2.0), (PowerLaw(1.2), 6.0, 1.2)):
        model = IsingModel((4, 4), coupling)
        update, chain = make_algorithm(model, temperature, "swendsen-wang"), start_chain(model, 3, temperature, 0)
        draws = update.advance(chain, 60_000, 1, energy=False, states=False)
        G = exact.enumerate(model, temperature).correlation
        exact_mode = float((G * np.cos(np.pi / 2 * np.arange(4))[:, None]).sum()) / 16
        for name in ("mode_x", "mode_y"):
            measured = mean_estimate(draws[name] / 256)
            assert abs(measured.deviation(exact_mode)) < 4
            assert abs(measured.deviation(exact_mode * 1.05)) > 4
        modes = (draws["mode_x"] + draws["mode_y"]) / 512
        xi = (np.mean(draws["m2"] / 256) / modes.mean() - 1) ** (1 / power) / (8 * np.sin(np.pi / 4))
        truth = (G.sum() / 16 / exact_mode - 1) ** (1 / power) / (8 * np.sin(np.pi / 4))
        assert xi == pytest.approx(truth, rel=0.03)
