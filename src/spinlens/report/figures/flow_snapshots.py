"""Spins along the flow of a machine."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.lattices import states
from spinlens.report import layout
from spinlens.report.figures.snapshots import KEYS
from spinlens.report.illustration import Data, Illustration, Panel, dataset, each_model, names
from spinlens.study.results_document import Results, label

TITLE = "States along the flow of the machine"
CAPTION = (
    "One state followed through the flow of the first seed of each recipe; the number above each tile is the step."
)
SEE = (
    "Compare the last column with the states of the lattice above: cold and hot starts that end in states of the same "
    "kind have forgotten where they came from; those that do not are still on their way or held by a metastable state."
)


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "flow", name, "flow_spins")
        if found is None:
            return []
        return [
            Panel(
                f"{label(model, name)}: {recipe}", f"Spin states along the flow, {recipe}", draw(found.isel(recipe=k))
            )
            for k, recipe in enumerate(names(found, "recipe"))
        ]

    drawn, missing = each_model(results, panels)
    return Illustration("flow-snapshots", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def draw(flow: xr.Dataset) -> Figure:
    """One row a start, one column a recorded step; `flow_spins` has dims (start, snapshot_step, x, y)."""
    starts, steps = names(flow, "start"), names(flow, "snapshot_step")
    spins = flow["flow_spins"].transpose("start", "snapshot_step", "x", "y").values
    tiles = spins.reshape(-1, *spins.shape[2:])
    figure, axes = layout.picture(spins.shape[2:], len(tiles), len(steps), len(steps), left=0.3)
    states(tiles, axes, columns=len(steps), titles=steps)
    for row, start in enumerate(starts):
        height = 1 - (row + 0.5) / len(starts)
        color = style.STARTS.get(start, style.INK)
        axes.text(-0.02, height, start, transform=axes.transAxes, rotation=90, ha="right", va="center", color=color)
    return figure
