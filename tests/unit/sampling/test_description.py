"""A result opens in plain xarray and says what it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.files.netcdf import dataset_bytes
from spinlens.lattice.model_document import model_of


@pytest.mark.parametrize("options", [{"keep_spins": True}, {"series": False, "correlations": True}])
def test_a_file_opens_in_plain_xarray_and_makes_its_model_again(tmp_path, options):
    table = np.random.default_rng(0).random((3, 4))
    table = table + np.roll(np.flip(table), 1, axis=(0, 1))
    models = [
        IsingModel((3, 5), NearestNeighbour(0.5), field=0.25),
        IsingModel((4, 4), PowerLaw(1.3, images="minimum")),
        IsingModel((4, 4), PowerLaw(1.3, cell="integrated")),
        IsingModel((3, 4), CouplingTable(table)),
    ]
    for model in models:
        data = sample(model, 5.0, 8, seed=1, **options)
        (tmp_path / "a.nc").write_bytes(dataset_bytes(data))
        data.to_netcdf(tmp_path / "plain.nc", engine="h5netcdf")
        for name in ("a.nc", "plain.nc"):
            with xr.open_dataset(tmp_path / name) as found:
                again = model_of(found)
                assert (again.shape, again.field) == (model.shape, model.field)
                np.testing.assert_array_equal(again.coupling_table, model.coupling_table)
                np.testing.assert_array_equal(found.energy, data.energy)
                assert json.loads(found.attrs["versions"])["spinlens"]
                assert found.attrs["seed"] == 1
                assert found.energy.attrs["units"] == "J"
                assert all("long_name" in variable.attrs for variable in found.data_vars.values())
