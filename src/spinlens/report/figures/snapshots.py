"""Spins of the lattice at several temperatures."""

from __future__ import annotations

import math

import xarray as xr
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.lattices import states as plot_states
from spinlens.report import layout
from spinlens.report.illustration import Data, Illustration, Key, Panel, dataset, each_model
from spinlens.study.results_document import Results, label

TITLE = "States of the lattices"
CAPTION = "One equilibrium state at each temperature, periodic boundaries, sampled by cluster Monte Carlo."
SEE = (
    "Order at low temperature and noise at high; near T_c clusters of all sizes, more ragged and more scattered "
    "where the interaction is long-ranged."
)
KEYS = (Key("spin +1", style.UP, "square"), Key("spin −1", style.DOWN, "square"))
COLUMNS = 3


def illustration(results: Results, data: Data) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        found = dataset(data, "snapshots", name, "spins")
        text = f"Spin states of the {label(model, name)} lattice at several temperatures"
        return [] if found is None else [Panel(label(model, name), text, draw(found))]

    drawn, missing = each_model(results, panels)
    return Illustration("snapshots", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def draw(states: xr.Dataset) -> Figure:
    """One tile a temperature; `states` holds spins (temperature, x, y) and the attribute T_c."""
    spins = states["spins"].transpose("temperature", "x", "y")
    titles = [_title(float(value), states.attrs.get("T_c")) for value in spins["temperature"]]
    figure, axes = layout.picture((spins.sizes["x"], spins.sizes["y"]), len(spins), COLUMNS, len(titles))
    plot_states(spins.values, axes, columns=COLUMNS, titles=titles)
    return figure


def _title(temperature: float, critical: object) -> str:
    if math.isinf(temperature):
        return "T = ∞"
    if isinstance(critical, int | float) and critical > 0:
        ratio = f"{temperature / critical:.3g}"
        return "T = T_c" if ratio == "1" else f"T = {ratio} T_c"
    return f"T = {temperature:.4g}"
