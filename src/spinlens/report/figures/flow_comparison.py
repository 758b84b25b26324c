"""Flows of machines beside their controls: temperature along the flow, and where each ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.ends_of_flows import flow_ends, machine_name
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


def groups(rows: Sequence[Row]) -> list[str]:
    """Machines that differ by their seed only, in the order of the rows."""
    return list(dict.fromkeys(map(machine_name, rows)))


def draw_path(rows: Sequence[Row], unit: float) -> Figure:
    """T/T_c against step, one row an instrument; rows of one group."""
    instruments = list(dict.fromkeys(row["instrument"] for row in rows))
    figure, axes = layout.grid(len(instruments), 1, height=1.15 * len(instruments) + 0.6, left=0.78, sharex=True)
    for place, instrument in zip(axes[:, 0], instruments, strict=True):
        plot_flow(rows, place, instrument=instrument, unit=unit, legend=False)
        place.set_ylabel(f"{style.INSTRUMENTS.get(instrument, instrument)}\nT / T_c", fontsize=9)
        if place is not axes[-1, 0]:
            place.set_xlabel("")
    return figure


def draw_end(rows: Sequence[Row], unit: float) -> Figure:
    """T/T_c at the end of one machine's flow, a row an instrument, the starts beside one another within it."""
    known = sum(key.startswith("in_range_") for key in rows[0])
    figure, axes = layout.grid(height=0.3 * known + 0.75, left=1.35)
    flow_ends(rows, axes[0, 0], unit=unit, legend=False)
    axes[0, 0].locator_params(axis="x", nbins=5)
    return figure


def draw_ends(rows: Sequence[Row], unit: float, instrument: str) -> Figure:
    """T/T_c at the end by one instrument, a line a group, of the rows of flows."""
    figure, axes = layout.grid(height=0.19 * len(groups(rows)) + 0.6, left=1.75)
    flow_ends(rows, axes[0, 0], instrument=instrument, unit=unit, legend=False)
    axes[0, 0].tick_params(axis="y", labelsize=8)
    axes[0, 0].locator_params(axis="x", nbins=5)
    return figure
