"""Temperature layer by layer: block spins and stacked machine side by side."""

from __future__ import annotations

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.layered import LOOKS
from spinlens.plot.layered import layers as plot_layers
from spinlens.report import layout
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model, names
from spinlens.study.results_document import Results, label, temperature_unit

TITLE = "Temperature layer by layer: renormalization group and stacked machine"
CAPTION = (
    "Temperature of the states after each layer (L = lattice size), from five starting temperatures; rows: "
    "instruments, columns: block spins and stack (one line a seed), each read with the thermometer of its own size. "
    "Open points are out of the instrument's range; a block average leaves ±1, where no instrument was calibrated."
)
SEE = (
    "Majority blocks must fan out, away from T_c on both sides; the question is whether the stack's lines fan out the "
    "same way or all go to one side."
)
KEYS = tuple(
    Key(f"start at {start:g} T_c", color, "point", style.glyph(marker)) for start, (color, marker) in LOOKS.items()
)


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        columns = _columns(data, name)
        text = f"Temperature after each layer of block spins and of the stacked machine, {label(model, name)}"
        return [Panel(label(model, name), text, draw(columns, temperature_unit(model)))] if columns else []

    drawn, missing = each_model(results, panels)
    return Illustration("layers", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def _columns(data: Data, name: str) -> dict[str, list[xr.Dataset]]:
    """Column heading -> the flows in it, each with dims (start, layer, instrument)."""
    needed = ("temperature", "temperature_error", "in_range")
    columns: dict[str, list[xr.Dataset]] = {}
    if (blocks := dataset(data, "rg", name, *needed)) is not None:
        columns = {f"{rule} blocks": [blocks.isel(rule=k)] for k, rule in enumerate(names(blocks, "rule"))}
    if (stack := dataset(data, "stack", name, *needed)) is not None:
        columns["stack"] = [stack.isel(seed=k) for k in range(stack.sizes["seed"])]
    return columns


def draw(columns: dict[str, list[xr.Dataset]], unit: float) -> Figure:
    """T/T_c against layer, one row an instrument and one column a kind of flow."""
    instruments = names(next(iter(columns.values()))[0], "instrument")
    figure, axes = layout.grid(
        len(instruments),
        len(columns),
        height=1.3 * len(instruments) + 0.75,
        top=0.28,
        gap=(0.14, 0.1),
        sharex=True,
        sharey=True,
    )
    for column, (heading, flows) in enumerate(columns.items()):
        given = [flow.assign_coords(start=flow["start"] * unit) for flow in flows]
        for row, instrument in enumerate(instruments):
            plot_layers(given, axes[row, column], unit=unit, instrument=instrument, legend=False)
            axes[row, column].set(ylabel="T / T_c" if column == 0 else "")
            if row < len(instruments) - 1:
                axes[row, column].set_xlabel("")
            if column == 0:  # where blocks leave room
                _name(axes[row, column], style.INSTRUMENTS.get(instrument, instrument))
        axes[0, column].set_title(heading, pad=5)
    return figure


def _name(place: Axes, words: str) -> None:
    """The instrument of a row, in the upper left corner."""
    place.text(0.05, 0.96, words, transform=place.transAxes, va="top", fontsize=9, color=style.MUTED)
