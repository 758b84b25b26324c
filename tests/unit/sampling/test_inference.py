"""Runs as ArviZ takes them, whichever version is installed, and their summary."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import InputError
from spinlens.sampling.inference import summary, to_inference
from spinlens.statistics.convergence import rank_r_hat

MODEL = IsingModel((6, 6), NearestNeighbour())
DATA = sample(MODEL, [0.0, 2.3, 3.0], draws=2000, chains=3, seed=2, keep_spins=True)


@pytest.fixture(scope="module")
def arviz():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("arviz", reason="pip install 'spinlens[neighbours]'")


def test_series_of_one_temperature_have_chains_and_draws_first():
    found = to_inference(DATA, 3.0)
    assert found["spins"].dims == ("chain", "draw", "x", "y")
    np.testing.assert_array_equal(found["m2"], DATA["m2"][2])
    assert "average" not in found
    with pytest.raises(InputError, match="give one of the temperatures"):
        to_inference(DATA)
    with pytest.raises(InputError, match=r"temperature 4.0 was not sampled"):
        to_inference(DATA, 4.0)


def test_bins_take_the_place_of_draws():
    bins = sample(MODEL, 2.3, draws=2000, chains=3, series=False)
    assert to_inference(bins)["energy"].dims == ("chain", "draw")


def test_a_summary_has_what_the_run_found():
    table = summary(DATA)
    assert list(table.columns) == ["mean", "error", "tau", "ess", "r_hat"]
    row, at = table.loc[2.3, "energy"], DATA.sel(temperature=2.3, observable="energy")
    assert (row["mean"], row["error"], row["tau"]) == (float(at.average), float(at.error), float(at.tau_int))
    assert row["ess"] == 6000 / (2 * row["tau"])
    assert row["r_hat"] == rank_r_hat(DATA["energy"].sel(temperature=2.3))
    assert table.loc[2.3, "abs_magnetization"]["r_hat"] == rank_r_hat(abs(DATA["magnetization"].sel(temperature=2.3)))
    assert table["mean"].notna().all()


def test_runs_without_series_have_their_draws_counted_and_the_split_r_hat():
    bins = sample(MODEL, [2.3, 3.0], draws=2048, chains=3, series=False)
    table = summary(bins)
    assert table.loc[2.3, "energy"]["ess"] * 2 * table.loc[2.3, "energy"]["tau"] == pytest.approx(3 * 2048)
    expected = bins.split_r_hat.sel(temperature=2.3, observable="energy")
    assert table.loc[2.3, "energy"]["r_hat"] == pytest.approx(float(expected))


def test_series_of_any_origin():
    noise = np.random.default_rng(0).normal(size=2000)
    table = summary({"mine": noise, "short": [1.0, 2.0]})
    assert table.loc["mine", "error"] == pytest.approx(2000**-0.5, rel=0.2)
    assert np.isnan(table.loc["short", "ess"])
    assert summary(xr.Dataset({"mine": ("draw", noise)})).loc["mine", "mean"] == noise.mean()
    with pytest.raises(InputError, match="data must be a Dataset or a mapping"):
        summary(noise)
    with pytest.raises(InputError, match="chains, n"):
        summary({"cube": np.ones((2, 2, 2))})


@pytest.mark.filterwarnings("ignore")
def test_arviz_finds_the_same_numbers(arviz):
    """Its effective draws come from another estimator of τ_int, hence the 10 %."""
    series = to_inference(DATA, 2.3)[["energy", "m2"]]
    ess, r_hat, table = arviz.ess(series, method="mean"), arviz.rhat(series), arviz.summary(series)
    for name in ("energy", "m2"):
        row = summary(DATA).loc[2.3, name]
        assert float(ess[name]) == pytest.approx(row["ess"], rel=0.1)
        assert float(r_hat[name]) == pytest.approx(row["r_hat"], abs=1e-6)
        assert float(table.loc[name, "mean"]) == pytest.approx(row["mean"], rel=0.02)  # as rounded there


@pytest.mark.filterwarnings("ignore")
def test_arviz_makes_its_container(arviz):
    convert = getattr(arviz, "convert_to_datatree", None) or arviz.convert_to_inference_data
    assert convert(to_inference(DATA, 2.3)).posterior["spins"].shape == (3, 2000, 6, 6)
