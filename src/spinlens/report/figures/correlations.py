"""Spin correlations of flowed states beside Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.spin_correlations import correlation as plot_correlation
from spinlens.report import layout
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
TITLE = "Correlations of flowed states"
CAPTION = (
    "G(r) = ⟨s_0 s_r⟩ along a lattice axis at the last step that was followed (first seed) and in equilibrium at T_c, "
    "at the same L, on logarithmic axes with one-standard-deviation errors; values within two errors of zero may lie "
    "below the frame."
)
SEE = (
    "A machine that has learned criticality lies on the Monte Carlo points at every distance; a different slope is a "
    "different Δ_s, a curve that flattens out is mere magnetization, and starts that lie apart are not forgotten yet."
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
    keys = {
        curve.key: Key(curve.key, curve.color, "point", style.glyph(curve.marker))
        for curves in found
        for curve in curves
    }
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
            Curve(k, f"{flow[2]}{SUFFIX}", *style.starts([flow[2]])[flow[2]])
            for k, flow in enumerate(flows)
            if starts[k] and flow[0] == machine
        ]
        for machine in machines or {"": None}
    }


def draw(correlation: xr.Dataset, curves: list[Curve]) -> Figure:
    """G(r) of the chosen curves."""
    figure, axes = layout.grid(height=2.5, left=0.7)
    r = correlation["r"].values.astype(float)
    found = {
        curve.key: (r, *(correlation[name].isel(curve=curve.index).values for name in VARIABLES)) for curve in curves
    }
    looks = {curve.key: (curve.color, curve.marker) for curve in curves}
    plot_correlation(found, axes[0, 0], looks=looks, legend=False)
    return figure
