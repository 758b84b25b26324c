"""Large files opened without being read: the same Dataset as of small ones, whatever part is asked for."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
import xarray as xr

from spinlens.errors import ArtefactError
from spinlens.files import lazy_netcdf
from spinlens.files.lazy_netcdf import open_dataset
from spinlens.files.netcdf import dataset_bytes

SPINS = np.where(np.random.default_rng(1).random((2, 3, 50, 4, 7)) < 0.5, 1, -1).astype(np.int8)
DATA = xr.Dataset(
    {
        "energy": (("temperature", "chain", "draw"), np.random.default_rng(2).random((2, 3, 50)), {"units": "J"}),
        "spins": (("temperature", "chain", "draw", "x", "y"), SPINS, {"long_name": "spins ±1", "kept": True}),
    },
    coords={"temperature": [2.0, 3.0], "rule": ("temperature", ["majority", "Δ"])},
    attrs={"model": "{}", "seeds": [0, 1]},
)


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A file that is large to `open_dataset`, all of whose variables are."""
    monkeypatch.setattr(lazy_netcdf, "_AT_ONCE", 0)
    monkeypatch.setattr(lazy_netcdf, "_SMALL", 0)
    (tmp_path / "states.nc").write_bytes(dataset_bytes(DATA))
    return tmp_path / "states.nc"


def test_a_large_file_is_the_dataset_of_a_small_one(path, monkeypatch):
    large = open_dataset(path)
    assert large.spins.dtype == np.int8
    assert large.identical(DATA)
    large.close()
    monkeypatch.setattr(lazy_netcdf, "_AT_ONCE", 10**9)
    assert open_dataset(path).identical(DATA)


def test_nothing_is_unpacked_before_it_is_used(path, monkeypatch):
    with open_dataset(path) as data:
        rows = []
        unpack = lazy_netcdf.unpack_spins
        monkeypatch.setattr(lazy_netcdf, "unpack_spins", lambda bits, sides: rows.append(bits) or unpack(bits, sides))
        part = data.spins.isel(temperature=1, draw=slice(10, 20))
        assert not rows
        np.testing.assert_array_equal(part.values, SPINS[1, :, 10:20])
        assert sum(bits.nbytes for bits in rows) == 3 * 10 * 4


@pytest.mark.parametrize(
    "key",
    [
        {"draw": [7, 3, 49]},
        {"chain": -1, "draw": slice(None, None, -7), "x": 2},
        {"temperature": [1, 0], "draw": [5, 6], "x": [0, 3], "y": slice(2, 5)},
        {"temperature": 0, "chain": 0, "draw": 0, "x": 0, "y": 6},
        {"x": slice(3, 0, -1), "y": [6, 0]},
        {"temperature": xr.DataArray([0, 1], dims="p"), "draw": xr.DataArray([4, 9], dims="p")},
    ],
)
def test_any_part_is_that_of_the_whole(path, key):
    with open_dataset(path) as data:
        assert data.spins.isel(key).identical(DATA.spins.isel(key))


def test_arrays_of_other_programs_open_too(tmp_path, monkeypatch):
    monkeypatch.setattr(lazy_netcdf, "_AT_ONCE", 0)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("samples", data=SPINS[0, 0], chunks=(7, 4, 7), compression="gzip")
        file["temperature"] = 2.3
    with open_dataset(tmp_path / "a.h5") as data:
        np.testing.assert_array_equal(data["samples"].values, SPINS[0, 0])
        assert float(data["temperature"]) == 2.3


def test_heaps_are_still_searched_but_for_the_numbers(path):
    """Attributes of dimension lists lie in a heap, whose sizes HDF5 follows wherever they lead."""
    content = bytearray(path.read_bytes())
    place = content.find(b"GCOL\x01")
    content[place + 24 : place + 32] = (2**40).to_bytes(8, "little")
    path.write_bytes(content)
    with pytest.raises(ArtefactError, match="heap"):
        open_dataset(path)


def test_numbers_that_look_like_a_heap_are_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(lazy_netcdf, "_AT_ONCE", 0)
    bits = np.frombuffer(b"GCOL\x01\0\0\0" + (4096).to_bytes(8, "little") + b"\xff" * 8000, dtype=np.uint8)
    for name, how in (("whole", {}), ("chunks", {"chunks": (500,)})):
        with h5py.File(tmp_path / f"{name}.h5", "w") as file:
            file.create_dataset("samples", data=bits, **how)
        with open_dataset(tmp_path / f"{name}.h5") as data:
            np.testing.assert_array_equal(data["samples"].values, bits)
