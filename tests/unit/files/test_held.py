"""States in Datasets, archives and packed sets as arrays."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from spinlens.errors import InputError
from spinlens.files.held import array_of, labelled, temperature_in, temperatures_of
from spinlens.files.packed_states import PackedStates

SPINS = np.where(np.random.default_rng(1).random((2, 3, 5, 4, 6)) < 0.5, 1, -1).astype(np.int8)
DATA = xr.Dataset(
    {"spins": (("temperature", "chain", "draw", "x", "y"), SPINS)}, coords={"temperature": [2.0, 3.0]}
)  # fmt: skip


def test_axes_of_chains_and_draws_are_found_whatever_their_order() -> None:
    turned = DATA.isel(temperature=0).transpose("y", "draw", "x", "chain")
    assert np.array_equal(labelled(turned), SPINS[0])
    assert labelled(turned.isel(chain=1)).shape == (1, 5, 4, 6)


def test_temperatures_are_found_by_their_value() -> None:
    assert temperature_in(DATA, 3.0002) == 3.0
    assert temperature_in(DATA.isel(temperature=0)) == 2.0
    assert temperatures_of(DATA) == [2.0, 3.0]
    assert temperatures_of(DATA.isel(temperature=1)) == [3.0]
    assert temperatures_of(DATA.isel(temperature=1).drop_vars("temperature")) == []
    assert temperatures_of(SPINS) == []


def test_arrays_stay_as_they_are() -> None:
    assert array_of(SPINS) is SPINS
    assert array_of([[1, 0]]).tolist() == [[1, 0]]
    assert array_of({"b": np.zeros(2), "states": SPINS}) is SPINS
    assert array_of(xr.DataArray(SPINS[0, 0])).shape == (5, 4, 6)
    packed = PackedStates(np.packbits(SPINS[0, 0].reshape(5, 24) > 0, axis=1), 24)
    assert np.array_equal(array_of(packed), SPINS[0, 0].reshape(5, 24))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": SPINS, "b": SPINS}, "none of a, b is called spins, states, samples"),
        (DATA.rename(spins="m2").assign(energy=1.0), "holds no states: sample with --keep-spins"),
        (DATA.spins.rename(x="i", y="j"), "must have dimensions x, y"),
        (DATA, r"several temperatures: choose one of \[2.0, 3.0\]"),
    ],
)
def test_what_holds_no_states_is_said(given, message) -> None:
    with pytest.raises(InputError, match=message):
        array_of(given)


def test_arrays_need_no_xarray() -> None:
    code = "import sys; from spinlens.files.held import array_of; array_of([1]); sys.exit('xarray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
