"""Stories of results: calculated with, kept, shown to pandas and ArviZ, cited."""

from __future__ import annotations

import numpy as np
import pytest

import spinlens as sl


@pytest.fixture(scope="module")
def point():
    return sl.find_critical_point(sl.NearestNeighbour(), sizes=(4, 8, 16), draws=2000, seed=2)


def test_numbers_with_errors_calculate(point):
    beta = 1 / point.temperature
    assert float(beta) == pytest.approx(0.4407, abs=0.01)
    assert beta.error == pytest.approx(point.temperature.error / point.temperature.value**2)
    eta = 2 * point.delta_spin
    value, error = eta
    assert abs(value - 0.25) < 4 * error
    assert "(" in f"{point.temperature:.1u}"


def test_a_critical_point_as_a_table(point):
    table = point.to_dataframe()
    assert abs(table.loc["temperature", "value"] - 2.269185) < 4 * table.loc["temperature", "error"]
    assert point.covariance["temperature"]["temperature"] == pytest.approx(point.temperature.error**2)
    assert "T_c" in str(point)


def test_draws_in_pandas():
    data = sl.sample(sl.IsingModel((4, 4), sl.NearestNeighbour()), [2.0, 3.0], draws=4000, seed=1)
    means = data[["energy", "m2"]].to_dataframe().groupby("temperature").mean()
    table = sl.summary(data)
    assert means.loc[2.0, "m2"] > means.loc[3.0, "m2"]
    assert means.loc[2.0, "energy"] == pytest.approx(table.loc[(2.0, "energy"), "mean"])


def test_whatever_is_saved_is_opened(tmp_path, point):
    data = sl.sample(sl.IsingModel((4, 4), sl.NearestNeighbour()), 2.5, draws=200, keep_spins=True)
    machine = sl.RBM(4, epochs=2).fit(data)
    for name, thing in {"states.nc": data, "machine": machine, "point.json": point}.items():
        sl.save(thing, tmp_path / name)
    assert sl.open(tmp_path / "states.nc").identical(data)
    assert np.array_equal(sl.open(tmp_path / "machine").weights_, machine.weights_)
    assert sl.open(tmp_path / "point.json").temperature == point.temperature


def test_chains_in_arviz():
    arviz = pytest.importorskip("arviz", reason="pip install 'spinlens[neighbours]'")
    data = sl.sample(sl.IsingModel((8, 8), sl.NearestNeighbour()), 2.4, draws=2000, chains=4, seed=1)
    theirs = arviz.ess(sl.to_inference(data), var_names=["energy"])["energy"]
    ours = sl.summary(data).loc[(2.4, "energy"), "ess"]
    assert 0.5 < float(theirs) / ours < 2


def test_what_to_cite(point):
    entries = sl.cite(point)
    assert "Binder" in entries
    assert "Swendsen" in entries
    assert "Salakhutdinov" not in entries  # no machine was involved
