"""Maps of the visible–hidden correlation: stacked machine and block spins side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.arrays import AnyArray
from spinlens.plot import style
from spinlens.plot.maps import colors, correlation_map
from spinlens.report import layout
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model, names
from spinlens.study.results_document import Results, label, models

TITLE = "Visible–hidden correlations"
CAPTION = (
    "⟨v h⟩ at T_c about the centre of each hidden unit (block), averaged over units: raw where that differs, "
    "connected, and the connected one cut along x through the centre with errors. The maps of a row share the colours "
    "of its bar: shades of blue where everything is positive, red and blue about zero otherwise."
)
SEE = (
    "Block spins give one narrow peak on the block itself; a machine's map as narrow sees as a block spin sees, a wide "
    "or structureless one does not."
)
VARIABLES = ("raw", "connected", "connected_error")
ROWS = ("raw", "connected")
_ALIKE = 0.02  # of the largest value, by which maps may differ and look the same


def illustration(results: Results, data: Data) -> Illustration:
    sources = _sources(results, data)

    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "maps", name, *VARIABLES)
        text = f"Maps of the visible-hidden correlation and cuts through them, {label(model, name)}"
        return [] if found is None else [Panel(label(model, name), text, draw(found, sources))]

    drawn, missing = each_model(results, panels)
    looks = [style.series(k) for k in range(len(sources))]
    keys = tuple(Key(source, color, "point", style.glyph(marker))
                 for source, (color, marker) in zip(sources, looks, strict=True))  # fmt: skip
    return Illustration("maps", TITLE, CAPTION, SEE, drawn, keys, missing)


def draw(maps: xr.Dataset, sources: list[str]) -> Figure:
    """Two rows of maps, (source, x, y) of `raw` and `connected`, above the cut of the connected ones."""
    own, kinds = names(maps, "source"), kinds_shown(maps)
    side = min((layout.WIDTH - 0.68 - 0.14 * (len(own) - 1)) / len(own), 1.6)  # inches, of a square map
    rows = len(kinds) + 1
    figure, axes = layout.grid(
        rows, len(own), height=rows * side + 0.74 + 0.35 * (rows - 1), left=0.62, right=0.06, top=0.26, gap=(0.35, 0.14)
    )
    for row, kind in enumerate(kinds):
        scale = _scale(maps[kind].values)
        for column, source in enumerate(own):
            place, values = axes[row, column], maps[kind].isel(source=column).values
            correlation_map(values, place, limits=scale, bar=False)
            _bare(place, source if row == 0 else "")
        axes[row, 0].set_ylabel(kind)
        _bar(figure, axes[row], scale)
    _cuts(figure, axes, maps, sources)
    return figure


def kinds_shown(maps: xr.Dataset) -> tuple[str, ...]:
    """Raw maps beside connected ones where they differ: with ⟨h⟩ = 0 they are the same."""
    same = np.nanmax(np.abs(maps["raw"].values - maps["connected"].values), initial=0.0)
    return ROWS if same > _ALIKE * np.nanmax(np.abs(maps["raw"].values), initial=1e-9) else ROWS[1:]


def _bar(figure: Figure, row: AnyArray, scale: tuple[float, float]) -> None:
    """The colours of a row of maps below it, with the values at both ends."""
    first, last = row[0].get_position(), row[-1].get_position()
    height = figure.get_size_inches()[1]
    place = figure.add_axes((first.x0, first.y0 - 0.14 / height, last.x1 - first.x0, 0.07 / height))
    place.imshow(np.linspace(*scale, 128)[None], aspect="auto", extent=(0, 1, 0, 1), **_colours(scale))
    place.set_yticks([])
    place.set_xticks((0, 1), [f"{end:.2g}".replace("-", "−") for end in scale], fontsize=8)
    low, high = place.get_xticklabels()
    low.set_horizontalalignment("left")
    high.set_horizontalalignment("right")
    place.tick_params(axis="x", length=0, pad=1)
    place.spines[:].set_visible(False)


def _colours(scale: tuple[float, float]) -> dict[str, Any]:
    return colors(np.array(scale))


def _scale(values: AnyArray) -> tuple[float, float]:
    """Ends of the colours for all maps of a row."""
    found = colors(values)
    return found["vmin"], found["vmax"]


def _bare(place: Axes, title: str) -> None:
    """Without ticks and words, as all maps of a row have the same."""
    place.set(xlabel="", ylabel="", xticks=[], yticks=[])
    place.spines[:].set_visible(False)
    place.set_title(title, pad=3, fontsize=9)


def _cuts(figure: Figure, axes: AnyArray, maps: xr.Dataset, sources: list[str]) -> None:
    first, last = axes[-1, 0].get_position(), axes[-1, -1].get_position()
    for place in axes[-1]:
        place.remove()
    place = figure.add_axes((first.x0, first.y0, last.x1 - first.x0, first.height))
    style.level(place, 0.0)
    x, row = displacement(maps, "x"), maps.sizes["y"] // 2
    for k, source in enumerate(names(maps, "source")):
        color, marker = style.series(sources.index(source))
        cut = maps.isel(source=k, y=row)
        style.points(place, x, cut["connected"], cut["connected_error"], color, marker, lw=1.0)
    place.set_xlabel("x from the centre (lattice spacings)")
    place.set_ylabel("connected ⟨v h⟩")


def displacement(maps: xr.Dataset, axis: str) -> AnyArray:
    """Distance of the sites from the unit's centre along an axis: its coordinate, else counted from the middle."""
    if axis in maps.coords:
        return np.asarray(maps[axis].values)
    return np.arange(maps.sizes[axis]) - (maps.sizes[axis] - 1) / 2


def _sources(results: Results, data: Data) -> list[str]:
    found = [dataset(data, "maps", name, *VARIABLES) for name in models(results)]
    every = [source for values in found if values is not None for source in names(values, "source")]
    return list(dict.fromkeys(every))
