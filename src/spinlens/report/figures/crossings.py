"""Binder cumulant against temperature for all sizes, with the critical point found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.scaling import crossings as plot_crossings
from spinlens.plot.scaling import size_look
from spinlens.report import layout
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, label, models, reference, section

TITLE = "Crossings of the Binder cumulant"
CAPTION = (
    "U_4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²) against temperature in units of J. Lines: multi-histogram reweighting with the error as "
    "a band; points: direct measurements; grey band: T_c with its error; dashed: T_c known from elsewhere; open "
    "diamonds: crossings of pairs of sizes."
)
SEE = (
    "The curves of different L cross at one temperature, T_c; how far the crossings of successive pairs move apart "
    "is the finite-size drift."
)
CROSSING = Key("crossing of a pair", style.ORANGE, "point", style.glyph("D", hollow=True))
KNOWN = Key("known T_c", style.ORANGE, "dashed")
VARIABLES = ("binder", "binder_error", "measured", "measured_error")


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "critical", name, *VARIABLES)
        if found is None:
            return []
        text = f"Binder cumulant of the {label(model, name)} lattice against temperature"
        return [
            Panel(label(model, name), f"{text}, whole range", draw(found, model)),
            Panel(f"{label(model, name)}, around T_c", f"{text}, around T_c", draw(found, model, around=True)),
        ]

    drawn, missing = each_model(results, panels)
    return Illustration("crossings", TITLE, CAPTION, SEE, drawn, _keys(results, data), missing)


def draw(curves: xr.Dataset, model: Results, around: bool = False) -> Figure:
    """U4(T) of every size; `around` T_c shows the crossing region with the crossings of pairs."""
    figure, axes = layout.grid(height=2.9)
    tables = {int(L): _table(curves.isel(size=k)) for k, L in enumerate(curves["size"].values)}
    point, known = section(model, "critical") or None, known_temperature(model)
    plot_crossings(tables, axes[0, 0], point=point, known=known, zoom=around, legend=False)
    return figure


def known_temperature(model: Results) -> Estimate | None:
    """T_c from elsewhere."""
    return reference(section(model, "reference").get("temperature"))


def _table(curve: xr.Dataset) -> dict[str, Any]:
    """A size as `plot.crossings` takes it, with what was measured directly."""
    names = {"temperature": "temperature", "binder": "binder", "binder_error": "binder_error",
             "measured_temperature": "measured_temperature", "measured": "measured_binder",
             "measured_error": "measured_binder_error"}  # fmt: skip
    return {own: curve[name].values for name, own in names.items()}


def _keys(results: Results, data: Data) -> tuple[Key, ...]:
    found = [dataset(data, "critical", name, *VARIABLES) for name in models(results)]
    sizes: list[int] = next((list(curves["size"].values) for curves in found if curves is not None), [])
    known = [KNOWN] if any(map(known_temperature, models(results).values())) else []
    return (*size_keys(sizes), Key("T_c ± error", style.BAND, "band"), *known, CROSSING)


def size_keys(sizes: Sequence[int]) -> tuple[Key, ...]:
    """The key of curves by size."""
    looks = [size_look(k, len(sizes)) for k in range(len(sizes))]
    return tuple(
        Key(f"L = {L}", color, "point", style.glyph(marker)) for L, (color, marker) in zip(sizes, looks, strict=True)
    )
