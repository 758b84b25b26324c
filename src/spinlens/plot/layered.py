"""Temperatures layer by layer, of block spins or of a stacked machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places, style

LOOKS = {0.9: (style.BLUE, "v"), 0.95: (style.SKY, "s"), 1.0: (style.INK, "o"), 1.05: (style.OCHRE, "D"),
         1.1: (style.ORANGE, "^")}  # fmt: skip
"""Colour and marker of starts at these temperatures over T_c."""
_COLUMNS = ("temperature", "temperature_error", "in_range")


def layers(
    readings: xr.Dataset | Mapping[str, Any] | Sequence[xr.Dataset],
    ax: Axes | None = None,
    *,
    unit: Any,
    instrument: str | None = None,
    legend: bool = True,
) -> Axes:
    """Temperature of the states after each layer, one line a start: does a coarse-graining heat or cool?

    Block spins fan out from T_c on both sides. Hollow: out of the instrument's range.

    Parameters
    ----------
    readings : Dataset, sequence of Dataset or dict
        Of `read_layers`: temperatures by start, layer and instrument; several are drawn alike, one a machine. Or an
        entry of `layers` in results.json of ``spinlens flow``, whose starts are in units of T_c.
    ax : Axes, optional
        Where to draw; a new figure by default.
    unit : Estimate or float
        T_c: temperatures are drawn in units of it. Of many starts those at 0.9, 0.95, 1, 1.05 and 1.1 T_c are shown.
    instrument : str, optional
        Which instrument, the first by default.
    legend : bool, default True
        Draw a key of the starts.

    Returns
    -------
    Axes
        Layers along x, named by their size.

    Raises
    ------
    InputError
        Something else than readings of layers, or an instrument that did not read them.

    Examples
    --------
    >>> axes, T = ("start", "layer"), np.array([[2.0, 2.0], [2.1, 2.2]])
    >>> table = {"temperature": (axes, T), "temperature_error": (axes, 0.1 + 0 * T), "in_range": (axes, T > 0)}
    >>> ax = layers(xr.Dataset(table, coords={"start": [2.0, 2.1], "layer": [8, 4]}), unit=2.0)
    >>> ax.lines[1].get_ydata().tolist(), [label.get_text() for label in ax.get_xticklabels()]
    ([1.0, 1.0], ['8', '4'])
    """
    scale, _ = places.value_error(unit)
    if isinstance(readings, Mapping) and not isinstance(readings, xr.Dataset):
        readings = of_entry(readings, scale)
    tables = [_read(table, instrument) for table in ([readings] if isinstance(readings, xr.Dataset) else readings)]
    if not tables:
        raise InputError("plot.layers draws what read_layers gives, got none")
    ax = places.axes_for(ax)
    style.level(ax, 1.0)
    for start in tables[0]["start"].values.tolist():
        if (look := LOOKS.get(round(start / scale, 6))) is not None:
            own = [table.sel(start=start) for table in tables]
            _lines(ax, own, scale, look, f"start at {start / scale:g} $T_c$")
    sizes = [str(size) for size in tables[0]["layer"].values]
    ax.set_xticks(range(len(sizes)), sizes)
    ax.set_xlim(-0.3, len(sizes) - 0.7)
    ax.set_xlabel("L of the layer")
    ax.set_ylabel("T / $T_c$")
    places.legend(ax, legend)
    return ax


def of_entry(entry: Mapping[str, Any], unit: float) -> xr.Dataset:
    """Temperatures layer by layer as JSON has them as `read_layers` would: starts times `unit`."""
    axes = ("start", "layer", "instrument")
    places.needs(entry, (*axes, *_COLUMNS), "layers", "what read_layers gives")
    columns = {name: (axes, np.array(entry[name], dtype=np.float64)) for name in _COLUMNS}
    starts = np.array(entry["start"], dtype=np.float64) * unit
    return xr.Dataset(columns, coords={"start": starts, "layer": entry["layer"], "instrument": entry["instrument"]})


def _read(table: xr.Dataset, instrument: str | None) -> xr.Dataset:
    places.needs(table, ("start", "layer", *_COLUMNS), "layers", "what read_layers gives")
    return places.of_instrument(table, instrument, "the layers were", "they were")


def _lines(ax: Axes, tables: Sequence[xr.Dataset], scale: float, look: tuple[str, str], label: str) -> None:
    """The lines of one start, all machines as one curve with gaps between them."""
    color, marker = look
    columns = [_columns(table, scale) for table in tables]
    x, T, error, inside = (np.concatenate(parts)[:-1] for parts in zip(*columns, strict=True))
    ax.plot(x, T, color=color, lw=0.7 if len(tables) > 1 else 1.1, alpha=0.6)
    known = inside > 0
    style.points(ax, x[known], T[known], error[known], color, marker, ms=3.0, label=label)
    if (out := ~known & np.isfinite(x)).any():
        style.points(ax, x[out], T[out], error[out], color, marker, ms=3.0, mfc="none", mec=color, alpha=0.5)


def _columns(table: xr.Dataset, scale: float) -> tuple[Array, Array, Array, Array]:
    """Layer, T, its error and whether it is in range, with a gap at the end."""
    T, error = (places.numbers(table[name].values) / scale for name in ("temperature", "temperature_error"))
    inside = places.numbers(table["in_range"].values)
    gap = (np.nan, np.nan, np.nan, 0.0)
    columns = (np.arange(len(T), dtype=np.float64), T, error, inside)
    return tuple(np.append(column, end) for column, end in zip(columns, gap, strict=True))  # type: ignore[return-value]
