"""Means of others give the critical temperatures that their source says: tests/data/long_range_means.json.

Sizes up to 4096, one temperature each, of power laws in two dimensions: sigma = 1.5 has its own class, sigma = 2.5 that
of short ranges.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from spinlens import Estimate, IsingModel, NearestNeighbour, PowerLaw, finite_size_scaling, sample
from spinlens.errors import ConvergenceError

ROWS = json.loads((Path(__file__).parents[1] / "data" / "long_range_means.json").read_text())["rows"]
BETA_C = {1.5: Estimate(0.312728, 3e-6), 2.5: Estimate(0.369446, 1e-6)}
DELTA_SPIN = {1.5: 0.25, 2.5: 0.125}  # (2 − σ)/2, and Onsager's


def means(sigma):
    frame = pd.DataFrame([row for row in ROWS if row["sigma"] == sigma])
    frame["binder"], frame["binder_error"] = 1 - 1 / (3 * frame.Qm), frame.Qm_error / (3 * frame.Qm**2)
    return frame


def found(sigma, frame, named=True):
    return finite_size_scaling(frame, PowerLaw(sigma, images="minimum") if named else None)


@pytest.mark.parametrize("sigma", [1.5, 2.5])
def test_t_c_is_what_the_source_says(sigma):
    """Within 3 errors, of 3e-5 and 2e-6; the power check: a T_c of one percent off is far away."""
    point = found(sigma, means(sigma))
    T_c = 1 / BETA_C[sigma]
    assert abs(point.temperature.deviation(T_c)) < 3
    assert point.temperature.error < 1e-4 * point.temperature.value
    assert abs(point.temperature.deviation(T_c * 1.01)) > 30
    assert abs(point.delta_spin.deviation(DELTA_SPIN[sigma])) < 3
    assert not point.check.contradicted


def test_the_ratios_of_the_square():
    """U4* = 0.61069 and ξ/L* = 0.9050 of the short-range class, far beyond its boundary."""
    point = found(2.5, means(2.5))
    assert abs(point.binder.deviation(0.61069)) < 3
    assert abs(point.xi.deviation(0.9050488)) < 3
    assert point.binder.error < 1e-3


def test_without_a_class_the_dimension_of_the_spin_is_found():
    point = found(1.5, means(1.5), named=False)
    assert abs(point.delta_spin.value - 0.25) < 0.03
    assert abs(point.temperature.deviation(1 / BETA_C[1.5])) < 3


@pytest.mark.parametrize("sigma", [1.5, 2.5])
def test_swapped_sizes_do_not_fit(sigma):
    """The twin of all of the above. So few values are fitted by large corrections, whose errors are as large."""
    frame = means(sigma)
    swapped = frame.assign(L=frame.L.replace({512: 2048, 2048: 512}))
    assert "values are so few that χ² cannot tell a wrong fit from a right one" in found(sigma, frame).notes
    try:
        point = found(sigma, swapped)
    except ConvergenceError:
        return
    assert point.delta_spin.error > 20 * found(sigma, frame).delta_spin.error


def test_another_ratio_in_place_of_u4_contradicts_the_class():
    frame = means(2.5).assign(binder=lambda table: table.Qm, binder_error=lambda table: table.Qm_error)
    assert found(2.5, frame).check.contradicted


def of_replicas(w, seed=1):
    """Means of eight runs of the square, from a program that happens to be this one."""
    T_c, rows = 2.269185, []
    for L in (6, 8, 12, 16):
        grid = T_c * (1 + np.linspace(-w, w, 7) / L)
        data = sample(IsingModel((L, L), NearestNeighbour()), grid, 1500, chains=8, seed=seed + L, energy=False)
        for T, at in data.groupby("temperature"):
            for chain in range(8):
                one = at.isel(chain=chain)
                rows.append({"L": L, "T": T, "m2": float(one.m2.mean()), "m4": float(one.m4.mean())})
    return pd.DataFrame(rows)


@pytest.mark.parametrize("w", [0.4, 1.2])
def test_runs_of_the_square_in_narrow_and_wide_ranges(w):
    """T_c, Δ_s, Δ_ε and U4 within three errors of what is exact; the twin, at temperatures 3 % higher, is not."""
    frame = of_replicas(w)
    point = finite_size_scaling(frame, NearestNeighbour())
    exact = {"temperature": 2.269185, "delta_spin": 0.125, "delta_energy": 1.0, "binder": 0.61069}
    assert max(abs(getattr(point, name).deviation(true)) for name, true in exact.items()) < 3
    assert point.temperature.error < 0.013
    hotter = finite_size_scaling(frame.assign(T=1.03 * frame["T"]), NearestNeighbour())
    assert hotter.temperature.deviation(2.269185) > 5
