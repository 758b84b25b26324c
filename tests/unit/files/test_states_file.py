"""States in files of any format, known by what they begin with."""

from __future__ import annotations

import zipfile

import h5py
import numpy as np
import pytest
import xarray as xr

from spinlens.errors import ArtefactError, InputError
from spinlens.files.held import array_of
from spinlens.files.netcdf import dataset_bytes
from spinlens.files.states_file import open_states
from spinlens.machines.files.packed import write_packed

STATES = np.where(np.random.default_rng(0).random((20, 4, 6)) < 0.5, 1, -1).astype(np.int8)


def h5(path, states):
    with h5py.File(path, "w") as file:
        file["samples"], file["beta"] = states, 0.4


def _dataset(states):
    return xr.Dataset({"spins": (("draw", "x", "y"), states)})


WRITERS = {
    "npy": np.save,
    "npz": lambda path, states: np.savez(path, states=states, temperature=2.0),
    "npz of one": lambda path, states: np.savez(path, mine=states),
    "h5": h5,
    "nc": lambda path, states: path.write_bytes(dataset_bytes(_dataset(states))),
    "xarray": lambda path, states: xr.Dataset({"spins": (("draw", "x", "y"), states)}).to_netcdf(
        path, engine="h5netcdf"
    ),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_the_states_are_those_written(kind, tmp_path):
    path = tmp_path / f"states.{kind.split()[0]}"
    WRITERS[kind](path, STATES)
    for held in (path, str(path), open_states(path)):
        np.testing.assert_array_equal(array_of(held), STATES)
    path.rename(tmp_path / "states.of_another_name")
    np.testing.assert_array_equal(array_of(tmp_path / "states.of_another_name"), STATES)


def test_packed_states_are_flat(tmp_path):
    write_packed(tmp_path / "states.safetensors", [STATES.reshape(20, 24)])
    np.testing.assert_array_equal(array_of(tmp_path / "states.safetensors"), STATES.reshape(20, 24))


def test_arrays_are_not_read_before_they_are_used(tmp_path):
    np.save(tmp_path / "states.npy", STATES)
    assert isinstance(open_states(tmp_path / "states.npy"), np.memmap)


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.npy", b"text", InputError, r"a.npy holds no states: states are read from .nc and .h5"),
        ("a.npy", b"\x93NUMPY\x01\x00garbage", ArtefactError, r"a.npy cannot be read"),
        ("a.nc", b"\x89HDF\r\n\x1a\n", ArtefactError, r"a.nc cannot be read"),
        ("a.npz", b"PK\x03\x04", ArtefactError, r"a.npz cannot be read"),
        ("a.npy", b"", InputError, "holds no states"),
    ],
)
def test_what_is_no_file_of_states_is_said(tmp_path, name, content, error, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=message):
        open_states(tmp_path / name)


def test_archives_of_other_things_are_no_archives_of_arrays(tmp_path):
    with zipfile.ZipFile(tmp_path / "study.zip", "w") as archive:
        archive.writestr("study.toml", "")
    with pytest.raises(InputError, match=r"such as study.toml: unpack it first"):
        open_states(tmp_path / "study.zip")


def test_objects_never_come_in(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ArtefactError, match="cannot be read"):
        open_states(tmp_path / "a.npy")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*missing.npy: No such file"):
        array_of(tmp_path / "missing.npy")
