"""Temperature along the flow of the machines, by every instrument."""

from __future__ import annotations

import xarray as xr
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.flow_readings import flow as plot_flow
from spinlens.report import layout
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model, names
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, critical_temperature, label, temperature_unit

TITLE = "Temperature along the flow of the machine"
CAPTION = (
    "Temperature read from the states v → h → v′ → … after each step, one line a machine (seed), with the error as a "
    "band; hollow and faint where the instrument is out of its range. One row an instrument. Dashed: T_c. The frame "
    "shows where flows stay; triangles at its edge, where they begin outside of it."
)
SEE = (
    "A fixed point that is a lattice state has cold and hot flows meeting at one temperature on which all rows "
    "agree; rows that disagree mean states at no temperature at all."
)
KEYS = tuple(
    Key(f"{start} start", color, "point", style.glyph(marker))
    for start, (color, marker) in style.starts(list(style.STARTS)).items()
)


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "flow", name, "temperature", "temperature_error", "in_range")
        return [] if found is None else [_panel(found, name, model, recipe) for recipe in names(found, "recipe")]

    drawn, missing = each_model(results, panels)
    return Illustration("flow-temperatures", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def _panel(flows: xr.Dataset, name: str, model: Results, recipe: str) -> Panel:
    where = f"{label(model, name)}: {recipe}"
    index = names(flows, "recipe").index(recipe)
    return Panel(where, f"Temperature against flow step, {where}", draw(flows.isel(recipe=index), model))


def draw(flows: xr.Dataset, model: Results) -> Figure:
    """T/T_c against step for every seed and start, one row an instrument."""
    instruments = names(flows, "instrument")
    unit = Estimate(temperature_unit(model), critical_temperature(model)[1])
    figure, axes = layout.grid(len(instruments), 1, height=1.35 * len(instruments) + 0.6, left=0.78, sharex=True)
    for row, instrument in enumerate(instruments):
        place, own = axes[row, 0], flows.isel(instrument=row)
        starts = {
            start: [own.isel(start=k, seed=seed) for seed in range(flows.sizes["seed"])]
            for k, start in enumerate(names(flows, "start"))
        }
        plot_flow(starts, place, unit=unit, legend=False)
        place.set_ylabel(f"{style.INSTRUMENTS.get(instrument, instrument)}\nT / T_c", fontsize=9)
        if row < len(instruments) - 1:
            place.set_xlabel("")
    return figure
