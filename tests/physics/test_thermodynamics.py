"""Reweighted functions of temperature and their derivatives against sums over all states, and correlators."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact, sample
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.statistics.autocorrelation import integrated_time

CASES = [(NearestNeighbour(), (2.1, 2.3, 2.5)), (PowerLaw(1.2), (5.0, 5.5, 6.0))]


@pytest.fixture(scope="module", params=CASES, ids=["nearest-neighbour", "power law"])
def curves(request):
    coupling, grid = request.param
    model = IsingModel((4, 4), coupling)
    return SizeCurves.from_dataset(model, sample(model, grid, 40_000, seed=1, energy=False))


def error_of(rows):
    return float(np.sqrt((len(rows) - 2) * rows[1:].var()))


def exact_xi(model, temperature, power):
    G = exact.enumerate(model, temperature).correlation
    mode = float((G * np.cos(np.pi / 2 * np.arange(4))[:, None]).sum()) / 16
    return (G.sum() / 16 / mode - 1) ** (1 / power) / (8 * np.sin(np.pi / 4))


def test_slopes_agree_with_enumeration(curves):
    """d ln⟨m²⟩/dθ and dξ/dθ at a temperature that was not run, within four jackknife errors; 5 % off is seen."""
    model, power = curves.model, 2.0 if isinstance(curves.model.coupling, NearestNeighbour) else 1.2
    T, step = 0.97 * curves.temperatures[1], 1e-4
    above, below = (exact.enumerate(model, T + s * step) for s in (1, -1))
    d_theta = curves.theta(T + step) - curves.theta(T - step)
    rows = curves.samples(curves.theta(T))
    slopes = {
        "log_m2_slope": np.log(above.m2 / below.m2) / d_theta,
        "xi_slope": (exact_xi(model, T + step, power) - exact_xi(model, T - step, power)) / d_theta,
        "binder_slope": (above.binder - below.binder) / d_theta,
    }
    for name, truth in slopes.items():
        found = getattr(rows, name)
        assert abs(found[0] - truth) < 4 * error_of(found)
        assert abs(found[0] - 1.2 * truth) > 4 * error_of(found)
    assert abs(rows.xi[0] - exact_xi(model, T, power)) < 4 * error_of(rows.xi)


def test_reweighted_curves_agree_with_a_run_at_a_temperature_not_used():
    model = IsingModel((12, 12), PowerLaw(1.2))
    curves = SizeCurves.from_dataset(model, sample(model, (6.4, 6.8, 7.2), 10_000, seed=3, energy=False))
    direct = SizeCurves.from_dataset(model, sample(model, (6.6,), 20_000, seed=4, energy=False))
    rows = [size.samples(size.theta(6.6)) for size in (curves, direct)]
    for name in rows[0]._fields:
        values = [getattr(part, name) for part in rows]
        error = np.hypot(*(error_of(value) for value in values))
        assert abs(values[0][0] - values[1][0]) < 4 * error
        assert abs(values[0][0] - 1.2 * values[1][0]) > 4 * error


def test_effective_draws_fall_away_from_the_runs(curves):
    full = curves.histograms.full
    inside = full.effective_draws(curves.theta(curves.temperatures[1]))
    assert full.effective_draws(curves.theta(0.6 * curves.temperatures[0])) < 0.05 * inside


def test_tau_agrees_with_another_program():
    """AR(1) with φ = 0.9 has τ_int = 9.5 as ½ + Σρ; emcee counts twice that."""
    from scipy.signal import lfilter

    noise = np.random.default_rng(3).normal(size=(4, 60_000))
    series = lfilter([1.0], [1.0, -0.9], noise, axis=-1)[:, 200:]
    tau = integrated_time(series)
    assert abs(tau.deviation(9.5)) < 4
    assert tau.value == pytest.approx(17.93284509 / 2, rel=0.05)  # emcee 3.1.6, c = 6, on this series
