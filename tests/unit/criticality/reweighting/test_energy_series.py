"""Series of energies in whatever holds them, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.criticality.reweighting.energy_series import energy_runs
from spinlens.errors import InputError

MODEL = IsingModel((4, 4), NearestNeighbour())
ENERGY, M = np.arange(6.0), np.linspace(-1, 1, 6)
TABLE = {"T": np.repeat([2.5, 2.0], 3), "energy": ENERGY, "m": M}


def series(data, **options):
    return [
        (run.temperature, {k: v.tolist() for k, v in run.series.items()}) for run in energy_runs(data, **options).runs
    ]


def test_tables_datasets_and_files_are_one(tmp_path):
    frame = pd.DataFrame(TABLE)
    frame.to_csv(tmp_path / "runs.csv", index=False)
    grid = xr.Dataset(
        {"energy": (("temperature", "draw"), ENERGY.reshape(2, 3)), "m": (("draw", "temperature"), M.reshape(2, 3).T)},
        {"temperature": [2.5, 2.0]},
    )
    expected = series(TABLE, model=None, n_sites=16)
    assert [T for T, _ in expected] == [2.0, 2.5]
    assert list(expected[0][1]) == ["energy", "abs_magnetization", "m2", "m4"]
    assert expected[0][1]["energy"] == [[3.0, 4.0, 5.0]]
    for data in (frame, grid, tmp_path / "runs.csv"):
        found = series(data, model=None, n_sites=16)
        for (T, one), (other, two) in zip(found, expected, strict=True):
            assert other == T
            assert {name: np.round(v, 12).tolist() for name, v in one.items()} == {
                name: np.round(v, 12).tolist() for name, v in two.items()
            }


def test_totals_betas_and_chains():
    table = {"beta": [0.5] * 5, "E": [-32.0, -16.0, -32.0, -16.0, 0.0], "chain": [0, 0, 1, 1, 1], "mine": range(5)}
    (run,) = energy_runs(table, MODEL, None).runs
    assert run.temperature == 2.0
    assert run.series["energy"].tolist() == [[-2.0, -1.0], [-2.0, -1.0]]  # the longer chain is cut
    assert run.series["mine"].tolist() == [[0, 1], [2, 3]]


def test_of_samples_only_what_is_no_improved_estimator():
    data = sample(MODEL, (2.2, 2.4), 30, algorithm="metropolis", seed=1)
    found = energy_runs(data, None, None)
    assert found.n_sites == 16
    assert set(found.runs[0].series) == {"energy", "abs_magnetization", "m2", "m4"}
    assert found.runs[0].series["m2"].tolist() == (data.magnetization[0].values ** 2).tolist()


@pytest.mark.parametrize(
    ("data", "options", "words"),
    [
        (TABLE, {}, "Give n_sites, or the model"),
        (TABLE, {"n_sites": 9, "model": MODEL}, "n_sites = 9, but the lattice has 16"),
        (TABLE, {"n_sites": 0}, "n_sites must be"),
        ({"T": [1.0], "m": [0.5]}, {"n_sites": 16}, r"series of the energy are needed, T .*; there are m"),
        ({"energy": [1.0]}, {"n_sites": 16}, "one column of T and beta"),
        ({**TABLE, "E": ENERGY}, {"n_sites": 16}, "energy is given twice"),
        ({**TABLE, "m": M[:3]}, {"n_sites": 16}, "columns differ in length"),
        ({**TABLE, "T": 0 * ENERGY}, {"n_sites": 16}, "a run at T = 0 has no weight"),
        ({**TABLE, "m": [np.nan] * 6}, {"n_sites": 16}, "the column m is nan"),
        ({**TABLE, "chain": [0, 0, 0, 0, 0, 1]}, {"n_sites": 16}, r"runs of \[1, 2\] chains"),
        (np.zeros(3), {"n_sites": 16}, "must be a table with columns T"),
    ],
)
def test_what_is_refused(data, options, words):
    with pytest.raises(InputError, match=words):
        energy_runs(data, **{"model": None, "n_sites": None, **options})
