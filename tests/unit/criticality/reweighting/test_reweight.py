"""What `reweight` returns and refuses."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, reweight, sample
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
        ({"bonds": 1}, "how many spins have these energies"),
        (3.0, "a Dataset or a table of columns"),
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
