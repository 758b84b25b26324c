"""What single hidden units of the stack's first layer look at."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Panel, Results, dataset, each_model, label

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
        text = f"Receptive fields of hidden units, {label(name, model)}"
        return [] if found is None else [Panel(label(name, model), text, draw(found))]

    drawn, missing = each_model(results, panels)
    return Illustration("receptive-fields", TITLE, CAPTION, SEE, drawn, (), missing)


def draw(maps: xr.Dataset) -> Figure:
    """One tile a unit of `fields` (unit, x, y)."""
    count = maps.sizes["unit"]
    rows = math.ceil(count / COLUMNS)
    figure, axes = style.grid(
        rows, COLUMNS, height=1.08 * rows + 0.05, left=0.04, right=0.04, bottom=0.04, top=0.04, gap=(0.1, 0.1)
    )
    for k, place in enumerate(axes.ravel()):
        if k >= count:
            place.set_visible(False)
            continue
        field = maps["fields"].isel(unit=k).values
        limit = float(np.nanmax(np.abs(field))) if np.isfinite(field).any() else 1.0
        style.tile(place, field, cmap=style.DIVERGING, vmin=-limit or -1.0, vmax=limit or 1.0)
    return figure
