"""A numbered figure of the report: panels, a key, a caption and the sentence that says what to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

import xarray as xr
from matplotlib.figure import Figure

from spinlens.report.tables import Table
from spinlens.study.results_document import Results, label, models

Data = Mapping[str, xr.Dataset]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Panel:
    """One drawing with its heading and its words for those who cannot see it."""

    title: str
    description: str
    figure: Figure


@dataclass(frozen=True)
class Key:
    """One entry of a figure's key: a colour of `style`, drawn as a line, dashes, a point, band or square."""

    label: str
    color: str
    mark: Literal["line", "dashed", "point", "band", "square"] = "line"
    glyph: str = ""  # instead of the mark: the sign that the points have


@dataclass(frozen=True)
class Illustration:
    """What a file of `figures` returns; `missing` names the models without the data to draw it."""

    name: str
    title: str
    caption: str
    see: str
    panels: tuple[Panel, ...]
    keys: tuple[Key, ...] = ()
    missing: tuple[str, ...] = ()
    numbers: Table | None = None  # what is drawn, to read and to take along


def dataset(data: Data, kind: str, model: str, *variables: str) -> xr.Dataset | None:
    """The dataset `kind/model` when it is there with all `variables` and not empty, else None."""
    found = data.get(f"{kind}/{model}")
    if found is None or any(name not in found for name in variables):
        return None
    return found if all(found[name].size for name in variables) else None


def each_model(
    results: Results, draw: Callable[[str, Results], list[Panel]]
) -> tuple[tuple[Panel, ...], tuple[str, ...]]:
    """The panels of every model, and the labels of the models for which `draw` found no data."""
    panels: list[Panel] = []
    missing: list[str] = []
    for name, model in models(results).items():
        own = draw(name, model)
        panels += own
        if not own:
            missing.append(label(model, name))
    return tuple(panels), tuple(missing)


def one_panel(
    results: Results,
    find: Callable[[Results], Found],
    describe: Callable[[str, Found], str],
    draw: Callable[[Found], Figure],
) -> tuple[tuple[Panel, ...], tuple[str, ...]]:
    """As `each_model`, with one panel of what `find` finds in a model, none where that is empty."""

    def panels(name: str, model: Results) -> list[Panel]:
        found, where = find(model), label(model, name)
        return [Panel(where, describe(where, found), draw(found))] if found else []

    return each_model(results, panels)


def names(values: xr.Dataset, dimension: str) -> list[str]:
    """The labels along a dimension as text, its positions when it has no coordinate."""
    return [str(item) for item in values[dimension].values]
