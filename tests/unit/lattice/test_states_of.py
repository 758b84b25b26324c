"""One gate for states: Datasets, DataArrays, arrays, flat rows; what does not hold states is said in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from spinlens.errors import InputError, SpinsError
from spinlens.files.held import labelled, temperature_in
from spinlens.lattice.states_of import states_of

SPINS = np.where(np.random.default_rng(1).random((2, 3, 5, 4, 6)) < 0.5, 1, -1).astype(np.int8)
DATA = xr.Dataset(
    {"spins": (("temperature", "chain", "draw", "x", "y"), SPINS)}, coords={"temperature": [2.0, 3.0]}
)  # fmt: skip


def test_chains_and_draws_of_one_temperature_become_samples() -> None:
    assert np.array_equal(states_of(DATA, temperature=3.0), SPINS[1].reshape(15, 4, 6))
    assert np.array_equal(states_of(DATA, temperature=3.0002), SPINS[1].reshape(15, 4, 6))
    assert np.array_equal(states_of(DATA.spins.isel(temperature=0)), SPINS[0].reshape(15, 4, 6))
    assert np.array_equal(states_of(DATA.isel(temperature=[1])), SPINS[1].reshape(15, 4, 6))
    assert np.array_equal(states_of(DATA.isel(temperature=0, chain=2, draw=1)), SPINS[:1, 2, 1])
    assert temperature_in(DATA, 3.0002) == 3.0
    assert temperature_in(DATA.isel(temperature=0)) == 2.0


def test_arrays_of_any_number_type_and_flat_rows_become_spins() -> None:
    for given in (SPINS[0, 0].reshape(5, 24).tolist(), SPINS[0, 0].astype(float)):
        found = states_of(given, (4, 6))
        assert found.dtype == np.int8
        assert np.array_equal(found, SPINS[0, 0])


def test_axes_of_chains_and_draws_are_found_whatever_their_order() -> None:
    turned = DATA.isel(temperature=0).transpose("y", "draw", "x", "chain")
    assert np.array_equal(labelled(turned), SPINS[0])
    assert labelled(turned.isel(chain=1)).shape == (1, 5, 4, 6)


@pytest.mark.parametrize(
    ("given", "options", "message"),
    [
        (DATA, {}, "several temperatures"),
        (DATA, {"temperature": 2.5}, "no temperature 2.5"),
        (DATA.drop_vars("spins"), {}, "keep_spins"),
        (SPINS[0, 0], {"temperature": 2.0}, "these states have none"),
        (xr.DataArray(SPINS[0, 0], dims=("draw", "a", "b")), {}, "dimensions x, y"),
        (SPINS[0, 0] * 2, {}, r"only \+1 and -1"),
        (SPINS[0, 0, 0, 0], {}, "n_samples"),
        (SPINS[0, 0], {"shape": (4, 4)}, "last axes"),
        (SPINS[0], {"shape": (4, 6)}, "n_samples"),
    ],
)
def test_mistakes_are_said(given: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises((InputError, SpinsError), match=message):
        states_of(given, **options)
