"""Temperature layer by layer: block spins and stacked machine side by side."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot import style
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
LOOKS = {0.9: (style.BLUE, "v"), 0.95: (style.SKY, "s"), 1.0: (style.INK, "o"), 1.05: (style.OCHRE, "D"),
         1.1: (style.ORANGE, "^")}  # fmt: skip
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
        for row, instrument in enumerate(instruments):
            place = axes[row, column]
            style.level(place, 1.0)
            for flow in flows:
                _flow(place, flow.isel(instrument=row), unit, faint=len(flows) > 1)
            if column == len(columns) - 1:
                style.note(place, style.INSTRUMENTS.get(instrument, instrument))
        axes[0, column].set_title(heading, pad=5)
    for row in range(len(instruments)):
        axes[row, 0].set_ylabel("T / T_c")
    _ticks(axes, flows[0])
    return figure


def _flow(place: Axes, flow: xr.Dataset, unit: float, faint: bool) -> None:
    x = np.arange(flow.sizes["layer"])
    for k, start in enumerate(flow["start"].values):
        if round(float(start), 6) not in LOOKS:  # of many starts those about T_c, told apart by colour and marker
            continue
        color, marker = LOOKS[round(float(start), 6)]
        line = flow.isel(start=k)
        temperature, error = line["temperature"].values / unit, line["temperature_error"].values / unit
        inside = line["in_range"].values.astype(bool)
        place.plot(x, temperature, color=color, lw=0.7 if faint else 1.1, alpha=0.6)
        style.points(place, x[inside], temperature[inside], error[inside], color, marker, ms=3.0)
        out = {"ms": 3.0, "mfc": "none", "mec": color, "alpha": 0.5}
        style.points(place, x[~inside], temperature[~inside], error[~inside], color, marker, **out)


def _ticks(axes: object, flow: xr.Dataset) -> None:
    last = np.asarray(axes)[-1]
    sizes = [str(size) for size in flow["layer"].values]
    for place in last:
        place.set_xticks(range(len(sizes)), sizes)
        place.set_xlim(-0.3, len(sizes) - 0.7)
    last[len(last) // 2].set_xlabel("L of the layer")
