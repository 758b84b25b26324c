"""Spin correlations of flowed states beside Monte Carlo."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from spinlens.report import style
from spinlens.report.illustration import (
    Data,
    Illustration,
    Key,
    Panel,
    Results,
    dataset,
    each_model,
    label,
    models,
    names,
)

TITLE = "Correlations of flowed states"
CAPTION = (
    "G(r) = ⟨s_0 s_r⟩ along a lattice axis at the end of the flow and in equilibrium at T_c, at the same L, on "
    "logarithmic axes with one-standard-deviation errors; values within two errors of zero may lie below the frame."
)
SEE = (
    "A machine that has learned criticality lies on the Monte Carlo points at every distance; a different slope is a "
    "different Δ_s, and a curve that flattens out is mere magnetization."
)
VARIABLES = ("G", "G_error")


def illustration(results: Results, data: Data) -> Illustration:
    curves = _curves(results, data)

    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "correlation", name, *VARIABLES)
        text = f"Spin correlation function against distance, {label(name, model)}"
        return [] if found is None else [Panel(label(name, model), text, draw(found, curves))]

    drawn, missing = each_model(results, panels)
    keys = tuple(Key(curve, style.series(k)[0]) for k, curve in enumerate(curves))
    return Illustration("correlations", TITLE, CAPTION, SEE, drawn, keys, missing)


def draw(correlation: xr.Dataset, curves: list[str]) -> Figure:
    """G(r) of every curve; `curves` fixes which colour a name has."""
    figure, axes = style.grid(height=3.2, left=0.7)
    place = axes[0, 0]
    distance = correlation["r"].values.astype(float)
    for k, curve in enumerate(names(correlation, "curve")):
        color, marker = style.series(curves.index(curve))
        value = correlation["G"].isel(curve=k).values
        error = np.nan_to_num(correlation["G_error"].isel(curve=k).values)
        keep = (distance > 0) & (value > 0)
        below = np.minimum(error, 0.95 * np.where(keep, value, 1.0))  # a bar to zero would leave the logarithmic axis
        if keep.any():
            place.errorbar(
                distance[keep], value[keep], yerr=(below[keep], error[keep]),
                color=color, marker=marker, ms=3.8, mec="none", lw=1.0, elinewidth=1.0,
            )  # fmt: skip
    place.set_xscale("log")
    place.set_yscale("log")
    significant = correlation["G"].where(correlation["G"] > 2 * correlation["G_error"]).values
    if np.isfinite(significant).any():
        place.set_ylim(0.6 * np.nanmin(significant), 1.4 * np.nanmax(significant))
    ticks = [r for r in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64) if r <= distance.max()]
    place.set_xticks(ticks, [str(r) for r in ticks])
    place.set_xticks([], minor=True)
    _plain_decades(place)
    place.set_xlabel("r (lattice spacings)")
    place.set_ylabel("G(r)")
    return figure


def _plain_decades(place: Axes) -> None:
    """Tick labels 0.1, 0.2, 0.5 … in place of powers of ten."""
    place.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    place.yaxis.set_minor_locator(NullLocator())
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _curves(results: Results, data: Data) -> list[str]:
    found = [dataset(data, "correlation", name, *VARIABLES) for name, _ in models(results)]
    every = [curve for values in found if values is not None for curve in names(values, "curve")]
    return list(dict.fromkeys(every))
