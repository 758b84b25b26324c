"""Lattices as pictures: spin states, states along a flow, receptive fields of hidden units."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import AnyArray, Array, Integers
from spinlens.errors import InputError, SpinsError
from spinlens.files.held import array_of, is_labelled, opened
from spinlens.plot import places, style
from spinlens.plot.tiles import Tiling, draw_tiles

_WIDTH = 4.8  # inches
_MOST = 8  # records of a flow


def states(
    data: Any,
    ax: Axes | None = None,
    *,
    sample: int = 0,
    columns: int | None = None,
    titles: Sequence[str] | None = None,
) -> Axes:
    """Spin states side by side: up dark, down light; states that leave ±1 in shades between.

    Parameters
    ----------
    data : Dataset, Trajectory, array_like or path
        Of ``sample(..., keep_spins=True)``: the last state of one chain at each temperature. A flow: one state at up to
        eight of its records, of smaller lattices enlarged. Else (x, y) or (n, x, y) states; of a file or an archive of
        them up to eight.
    ax : Axes, optional
        Where to draw; a new figure by default.
    sample : int, default 0
        Which chain of a Dataset, which state of a flow.
    columns : int, optional
        Tiles in a row.
    titles : sequence of str, optional
        Above the tiles; by default temperatures or steps.

    Returns
    -------
    Axes
        With one image; sites count along both axes, x to the right.

    Raises
    ------
    SpinsError
        Lattices that are not two-dimensional: give a slice such as ``states[..., 0]``.
    InputError
        A Dataset without states: sample with ``keep_spins=True``.

    Examples
    --------
    >>> ax = states([[1, -1, 1], [1, 1, -1]])
    >>> ax.images[0].get_array().T.tolist()
    [[1.0, -1.0, 1.0], [1.0, 1.0, -1.0]]
    """
    tiles, own = _tiles(data, sample)
    if tiles.ndim != 3:
        raise SpinsError(
            f"plot.states draws square lattices (x, y), got states of shape {tiles.shape[1:]}; give a slice of them, "
            "or states of a ring below one another as one array (n, N)"
        )
    field = checks.field("states", tiles)
    count = len(field)
    columns = checks.positive_integer("columns", columns or min(count, 4 if count % 4 == 0 or count > 6 else 3))
    titles = own if titles is None else titles
    shown = _axes(ax, (field.shape[1], field.shape[2]), count, columns, len(titles))
    colors = style.SPINS if np.all(np.abs(field) == 1) else style.BETWEEN
    draw_tiles(shown, field.astype(np.float64), columns, titles, cmap=colors, vmin=-1, vmax=1)
    return shown


def receptive_fields(
    fields: npt.ArrayLike,
    ax: Axes | None = None,
    *,
    columns: int = 4,
    each: bool = True,
    centred: bool = False,
    named: bool = False,
) -> Axes:
    """What hidden units look at: their weights on the lattice, red positive and blue negative.

    Parameters
    ----------
    fields : array_like
        (units, x, y) of ``receptive_fields(machine, shape, count)``.
    ax : Axes, optional
        Where to draw; a new figure by default.
    columns : int, default 4
        Tiles in a row.
    each : bool, default True
        Scale each unit by its own largest weight; False scales all by the largest of all.
    centred : bool, default False
        Move each unit so that its largest weight is in the middle: the lattice is periodic.
    named : bool, default False
        Write above each tile its number, from 1 on, and the weight at full colour.

    Returns
    -------
    Axes
        With one image of weights from −1 to 1 in units of the largest.

    Raises
    ------
    InputError
        An array that is not (units, x, y): give the shape of the lattice to `spinlens.receptive_fields`.

    Examples
    --------
    >>> ax = receptive_fields([[[0.5, -0.25], [0.0, 0.0]]])
    >>> ax.images[0].get_array().T.tolist()
    [[1.0, -0.5], [0.0, 0.0]]
    """
    array = np.nan_to_num(np.asarray(fields, dtype=np.float64))
    if array.ndim != 3 or not array.size:
        raise InputError(f"receptive fields must be (units, x, y), got shape {array.shape}: give the lattice's shape")
    columns = min(checks.positive_integer("columns", columns), len(array))
    array = np.stack([_centred(field) for field in array]) if centred else array
    largest = np.broadcast_to(np.abs(array).max(axis=(1, 2) if each else None, keepdims=True), (len(array), 1, 1))
    titles = [f"{k}: ±{scale:.2g}" for k, scale in enumerate(largest[:, 0, 0].tolist(), start=1)] if named else []
    shown = _axes(ax, (array.shape[1], array.shape[2]), len(array), columns, len(titles))
    whole = array / np.where(largest > 0, largest, 1.0)
    draw_tiles(shown, whole, columns, titles, cmap=style.DIVERGING, vmin=-1, vmax=1)
    return shown


def _centred(field: Array) -> Array:
    """The field moved so that its largest weight is in the middle."""
    largest = np.unravel_index(np.abs(field).argmax(), field.shape)
    return np.roll(field, [side // 2 - int(at) for side, at in zip(field.shape, largest, strict=True)], axis=(0, 1))


def enlarged(records: Sequence[AnyArray]) -> list[Array]:
    """States (x, y) of blocks beside those of the lattice, each site repeated so that all have about its size."""
    sides = [max(state.shape[0] for state in records), max(state.shape[1] for state in records)]
    return [_fill(np.asarray(state, dtype=np.float64), (sides[0], sides[1])) for state in records]


def _fill(state: Array, shape: tuple[int, int]) -> Array:
    rows, columns = (np.arange(side) * own // side for side, own in zip(shape, state.shape, strict=True))
    return state[np.ix_(rows, columns)]


def _axes(ax: Axes | None, shape: tuple[int, int], count: int, columns: int, titles: int = 0) -> Axes:
    tiling = Tiling(shape, count, columns, titles, min(_WIDTH, 1.9 * columns))
    return places.axes_for(ax, (tiling.width, tiling.height))


def _tiles(data: Any, sample: int) -> tuple[AnyArray, list[str]]:
    """(n, x, y) and their titles."""
    held = opened(data)
    if isinstance(held, xr.Dataset) and ("spins" in held or not held.data_vars):
        return _of_dataset(held, sample)
    if held is not data or is_labelled(held) or isinstance(held, Mapping):
        array = array_of(held)
        return array[_spaced(len(array))], []
    if places.has(data, "steps") and places.has(data, "states"):
        return _of_flow(data, sample)
    array = np.asarray(data)
    return (array[None] if array.ndim == 2 else array), []


def _of_dataset(data: xr.Dataset, sample: int) -> tuple[AnyArray, list[str]]:
    if "spins" not in data:
        raise InputError("the Dataset holds no states: sample with keep_spins=True")
    spins = data["spins"].isel(chain=sample, draw=-1)
    if "temperature" not in spins.dims:
        return spins.values[None], []
    return spins.transpose("temperature", ...).values, [_named(float(T)) for T in data["temperature"].values]


def _spaced(count: int) -> Integers:
    """Numbers of as many as are drawn, from the first to the last."""
    return np.unique(np.linspace(0, count - 1, min(count, _MOST)).round().astype(np.int64))


def _named(temperature: float) -> str:
    return "T = ∞" if math.isinf(temperature) else f"T = {temperature:.5g}"


def _of_flow(flow: Any, sample: int) -> tuple[AnyArray, list[str]]:
    chosen = _spaced(len(flow.steps))
    records = [np.asarray(flow.states[k][sample]) for k in chosen]
    if records[0].ndim != 2:
        return np.stack([record for record in records if record.shape == records[0].shape]), []
    return np.stack(enlarged(records)), [f"step {flow.steps[k]}" for k in chosen]
