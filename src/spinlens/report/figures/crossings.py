"""Binder cumulant against temperature for all sizes, with the critical point found."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model
from spinlens.study.results_document import Results, critical_temperature, label, models, number

TITLE = "Crossings of the Binder cumulant"
CAPTION = (
    "U_4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²) against temperature in units of J. Lines: multi-histogram reweighting with the error as "
    "a band; points: direct measurements; grey band: T_c with its error; open diamonds: crossings of pairs of sizes."
)
SEE = (
    "The curves of different L cross at one temperature, T_c; how far the crossings of successive pairs move apart "
    "is the finite-size drift."
)
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
    figure, axes = style.grid(height=2.9)
    place = axes[0, 0]
    temperature, error = critical_temperature(model)
    if np.isfinite(temperature):
        place.axvspan(temperature - error, temperature + error, color=style.BAND, alpha=0.5, lw=0)
        place.axvline(temperature, color=style.MUTED, lw=0.7)
    for k in range(curves.sizes["size"]):
        _curve(place, curves.isel(size=k), style.shade(k, curves.sizes["size"]), style.MARKERS[k % 5])
    if around and np.isfinite(temperature):
        _zoom(place, curves, model, temperature, error)
    place.set_xlabel("T / J")
    place.set_ylabel("U_4")
    return figure


def _curve(place: Axes, curve: xr.Dataset, color: str, marker: str) -> None:
    temperature, binder = curve["temperature"].values, curve["binder"].values
    error = np.nan_to_num(curve["binder_error"].values)
    place.plot(temperature, binder, color=color)
    place.fill_between(temperature, binder - error, binder + error, color=color, alpha=0.25, lw=0)
    style.points(place, curve["measured_temperature"], curve["measured"], curve["measured_error"], color, marker)


def _zoom(place: Axes, curves: xr.Dataset, model: Results, temperature: float, error: float) -> None:
    half = max(6 * error, 0.02 * temperature)
    inside = np.abs(curves["temperature"].values - temperature) <= half
    shown = curves["binder"].values[:, inside]
    if np.isfinite(shown).any():
        low, high = np.nanmin(shown), np.nanmax(shown)
        place.set_ylim(low - 0.05 * (high - low) - 1e-3, high + 0.05 * (high - low) + 1e-3)
    place.set_xlim(temperature - half, temperature + half)
    for pair in model.get("critical", {}).get("crossings") or ():
        t, u = pair.get("temperature"), pair.get("value")
        place.errorbar(
            number(t), number(u), xerr=np.nan_to_num(number(t, "error")), yerr=np.nan_to_num(number(u, "error")),
            color=style.ORANGE, marker="D", mfc="none", ms=5, lw=1,
        )  # fmt: skip


def _keys(results: Results, data: Data) -> tuple[Key, ...]:
    found = [dataset(data, "critical", name, *VARIABLES) for name in models(results)]
    sizes: list[int] = next((list(curves["size"].values) for curves in found if curves is not None), [])
    shades = [Key(f"L = {size}", style.shade(k, len(sizes))) for k, size in enumerate(sizes)]
    return (*shades, Key("T_c ± error", style.BAND, "band"), Key("crossing of a pair", style.ORANGE, "point"))
