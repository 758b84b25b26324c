"""Temperatures along a flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places, style

_LOGARITHMIC = 30  # steps from which the axis has a logarithmic scale
_MANY = 60  # records from which they are not marked one by one
_SETTLED = 0.3  # of the records, along the axis, before which a flow may be outside the frame

Readings = xr.Dataset | Sequence[xr.Dataset]
Row = Mapping[str, Any]

_COLUMNS = ("nearest", "temperature", "temperature_error", "in_range")


def flow(
    readings: xr.Dataset | Mapping[str, Readings] | Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    instrument: str | None = None,
    unit: Any = None,
    legend: bool = True,
) -> Axes:
    """Temperature of the states after each step of a flow, by several instruments or from several starts.

    A flow that ends in states of the lattice has all instruments at one temperature, and all starts too. Steps are on a
    logarithmic axis where there are many; the frame shows where flows stay, and arrows at its edge where they begin.
    Hollow and faint: out of the instrument's range.

    Parameters
    ----------
    readings : Dataset, dict of str to Dataset or sequence of dict
        Of `read_flow`: one line an instrument. Or start → readings (or a list of them, one line each), all read by one
        `instrument`: one colour a start; "cold", "critical" and "hot" have their own. Or rows of one machine, of
        readings.csv or of `readings` in results.json of ``spinlens flow``: the same, one line a seed.
    ax : Axes, optional
        Where to draw; a new figure by default.
    instrument : str, optional
        Which instrument; all of a Dataset, the first of several starts by default.
    unit : Estimate or float, optional
        T_c: temperatures are drawn in units of it, and it as a line with its error.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Steps along x.

    Raises
    ------
    InputError
        Something else than readings of a flow, or an instrument that did not read it.

    Examples
    --------
    >>> axes, values = ("step", "instrument"), np.array([[2.0], [2.2], [2.3]])
    >>> table = {"temperature": (axes, values), "temperature_error": (axes, 0 * values), "in_range": (axes, values > 0)}
    >>> read = xr.Dataset(table, coords={"step": [0, 1, 2], "instrument": ["energy"]})
    >>> ax = flow(read)
    >>> ax.lines[0].get_ydata().tolist(), ax.get_ylabel()
    ([2.0, 2.2, 2.3], 'T / J')
    """
    given = readings if isinstance(readings, xr.Dataset | Mapping) else _by_start(readings, instrument)
    lines = _lines(given, instrument)
    scale, error = (1.0, 0.0) if unit is None else places.value_error(unit)
    ax = places.axes_for(ax)
    if unit is not None:
        style.level(ax, 1.0, error / scale)
    for number, (label, (color, marker), tables) in enumerate(lines):
        for k, table in enumerate(tables):
            _line(ax, table, scale, color, marker, None if k else label, 0.5 * number)
    tables = [table for _, _, own in lines for table in own]
    _frame(ax, tables, scale, [look for _, look, own in lines for _ in own], unit is not None)
    _steps(ax, max(float(table["step"].max()) for table in tables))
    ax.set_xlabel("step of the flow")
    by = "" if isinstance(given, xr.Dataset) else _by(instrument, tables[0])
    ax.set_ylabel(("T / J" if unit is None else "T / $T_c$") + by)
    places.legend(ax, legend)
    return ax


def _lines(readings: Any, instrument: str | None) -> list[tuple[str, tuple[str, str], list[xr.Dataset]]]:
    """Words, look and readings (step,) of each line."""
    if isinstance(readings, xr.Dataset):
        _require(readings)
        names = [str(name) for name in readings["instrument"].values] if instrument is None else [instrument]
        return [(style.INSTRUMENTS.get(name, name), style.instrument(name)[:2], [_read(readings, name)])
                for name in names]  # fmt: skip
    if not isinstance(readings, Mapping) or not readings:
        raise InputError(f"plot.flow draws readings of read_flow, got {type(readings).__name__}")
    looks = style.starts(list(readings))
    found = []
    for name, own in readings.items():
        tables = [own] if isinstance(own, xr.Dataset) else list(own)
        found.append((f"{name} start", looks[name], [_read(table, instrument) for table in tables]))
    return found


def _by_start(rows: Any, instrument: str | None) -> dict[str, list[xr.Dataset]]:
    """Rows of readings as Datasets by start, one a seed, all read by one instrument."""
    kept = list(rows) if isinstance(rows, Sequence) else []
    if not kept or not all(isinstance(row, Mapping) and {"instrument", "start", "step"} <= row.keys() for row in kept):
        raise InputError(f"plot.flow draws readings of read_flow, or rows of readings.csv, got {type(rows).__name__}")
    name = places.read_by(instrument, list(dict.fromkeys(str(row["instrument"]) for row in kept)))
    found: dict[str, dict[Any, list[Row]]] = {}
    for row in kept:
        if row["instrument"] == name:
            found.setdefault(str(row["start"]), {}).setdefault(row.get("seed"), []).append(row)
    return {start: [_table(line, name) for line in seeds.values()] for start, seeds in found.items()}


def _table(line: Sequence[Row], instrument: str) -> xr.Dataset:
    """Rows of one flow as `read_flow` would have them."""
    columns = {name: ("step", np.array([row[name] for row in line], dtype=np.float64)) for name in _COLUMNS}
    return xr.Dataset(columns, coords={"step": [row["step"] for row in line], "instrument": instrument})


def _by(instrument: str | None, table: xr.Dataset) -> str:
    """Which instrument read several starts, for the label."""
    name = str(table["instrument"].values) if "instrument" in table.coords else instrument
    return "" if name is None else f" by {style.INSTRUMENTS.get(name, name)}"


def _require(readings: Any) -> None:
    places.needs(readings, ("temperature", "temperature_error", "in_range"), "flow", "readings of read_flow")


def _read(readings: xr.Dataset, instrument: str | None) -> xr.Dataset:
    _require(readings)
    return places.of_instrument(readings, instrument)


def _line(ax: Axes, table: xr.Dataset, scale: float, color: str, marker: str, label: str | None, turn: float) -> None:
    step, T, error, inside = _columns(table, scale)
    known = np.where(inside, T, np.nan)
    every = 1 if len(step) <= _MANY else (0.02 + 0.05 * turn, 0.12)
    ax.plot(step, known, color=color, lw=1.1, marker=marker, ms=3.2, mec="none", markevery=every, label=label)
    places.band(ax, step, known, error, color, alpha=0.18)
    if inside.all():
        return
    ax.plot(step, T, color=color, lw=0.7, alpha=0.35)
    out = ax.plot(step[~inside], T[~inside], color=color, marker=marker, ms=3.2, mfc="none", lw=0, mew=0.7, alpha=0.6)
    out[0].set_markevery(every)


def _columns(table: xr.Dataset, scale: float) -> tuple[Array, Array, Array, Any]:
    """Steps, T, its error, whether it is in range; out of it T is the nearest that the instrument reads."""
    shown = "nearest" if "nearest" in table else "temperature"
    step, T, error = (places.numbers(table[name].values) for name in ("step", shown, "temperature_error"))
    return step, T / scale, error / scale, table["in_range"].values.astype(bool)


def _frame(ax: Axes, tables: Sequence[xr.Dataset], scale: float, looks: Sequence[tuple[str, str]], unit: bool) -> None:
    """Along y what is in range after the first records, and T_c; an arrow where a flow is outside."""
    columns = [_columns(table, scale) for table in tables]
    kept: list[float] = [1.0] if unit else []
    for _, T, error, inside in columns:
        late = np.arange(len(T)) >= int(_SETTLED * len(T))
        use = late & inside & np.isfinite(T)
        kept += [*(T - np.nan_to_num(error))[use], *(T + np.nan_to_num(error))[use]]
    if len(kept) < 2:
        return
    low, high = min(kept), max(kept)
    room = max(0.12 * (high - low), 0.01 * high)
    low, high = low - room, high + room
    ax.set_ylim(low, high)
    for (step, T, _, _), (color, _) in zip(columns, looks, strict=True):
        beyond = np.flatnonzero((high < T) | (low > T))
        for k in beyond[:1]:
            above = T[k] > high
            ax.plot(step[k], high if above else low, "^" if above else "v", color=color, ms=6, clip_on=False, zorder=4)


def _steps(ax: Axes, most: float) -> None:
    if most > _LOGARITHMIC:
        ax.set_xscale("symlog", linthresh=1, linscale=0.4)
        ticks = [0, *(10**k for k in range(len(str(int(most)))))]
        ax.set_xticks(ticks)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}".replace(",", "\u2009")))
        ax.set_xlim(-0.15, 1.15 * most)
