"""Grids of energies, blocks that are long enough, and what series give."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import reweight
from spinlens.criticality.reweighting.energy_histograms import EnergyCurves
from spinlens.criticality.reweighting.energy_series import energy_runs
from spinlens.errors import ConvergenceError

RNG = np.random.default_rng(0)


def table(energies, T=(2.0, 2.2)):
    return {"T": np.repeat(T, len(energies) // len(T)), "E": energies}


def curves(energies, **options):
    return EnergyCurves.from_runs(energy_runs(table(energies, **options), None, 16))


def test_levels_on_a_grid_are_kept_exactly():
    levels = -32.0 + 4 * RNG.integers(0, 8, 4000)
    assert curves(levels).width == 4.0
    assert curves(levels / 3).width == pytest.approx(4 / 3)
    assert curves(np.full(4000, -32.0)).width == 1.0


def test_continuous_energies_have_bins_that_weigh_alike():
    found = curves(RNG.normal(size=4000))
    assert found.width * (1 / 2.0 - 1 / 2.2) < 0.02
    assert found.width < 0.02  # of one spread


def test_blocks_are_ten_autocorrelation_times_long():
    fresh, slow = RNG.normal(size=8000), np.repeat(RNG.normal(size=400), 20)  # τ of ½ and 10
    assert curves(fresh).histograms.blocks == 64
    assert 10 <= curves(slow).histograms.blocks <= 30
    with pytest.raises(
        ConvergenceError, match=r"at T = 2(\.2)? is \d+ τ_int long, too short for an error: draw \d+ times"
    ):
        curves(np.repeat(RNG.normal(size=20), 50))


def test_other_columns_are_averaged_and_what_lacks_is_left_out():
    data = table(RNG.normal(size=4000)) | {"mine": RNG.normal(3, 1, 4000)}
    found = reweight(data, 2.1, n_sites=16)
    assert abs(float(found.mine[0]) - 3) < 4 * float(found.mine_error[0])
    assert {"binder", "m2", "xi"}.isdisjoint(found.data_vars)
    assert list(found.data_vars)[:4] == ["energy", "energy_error", "specific_heat", "specific_heat_error"]
    assert np.isnan(reweight(data, 9.0, n_sites=16).energy[0])
