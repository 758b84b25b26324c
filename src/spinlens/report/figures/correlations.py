"""Spin correlations of flowed states beside Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model, names
from spinlens.study.results_document import Results, label


@dataclass(frozen=True)
class Curve:
    """One curve of a dataset: its position, its words in the key, how it is drawn."""

    index: int
    key: str
    color: str
    marker: str


_REFERENCES = ((style.GREEN, "s"), (style.PURPLE, "P"))
_MARKERS = {"cold": "v", "critical": "o", "hot": "^"}
TITLE = "Correlations of flowed states"
CAPTION = (
    "G(r) = ⟨s_0 s_r⟩ along a lattice axis at the end of the flow (first seed) and in equilibrium at T_c, at the same "
    "L, on logarithmic axes with one-standard-deviation errors; values within two errors of zero may lie below the "
    "frame."
)
SEE = (
    "A machine that has learned criticality lies on the Monte Carlo points at every distance; a different slope is a "
    "different Δ_s, and a curve that flattens out is mere magnetization."
)
VARIABLES = ("G", "G_error")
SUFFIX = " start"  # "RBM cd1-grid, hot start" is the flow of "RBM cd1-grid" from "hot"


def illustration(results: Results, data: Data) -> Illustration:
    found: list[list[Curve]] = []

    def panels(name: str, model: Results) -> list[Panel]:
        correlation = dataset(data, "correlation", name, *VARIABLES)
        if correlation is None:
            return []
        groups = group(names(correlation, "curve"))
        found.extend(groups.values())
        return [_panel(correlation, label(model, name), machine, curves) for machine, curves in groups.items()]

    drawn, missing = each_model(results, panels)
    keys = {curve.key: Key(curve.key, curve.color) for curves in found for curve in curves}
    return Illustration("correlations", TITLE, CAPTION, SEE, drawn, tuple(keys.values()), missing)


def _panel(correlation: xr.Dataset, where: str, machine: str, curves: list[Curve]) -> Panel:
    title = f"{where}: {machine}" if machine else where
    return Panel(title, f"Spin correlation function against distance, {title}", draw(correlation, curves))


def group(curves: list[str]) -> dict[str, list[Curve]]:
    """One group a machine, with its flows from every start; curves that are no flow belong to every group."""
    flows = [name.removesuffix(SUFFIX).rpartition(", ") for name in curves]
    starts = [(name.endswith(SUFFIX) and flow[2] in style.STARTS) for name, flow in zip(curves, flows, strict=True)]
    common = [Curve(k, name, *_REFERENCES[k % 2]) for k, name in enumerate(curves) if not starts[k]]
    machines = dict.fromkeys(flow[0] for flow, is_flow in zip(flows, starts, strict=True) if is_flow)
    return {
        machine: common
        + [
            Curve(k, f"{flow[2]}{SUFFIX}", style.STARTS[flow[2]], _MARKERS[flow[2]])
            for k, flow in enumerate(flows)
            if starts[k] and flow[0] == machine
        ]
        for machine in machines or {"": None}
    }


def draw(correlation: xr.Dataset, curves: list[Curve]) -> Figure:
    """G(r) of the chosen curves."""
    figure, axes = style.grid(height=3.2, left=0.7)
    place = axes[0, 0]
    distance = correlation["r"].values.astype(float)
    for curve in curves:
        value = correlation["G"].isel(curve=curve.index).values
        error = np.nan_to_num(correlation["G_error"].isel(curve=curve.index).values)
        keep = (distance > 0) & (value > 0)
        below = np.minimum(error, 0.95 * np.where(keep, value, 1.0))  # a bar to zero would leave the logarithmic axis
        if keep.any():
            place.errorbar(
                distance[keep], value[keep], yerr=(below[keep], error[keep]),
                color=curve.color, marker=curve.marker, ms=3.8, mec="none", lw=1.0, elinewidth=1.0,
            )  # fmt: skip
    _axes(place, correlation, curves)
    return figure


def _axes(place: Axes, correlation: xr.Dataset, curves: list[Curve]) -> None:
    place.set_xscale("log")
    place.set_yscale("log")
    shown = correlation.isel(curve=[curve.index for curve in curves])
    significant = shown["G"].where(shown["G"] > 2 * shown["G_error"]).values
    if np.isfinite(significant).any():
        place.set_ylim(0.8 * np.nanmin(significant), 1.2 * np.nanmax(significant))
    ticks = [r for r in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64) if r <= correlation["r"].values.max()]
    place.set_xticks(ticks, [str(r) for r in ticks])
    place.set_xticks([], minor=True)
    _plain_decades(place)
    place.set_xlabel("r (lattice spacings)")
    place.set_ylabel("G(r)")


def _plain_decades(place: Axes) -> None:
    """Tick labels 0.1, 0.2, 0.5 … in place of powers of ten."""
    place.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    place.yaxis.set_minor_locator(NullLocator())
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
