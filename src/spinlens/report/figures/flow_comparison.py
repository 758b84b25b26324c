"""Flows of machines beside their controls: temperature along the flow, and where each ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.flow_readings import flow as plot_flow
from spinlens.report import layout

Row = Mapping[str, Any]

PATH_CAPTION = (
    "Temperature after each step of the flow, in units of T_c, one line a machine (seed) and start, with the error as "
    "a band; open points are out of the instrument's range. Dashed: T_c. The frame shows where flows stay; triangles "
    "at its edge, where they begin outside of it."
)
END_CAPTION = (
    "Temperature of the states where the flow of the machine ends, by each instrument, in units of T_c; hollow points "
    "are out of the instrument's range. Dashed: T_c."
)
ENDS_CAPTION = (
    "Temperature of the states after the last step, in units of T_c, of every machine (one point a seed) and start; "
    "open points are out of the instrument's range. Dashed: T_c."
)

PATH_SEE = (
    "A flow that ends in states of the lattice has all rows at one temperature, and the lines of all starts together."
)
END_SEE = "States of the lattice have one temperature: points that lie apart from row to row are at none."
ENDS_SEE = "Points of one machine that lie apart from panel to panel mean states at no temperature."


def group(row: Row) -> str:
    """Machines that differ by their seed only: control, recipe, hidden units."""
    if row["control"] == "given":
        return str(row["recipe"])
    return " ".join(str(part) for part in (row["control"], row["recipe"], row["n_hidden"]) if part != "")


def groups(rows: Sequence[Row]) -> list[str]:
    """The groups in the order of the rows."""
    return list(dict.fromkeys(group(row) for row in rows))


def draw_path(rows: Sequence[Row], unit: float) -> Figure:
    """T/T_c against step, one row an instrument; rows of one group."""
    instruments = list(dict.fromkeys(row["instrument"] for row in rows))
    figure, axes = layout.grid(len(instruments), 1, height=1.3 * len(instruments) + 0.6, sharex=True)
    for number, instrument in enumerate(instruments):
        place = axes[number, 0]
        plot_flow(starts_of(rows, instrument), place, unit=unit, legend=False)
        place.set_ylabel("T / T_c")
        style.note(place, style.INSTRUMENTS.get(instrument, instrument))
        if number < len(instruments) - 1:
            place.set_xlabel("")
    return figure


def starts_of(rows: Sequence[Row], instrument: str) -> dict[str, list[xr.Dataset]]:
    """The lines of each start, one a seed."""
    lines: dict[str, dict[Any, list[Row]]] = {}
    for row in rows:
        if row["instrument"] == instrument:
            lines.setdefault(row["start"], {}).setdefault(row["seed"], []).append(row)
    return {start: [_readings(line) for line in seeds.values()] for start, seeds in lines.items()}


def _readings(line: Sequence[Row]) -> xr.Dataset:
    """Rows as `read_flow` would have them."""
    names = ("nearest", "temperature", "temperature_error", "in_range")
    columns = {name: ("step", np.array([row[name] for row in line], dtype=np.float64)) for name in names}
    return xr.Dataset(columns, coords={"step": [row["step"] for row in line]})


def draw_end(rows: Sequence[Row], unit: float, instruments: Sequence[str]) -> Figure:
    """T/T_c at the end of one machine's flow, a row an instrument, the starts beside one another within it."""
    figure, axes = layout.grid(height=0.3 * len(instruments) + 0.75, left=1.35)
    place = axes[0, 0]
    place.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(4, 2))
    words = [style.INSTRUMENTS.get(name, name) for name in instruments]
    for row in rows:
        for number, name in enumerate(instruments):
            _reading(place, row, name, unit, number)
    place.set_yticks(range(len(words)), words)
    place.set_ylim(len(words) - 0.5, -0.5)
    place.tick_params(axis="y", length=0)
    place.set_xlabel("T / T_c at the end of the flow")
    place.locator_params(axis="x", nbins=5)
    place.set_ylabel("instrument").set_visible(False)
    return figure


def draw_ends(rows: Sequence[Row], unit: float, instruments: Sequence[str]) -> Figure:
    """T/T_c at the end, a line a group, one panel an instrument, of the rows of flows."""
    names = groups(rows)
    columns = 2
    count = -(-len(instruments) // columns)
    height = count * (0.17 * len(names) + 0.55) + 0.35
    figure, axes = layout.grid(
        count, columns, height=height, left=1.75, right=0.1, top=0.24, gap=(0.5, 0.12), sharey=True
    )  # fmt: skip
    places = dict(zip(instruments, axes.ravel(), strict=False))
    for place in axes.ravel()[len(instruments) :]:
        place.set_axis_off()
    for instrument, place in places.items():
        place.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(4, 2))
        for row in rows:
            _end(place, row, instrument, unit, names)
        place.set_title(style.INSTRUMENTS.get(instrument, instrument), pad=4)
        place.set_ylim(len(names) - 0.5, -0.5)
        place.set_yticks(range(len(names)), names, fontsize=8)
        place.tick_params(axis="y", length=0)
    for place in axes[-1]:
        place.set_xlabel("T / T_c")
    return figure


def _end(place: Axes, row: Row, instrument: str, unit: float, names: Sequence[str]) -> None:
    _reading(place, row, instrument, unit, names.index(group(row)))


def _reading(place: Axes, row: Row, instrument: str, unit: float, line: int) -> None:
    """What an instrument reads at the end of a flow; hollow where that is out of its range."""
    temperature = row.get(f"nearest_{instrument}", row.get(f"T_{instrument}"))
    if temperature is None:
        return
    inside = bool(row[f"in_range_{instrument}"])
    color, marker = style.starts([row["start"]])[row["start"]]
    shift = {"cold": -0.22, "hot": 0.22}.get(row["start"], 0.0)
    place.errorbar(
        [temperature / unit], [line + shift], xerr=[(row[f"T_{instrument}_error"] or 0.0) / unit],
        color=color, marker=marker, ms=3.8, mfc=color if inside else "none", mec=color, mew=0.6, elinewidth=0.8,
    )  # fmt: skip
