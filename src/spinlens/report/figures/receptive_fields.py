"""What single hidden units of the stack's first layer look at."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Panel, dataset, each_model
from spinlens.study.results_document import Results, label

TITLE = "Receptive fields"
CAPTION = (
    "Weights W_i of single hidden units of the first layer on the visible lattice; red positive, blue negative, each "
    "unit on its own colour scale."
)
SEE = (
    "A patch of one sign is a block spin in all but name; a field over the whole lattice measures the "
    "magnetization; noise is a unit that learned nothing."
)
COLUMNS = 4


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "maps", name, "fields")
        text = f"Receptive fields of hidden units, {label(model, name)}"
        return [] if found is None else [Panel(label(model, name), text, draw(found))]

    drawn, missing = each_model(results, panels)
    return Illustration("receptive-fields", TITLE, CAPTION, SEE, drawn, (), missing)


def draw(maps: xr.Dataset) -> Figure:
    """One tile a unit of `fields` (unit, x, y), each divided by its largest weight."""
    fields = np.nan_to_num(maps["fields"].transpose("unit", "x", "y").values)
    largest = np.abs(fields).max(axis=(1, 2), keepdims=True)
    return style.mosaic(fields / np.where(largest > 0, largest, 1.0), COLUMNS, cmap=style.DIVERGING, vmin=-1, vmax=1)[0]
