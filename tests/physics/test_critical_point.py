"""Crossings against enumeration, and critical points against exact values."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact, find_critical_point, sample
from spinlens.criticality.analysis.crossings import crossing_samples
from spinlens.criticality.reweighting.size_curves import SizeCurves, measured_binder
from spinlens.criticality.search import windows
from spinlens.criticality.universality import reference
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.statistics.resampling import jackknife_error


def test_crossing_of_two_enumerable_sizes():
    """The U4 crossing of L = 3 and 4 against the root of exact curves."""
    from scipy.optimize import brentq

    models = [IsingModel((L, L), NearestNeighbour()) for L in (3, 4)]

    def difference(temperature):
        return exact.enumerate(models[1], temperature).binder - exact.enumerate(models[0], temperature).binder

    root = brentq(difference, 1.5, 3.0)
    curves = [SizeCurves.from_dataset(m, sample(m, (1.9, 2.1, 2.3), 100_000, seed=2, energy=False)) for m in models]
    varied = crossing_samples(*curves)
    error = np.sqrt(sum(jackknife_error(rows[1:, 0]) ** 2 for rows in varied))
    value = varied[0][0, 0]
    assert error < 0.03
    assert abs(value - root) < 4 * error


@pytest.fixture(scope="module")
def square():
    return find_critical_point(NearestNeighbour(), (8, 16, 32), draws=8000, workers=2, seed=1)


def test_square_lattice_critical_point(square):
    """The power check: a T_c that is 5 % off is not within errors."""
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


def test_runs_at_other_temperatures_than_they_say_give_another_critical_point(monkeypatch):
    """The twin: chains that are 1 % hotter than they say have their T_c 1 % lower."""

    def hotter(model, grid, *arguments, **named):
        data, v = sample(model, [1.01 * T for T in grid], *arguments, **named), model.coupling.fugacity
        said = {"temperature": list(grid), "fugacity": ("temperature", [v.value(T) for T in grid])}
        return data.assign_coords(said)

    monkeypatch.setattr(windows, "sample", hotter)
    wrong = find_critical_point(NearestNeighbour(), (8, 16, 32), draws=4000, seed=1)
    assert wrong.temperature.deviation(CRITICAL_TEMPERATURE) < -4
    assert abs(wrong.temperature.deviation(CRITICAL_TEMPERATURE / 1.01)) < 4


def test_critical_point_does_not_depend_on_workers(square):
    assert find_critical_point(NearestNeighbour(), (8, 16, 32), draws=8000, workers=1, seed=1) == square


def test_power_law_critical_point():
    point = find_critical_point(PowerLaw(1.2), (8, 16, 32), draws=8000, workers=2, seed=1)
    known = reference(PowerLaw(1.2), 2)
    assert point.temperature.error < 0.06
    assert abs(point.temperature.deviation(known.temperature.estimate)) < 4
    assert abs(point.delta_spin.deviation(0.4)) < 4
    assert abs(point.delta_spin.deviation(0.125)) > 4  # power check: this is not the short-range class


def test_measured_points_lie_on_the_reweighted_curve():
    model = IsingModel((8, 8), PowerLaw(1.2))
    data = sample(model, (6.5, 6.8, 7.1), 20_000, seed=1, energy=False)
    curves = SizeCurves.from_dataset(model, data)
    for temperature, value, error in zip(data.temperature.values, *measured_binder(data), strict=True):
        assert abs(curves.samples(curves.theta(float(temperature))).binder[0] - value) < 4 * error
