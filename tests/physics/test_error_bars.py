"""Error bars are right: over 200 independent short runs the pulls have unit variance, within its error.

The variance of 200 pulls has an error of √(2/199) = 0.10. 3 kinds of runs × 4 observables = 12 comparisons, and the
mean energy of each kind with the exact one; each twin, whose errors ignore autocorrelation, must fail.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact, sample

RUNS, DRAWS = 200, 1200
T_C = 2 / math.log(1 + math.sqrt(2))
OBSERVABLES = ["energy", "abs_magnetization", "m2", "m4"]
CASES = {
    "nearest-neighbour": (IsingModel((8, 8), NearestNeighbour()), T_C, True),
    "power-law": (IsingModel((4, 4), PowerLaw(1.2)), 5.5, True),
    "averages": (IsingModel((8, 8), NearestNeighbour()), T_C, False),
}


@pytest.fixture(scope="module", params=CASES)
def runs(request):
    """Averages, errors and τ_int (runs, observables) of 200 runs of 2 chains."""
    model, temperature, series = CASES[request.param]
    found = [
        sample(model, temperature, DRAWS, chains=2, seed=seed, warmup=150, series=series, algorithm="swendsen-wang")
        for seed in range(RUNS)
    ]
    table = [
        [data[name].isel(temperature=0).sel(observable=OBSERVABLES).values for data in found]
        for name in ("average", "error", "tau_int")
    ]
    return request.param, *np.array(table)


def deviation(averages, errors):
    """How far the variance of the pulls about the common mean is from 1, in its errors, (observables,)."""
    pulls = (averages - averages.mean(axis=0)) / errors
    return (pulls.var(axis=0, ddof=1) - 1) / math.sqrt(2 / (RUNS - 1))


def test_pulls_have_unit_variance(runs):
    _, averages, errors, _ = runs
    assert np.all(np.abs(deviation(averages, errors)) < 4)


def test_errors_that_ignore_autocorrelation_are_found_out(runs):
    _, averages, errors, times = runs
    assert np.all(deviation(averages, errors / np.sqrt(2 * times)) > 4)


def test_mean_of_all_runs_is_the_exact_energy(runs):
    """|z| < 4; the power check: an energy off by 1 % would be seen."""
    name, averages, errors, _ = runs
    model, temperature, _ = CASES[name]
    known = (exact.kaufman(8, T_C) if name != "power-law" else exact.enumerate(model, temperature)).energy
    spread = math.sqrt(float(np.mean(errors[:, 0] ** 2)) / RUNS)
    assert abs(averages[:, 0].mean() - known) < 4 * spread
    assert abs(averages[:, 0].mean() - 1.01 * known) > 4 * spread
