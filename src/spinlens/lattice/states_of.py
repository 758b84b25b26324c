"""The one gate from whatever holds states of a lattice to an array (n_samples, *shape)."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.arrays import AnyArray, Spins
from spinlens.errors import InputError, SpinsError

Held = npt.ArrayLike | xr.DataArray | xr.Dataset
"""States as an array, or as what `sample(..., keep_spins=True)` gives."""

SITES = ("x", "y", "z")


def states_of(states: Held, shape: tuple[int, ...] | None = None, temperature: float | None = None) -> Spins:
    """Spins (n_samples, *shape), int8 ±1, of whatever holds them.

    Parameters
    ----------
    states : Dataset, DataArray or array_like
        A Dataset of `sample(..., keep_spins=True)` or its ``spins``, all chains and draws taken together; or an array
        (n_samples, *shape) of ±1, which may also be flat, (n_samples, N), where `shape` is given.
    shape : tuple of int, optional
        Sides that the lattice must have.
    temperature : float, optional
        Which temperature of a Dataset; needed where it has several.

    Returns
    -------
    ndarray of int8
        (n_samples, *shape).

    Raises
    ------
    InputError
        No states in the Dataset, several temperatures and none chosen, or none as chosen.
    SpinsError
        Entries other than ±1, or another lattice.

    Examples
    --------
    >>> states_of([[1, -1, 1, 1], [1, 1, 1, 1]], shape=(2, 2)).shape
    (2, 2, 2)
    """
    if isinstance(states, xr.Dataset | xr.DataArray):
        kept = labelled(states, temperature)
        array = kept.reshape(-1, *kept.shape[2:])
    elif temperature is not None:
        raise InputError("temperature chooses from a Dataset of sample(); a plain array has none")
    else:
        array = np.asarray(states)
    spins = checks.spins("states", array, shape)
    if spins.ndim < 2 or (shape is not None and spins.ndim != len(shape) + 1):
        raise SpinsError(f"states must have shape (n_samples, L_1, …), got {spins.shape}")
    return spins


def labelled(states: xr.Dataset | xr.DataArray, temperature: float | None = None) -> AnyArray:
    """Of a Dataset or its ``spins`` at one temperature: (n_chains, n_draws, *shape), 1 where there is no such axis."""
    spins = _spins(states)
    sites = [name for name in SITES if name in spins.dims]
    if not sites:
        raise InputError(f"the states must have dimensions x, y, …; got {tuple(map(str, spins.dims))}")
    if "temperature" in spins.dims:
        spins = spins.isel(temperature=_number(spins, temperature))
    rest = sorted((str(name) for name in spins.dims if name not in sites), key=lambda name: name != "chain")
    ordered = spins.transpose(*rest, *sites)
    chains = ordered.shape[0] if len(rest) > 1 else 1
    return np.asarray(ordered.values.reshape(chains, -1, *(ordered.sizes[name] for name in sites)))


def temperature_in(states: xr.Dataset | xr.DataArray, temperature: float | None = None) -> float:
    """The temperature of the Dataset that is meant: the only one, or that nearest to the one asked for."""
    spins = _spins(states)
    return float(np.atleast_1d(spins["temperature"].values)[_number(spins, temperature)])


def _spins(states: xr.Dataset | xr.DataArray) -> xr.DataArray:
    if isinstance(states, xr.DataArray):
        return states
    if "spins" not in states:
        raise InputError("the Dataset holds no states: sample with keep_spins=True")
    return states["spins"]


def _number(spins: xr.DataArray, wanted: float | None) -> int:
    grid: list[Any] = np.atleast_1d(spins["temperature"].values).tolist()
    if wanted is None:
        if len(grid) > 1:
            raise InputError(f"the ensemble holds several temperatures: choose one of {grid}")
        return 0
    (value,) = checks.temperatures(wanted)
    for number, known in enumerate(grid):
        if known == value or abs(known - value) <= 1e-4 * max(1.0, abs(value)):
            return number
    raise InputError(f"the ensemble has no temperature {value:g}; it has {grid}")
