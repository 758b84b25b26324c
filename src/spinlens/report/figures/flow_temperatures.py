"""Temperature along the flow of the machines, by every instrument."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model, names
from spinlens.study.results_document import Results, critical_temperature, label, temperature_unit

TITLE = "Temperature along the flow of the machine"
CAPTION = (
    "Temperature read from the states v → h → v′ → … after each step, one line a machine (seed), with the error as a "
    "band; faint where the instrument is out of its range. One row an instrument. Dashed: T_c."
)
SEE = (
    "A fixed point that is a lattice state has cold and hot flows meeting at one temperature on which all rows "
    "agree; rows that disagree mean states at no temperature at all."
)
KEYS = tuple(Key(f"{start} start", color) for start, color in style.STARTS.items())


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
    unit, error = temperature_unit(model), critical_temperature(model)[1]
    figure, axes = style.grid(len(instruments), 1, height=1.35 * len(instruments) + 0.6, sharex=True, sharey=True)
    for row, instrument in enumerate(instruments):
        place = axes[row, 0]
        style.level(place, 1.0, error / unit)
        style.note(place, style.INSTRUMENTS.get(instrument, instrument))
        for start_index, start in enumerate(names(flows, "start")):
            for seed in range(flows.sizes["seed"]):
                flow = flows.isel(instrument=row, start=start_index, seed=seed)
                _line(place, flow, unit, style.STARTS.get(start, style.PURPLE))
        place.set_ylabel("T / T_c")
        place.set_ylim(bottom=0)
    axes[-1, 0].set_xlabel("step of the flow")
    return figure


def _line(place: Axes, flow: xr.Dataset, unit: float, color: str) -> None:
    step, temperature = flow["step"].values, flow["temperature"].values / unit
    error = np.nan_to_num(flow["temperature_error"].values / unit)
    inside = np.where(flow["in_range"].values.astype(bool), temperature, np.nan)
    place.plot(step, temperature, color=color, lw=0.8, alpha=0.35)
    place.plot(step, inside, color=color, lw=1.1)
    place.fill_between(step, inside - error, inside + error, color=color, alpha=0.18, lw=0)
