"""What `reweight` returns and refuses."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from spinlens import CouplingTable, IsingModel, NearestNeighbour, reweight, sample
from spinlens.criticality.reweighting import correlation_table as correlation_functions
from spinlens.criticality.reweighting.correlation_table import axis_correlations
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import InputError

MODEL = IsingModel((4, 4), NearestNeighbour())


@pytest.fixture(scope="module")
def data():
    return sample(MODEL, (2.2, 2.4), 500, seed=1)


def test_unreachable_temperatures_are_nan(data):
    table = reweight(data, [1.0, 2.3, 8.0])
    for name in table.data_vars:
        if name != "effective_draws":
            assert np.isfinite(table[name].values).tolist() == [False, True, False]
    assert table.effective_draws[1] > 200
    assert (table.effective_draws[[0, 2]] < 20).all()


def test_what_was_not_measured_is_left_out(data):
    bare = reweight(data.drop_vars(["magnetization", "mode_x"]), 2.3)
    full = reweight(data, 2.3)
    assert set(full) - set(bare) == {
        name + end for name in ("abs_magnetization", "xi", "xi_slope") for end in ("", "_error")
    }
    assert all((bare[name] == full[name]).all() for name in bare)
    oblong = sample(IsingModel((4, 6), NearestNeighbour()), (2.2, 2.4), 500, seed=1)
    assert "xi" not in reweight(oblong, 2.3)


def test_dimensions_in_another_order_change_nothing(data):
    assert reweight(data.transpose("draw", "chain", "temperature", ...), 2.3).identical(reweight(data, 2.3))


def test_tables_of_couplings_are_made_again():
    table = np.zeros((4, 4))
    table[0, 1] = table[0, -1] = table[1, 0] = table[-1, 0] = 1.0
    runs = sample(IsingModel((4, 4), CouplingTable(table)), 2.3, 2000, seed=1)
    assert abs(float(reweight(runs, 2.3).energy[0]) + 1.54) < 0.05


def test_data_that_cannot_be_reweighted_are_refused(data):
    def runs(*given, model=MODEL, **named):
        return sample(model, *given, seed=1, **named)

    kept = runs(2.3, 50, keep_spins=True)
    for given, match in (
        (runs(2.3, 50, algorithm="metropolis"), "no frozen bonds"),
        (runs(2.3, 50, algorithm="wolff"), "no frozen bonds"),
        (runs(2.3, 5000, series=False), "averages cannot be reweighted"),
        (runs((0.0, 2.3), 50), "know no clusters"),
        (runs((2.3, np.inf), 50), "know no clusters"),
        (runs(2.3, 50, model=IsingModel((4, 4), NearestNeighbour(), field=0.1)), "field"),
        (data.drop_vars("m4"), "lack m4"),
        (data.isel(chain=0), "dimension chain"),
        (data.sel(temperature=2.2), "dimension temperature"),
        (data.assign(bonds=data.bonds.where(data.draw > 3)), "no number of bonds"),
        (data.assign_coords(fugacity=1.1 * data.fugacity), "fugacities"),
        (kept.isel(x=slice(3)), "are not states of"),
        ({"bonds": 1}, "must be a Dataset"),
    ):
        with pytest.raises(InputError, match=match):
            reweight(given, 2.3)
    with pytest.raises(InputError, match="not from"):
        reweight(data, 2.3, IsingModel((6, 6), NearestNeighbour()))
    data = data.copy()
    data.attrs.clear()
    with pytest.raises(InputError, match="names no model"):
        reweight(data, 2.3)
    assert np.isfinite(reweight(data, 2.3, MODEL).energy.values).all()


@pytest.mark.parametrize("temperatures", [np.nan, 0.0, -1.0, np.inf, [2.3, np.nan], [], [2.3, 2.3], "hot"])
def test_bad_temperatures_are_refused(data, temperatures):
    with pytest.raises(InputError, match="temperature"):
        reweight(data, temperatures)


def test_joined_runs_keep_what_all_have(data):
    bare = SizeCurves.from_dataset(MODEL, data.drop_vars("magnetization"))
    full = SizeCurves.from_dataset(MODEL, data)
    assert full.names == ("m2", "m4", "mode", "abs_magnetization")
    both = SizeCurves.joined([full, bare])
    assert both.names == ("m2", "m4", "mode")
    theta = full.theta(2.3)
    assert [row[0] for row in both.samples(theta)] == pytest.approx([row[0] for row in full.samples(theta)])
    assert full.without_xi().names == ("m2", "m4", "abs_magnetization")


@pytest.mark.parametrize("shape", [(9,), (6, 6), (4, 4, 4)])
def test_correlations_by_transforms_are_those_by_rolls(shape):
    d, L = len(shape), shape[0]
    states = 2 * np.random.default_rng(1).integers(0, 2, (5, *shape), dtype=np.int8) - 1
    found, axes = axis_correlations(states, d), range(1, d + 1)
    bonds = sum((states * np.roll(states, -1, axis)).astype(float) for axis in axes) / d
    for start, field in ((0, states), (L // 2 + 1, bonds)):
        for r in range(L // 2 + 1):
            pairs = sum((field * np.roll(field, r, axis)).astype(float) for axis in axes) / d
            np.testing.assert_allclose(found[:, start + r], pairs.reshape(5, -1).mean(axis=1), atol=1e-12)
    np.testing.assert_allclose(found[:, -1], bonds.reshape(5, -1).mean(axis=1))


def test_parts_of_the_work_change_nothing(monkeypatch):
    runs = sample(MODEL, (2.2, 2.4), 300, seed=1, keep_spins=True)
    whole = reweight(runs, 2.3)
    monkeypatch.setattr(correlation_functions, "_SITES", 16 * 7)
    monkeypatch.setattr(correlation_functions, "_DRAWS", 11)
    xr.testing.assert_allclose(reweight(runs, 2.3), whole, rtol=1e-10, atol=1e-12)
