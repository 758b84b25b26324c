"""From whatever holds states to an array: arrays, Datasets of `sample`, packed states, archives, and files of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray
from spinlens.errors import InputError, SpinsError
from spinlens.files.formats import SITES, STATES

if TYPE_CHECKING:
    import xarray as xr

    from spinlens.files.packed_states import PackedStates

Held: TypeAlias = (
    "npt.ArrayLike | xr.DataArray | xr.Dataset | PackedStates | Mapping[str, npt.ArrayLike] | os.PathLike[str]"
)
"""States as an array, as what `sample(..., keep_spins=True)` or `spinlens.open` gives, or as the file of them."""


def opened(states: Any) -> Any:
    """What lies in a file of states where its path is given; anything else as it is."""
    if not isinstance(states, str | os.PathLike):
        return states
    from spinlens.files.states_file import open_states

    return open_states(Path(states))


def is_labelled(states: Any) -> TypeGuard[xr.Dataset | xr.DataArray]:
    """Whether it is a Dataset or a DataArray; xarray is not loaded for that."""
    return type(states).__module__.partition(".")[0] == "xarray"


def array_of(states: Held, temperature: float | None = None) -> AnyArray:
    """The states in it, (n_samples, …) as they are: no entry is looked at.

    Of a Dataset of several temperatures one must be chosen; chains and draws are taken together, chain by chain.
    """
    held = opened(states)
    if has_sites(held):
        kept = labelled(held, temperature)
        return kept.reshape(-1, *kept.shape[2:])
    if temperature is not None:
        raise InputError("temperature chooses from a Dataset of sample(); these states have none")
    if isinstance(held, Mapping) or hasattr(held, "data_vars"):
        held = _among(held)
    if is_labelled(held) and {"temperature", "chain", "draw"} & set(held.dims):
        raise InputError(f"the states must have dimensions x, y, …; got {tuple(map(str, held.dims))}")
    try:
        return np.asarray(held)
    except ValueError:
        raise SpinsError("the states are lists of unequal lengths: give an array of +1 and -1") from None


def has_sites(states: Any) -> TypeGuard[xr.Dataset | xr.DataArray]:
    """Whether it holds states whose dimensions have names, as those of `sample` have."""
    return is_labelled(states) and any(name in _spins(states).dims for name in SITES)


def labelled(states: xr.Dataset | xr.DataArray, temperature: float | None = None) -> AnyArray:
    """Of a Dataset or its ``spins`` at one temperature: (n_chains, n_draws, *shape), 1 where there is no such axis."""
    spins = _spins(states)
    sites = [name for name in SITES if name in spins.dims]
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


def temperatures_of(states: Any) -> list[float]:
    """The temperatures of a Dataset of states; none of what does not say them."""
    if not has_sites(states) or "temperature" not in _spins(states).coords:
        return []
    return [float(value) for value in np.atleast_1d(_spins(states)["temperature"].values)]


def _spins(states: xr.Dataset | xr.DataArray) -> xr.DataArray:
    found: Any = _among(states) if hasattr(states, "data_vars") else states
    return found  # type: ignore[no-any-return]


def _among(arrays: Any) -> Any:
    """The states among named arrays: those of a known name, or the only ones."""
    names = [str(name) for name in getattr(arrays, "data_vars", arrays)]
    known = [name for name in STATES if name in names]
    if known:
        return arrays[known[0]]
    if not names or {"energy", "magnetization"} & set(names):
        raise InputError("the Dataset holds no states: sample with --keep-spins (keep_spins=True)")
    if len(names) == 1:
        return arrays[names[0]]
    raise InputError(f"none of {', '.join(names)} is called {', '.join(STATES)}: give the array of states itself")


def _number(spins: xr.DataArray, wanted: float | None) -> int:
    grid: list[Any] = np.atleast_1d(spins["temperature"].values).tolist()
    if wanted is None:
        if len(grid) > 1:
            raise InputError(f"the ensemble holds several temperatures: choose one of {grid}")
        return 0
    value = float(wanted)
    number = place_in(grid, value)
    if number is None:
        raise InputError(f"the ensemble has no temperature {value:g}; it has {grid}")
    return number


def place_in(grid: Sequence[float], temperature: float) -> int | None:
    """Where a temperature stands in a grid, up to what is rounded when it is typed; None where it does not.

    >>> place_in([2.0, 2.269185, float("inf")], 2.2692), place_in([2.0, 3.0], 2.5)
    (1, None)
    """
    near = 1e-4 * max(1.0, abs(temperature))
    return next((k for k, T in enumerate(grid) if temperature == T or abs(T - temperature) <= near), None)
