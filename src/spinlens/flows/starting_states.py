"""Where a flow starts: states of a sampled ensemble, or a plain array of ±1."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.errors import InputError, SpinsError

_SITES = ("x", "y", "z")


def lattice_states(
    states: npt.ArrayLike | xr.DataArray | xr.Dataset,
    temperature: float | None = None,
    shape: tuple[int, ...] | None = None,
) -> npt.NDArray[np.int8]:
    """States (n_samples, *shape), int8 ±1, of whatever holds them.

    Parameters
    ----------
    states : a Dataset of `sample(..., keep_spins=True)` or its `spins`, all chains and draws taken together; or an
        array (n_samples, *shape) of ±1. With `shape` an array may also be flat, (n_samples, N).
    temperature : which temperature of a Dataset; needed where it has several.

    Examples
    --------
    >>> lattice_states([[1, -1, 1, 1], [1, 1, 1, 1]], shape=(2, 2)).shape
    (2, 2, 2)
    """
    if isinstance(states, xr.Dataset | xr.DataArray):
        array = _sampled(states, temperature)
    elif temperature is not None:
        raise InputError("temperature chooses from a Dataset of sample(); a plain array has none")
    else:
        array = np.asarray(states)
    if shape is not None and array.ndim == 2 and len(shape) != 1 and array.shape[1] == int(np.prod(shape)):
        array = array.reshape(len(array), *shape)
    spins = checks.spins("states", array, shape)
    if spins.ndim < 2 or (shape is not None and spins.ndim != len(shape) + 1):
        raise SpinsError(f"states must have shape (n_samples, L_1, …), got {spins.shape}")
    return spins


def _sampled(states: xr.Dataset | xr.DataArray, temperature: float | None) -> npt.NDArray[Any]:
    if isinstance(states, xr.Dataset) and "spins" not in states:
        raise InputError("the Dataset holds no states: sample with keep_spins=True")
    spins = states["spins"] if isinstance(states, xr.Dataset) else states
    sites = [str(name) for name in spins.dims if name in _SITES]
    if not sites:
        raise InputError(f"the states must have dimensions x, y, …; got {tuple(map(str, spins.dims))}")
    if "temperature" in spins.dims:
        grid = [float(value) for value in spins["temperature"].values]
        if temperature is None and len(grid) > 1:
            raise InputError(f"the ensemble holds several temperatures: choose one of {grid}")
        spins = spins.isel(temperature=0 if temperature is None else _nearest(grid, temperature))
    rest = [str(name) for name in spins.dims if name not in sites]
    ordered = spins.transpose(*rest, *sites)
    return np.asarray(ordered.values.reshape(-1, *(ordered.sizes[name] for name in sites)))


def _nearest(grid: list[float], wanted: float) -> int:
    (value,) = checks.temperatures(wanted)
    for number, known in enumerate(grid):
        if known == value or abs(known - value) <= 1e-4 * max(1.0, abs(value)):
            return number
    raise InputError(f"the ensemble has no temperature {value:g}; it has {grid}")
