"""What single hidden units of the stack's first layer look at."""

from __future__ import annotations

import xarray as xr
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.lattices import receptive_fields as plot_fields
from spinlens.report import layout
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model
from spinlens.study.results_document import Results, label

TITLE = "Receptive fields"
CAPTION = (
    "Weights W_i of single hidden units of the first layer on the visible lattice, moved so that the largest is in the "
    "middle; red positive, blue negative. Above: the number of the unit, and its weight at full colour."
)
SEE = (
    "A patch of one sign is a block spin in all but name; a field over the whole lattice measures the "
    "magnetization; noise is a unit that learned nothing."
)
COLUMNS = 4
_LEVELS = {"− the number above": -1.0, "− half of it": -0.5, "0": 0.0, "+ half of it": 0.5, "+ the number above": 1.0}


def scale_keys() -> tuple[Key, ...]:
    """The bar of colours of all tiles as a key."""
    colors = colormaps[style.DIVERGING]
    return tuple(Key(words, to_hex(colors((1 + level) / 2)), "square") for words, level in _LEVELS.items())


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "maps", name, "fields")
        text = f"Receptive fields of hidden units, {label(model, name)}"
        return [] if found is None else [Panel(label(model, name), text, draw(found))]

    drawn, missing = each_model(results, panels)
    return Illustration("receptive-fields", TITLE, CAPTION, SEE, drawn, scale_keys(), missing)


def draw(maps: xr.Dataset) -> Figure:
    """One tile a unit of `fields` (unit, x, y), each divided by its largest weight."""
    fields = maps["fields"].transpose("unit", "x", "y").values
    figure, axes = layout.picture(fields.shape[1:], len(fields), COLUMNS, titles=len(fields))
    plot_fields(fields, axes, columns=COLUMNS, centred=True, named=True)
    return figure
