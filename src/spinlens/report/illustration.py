"""A numbered figure of the report: panels, a key, a caption and the sentence that says what to see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

Results = Mapping[str, Any]
Data = Mapping[str, xr.Dataset]


@dataclass(frozen=True)
class Panel:
    """One drawing with its heading and its words for those who cannot see it."""

    title: str
    description: str
    figure: Figure


@dataclass(frozen=True)
class Key:
    """One entry of a figure's key: a colour of `style`, drawn as a line, point, band or square."""

    label: str
    color: str
    mark: Literal["line", "point", "band", "square"] = "line"


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


def models(results: Results) -> list[tuple[str, Results]]:
    """(name, model) in the order of the study, the malformed left out."""
    found = results.get("models")
    items = found.items() if isinstance(found, Mapping) else ()
    return [(str(name), model) for name, model in items if isinstance(model, Mapping)]


def label(name: str, model: Results) -> str:
    return str(model.get("label") or name)


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
    for name, model in models(results):
        own = draw(name, model)
        panels += own
        if not own:
            missing.append(label(name, model))
    return tuple(panels), tuple(missing)


def number(entry: object, key: str = "value") -> float:
    """A number of an entry such as {"value", "error"}, NaN when it is missing."""
    found = entry.get(key) if isinstance(entry, Mapping) else None
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else float("nan")


def critical_temperature(model: Results) -> tuple[float, float]:
    """T_c as measured and its error (NaN and 0 when there is none)."""
    entry = _section(model, "critical").get("temperature")
    error = number(entry, "error")
    return number(entry), error if np.isfinite(error) else 0.0


def temperature_unit(model: Results) -> float:
    """The T_c in whose units temperatures are shown: the one used, else the measured one."""
    used = number({"value": _section(model, "equilibrium").get("temperature")})
    return used if np.isfinite(used) and used > 0 else critical_temperature(model)[0]


def names(values: xr.Dataset, dimension: str) -> list[str]:
    """The labels along a dimension as text, its positions when it has no coordinate."""
    return [str(item) for item in values[dimension].values]


def _section(model: Results, key: str) -> Results:
    found = model.get(key)
    return found if isinstance(found, Mapping) else {}
