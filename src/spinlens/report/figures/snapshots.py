"""Spins of the lattice at several temperatures."""

from __future__ import annotations

import math

import xarray as xr
from matplotlib.figure import Figure

from spinlens.report import style
from spinlens.report.illustration import Data, Illustration, Key, Panel, Results, dataset, each_model, label

TITLE = "States of the two lattices"
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
        text = f"Spin states of the {label(name, model)} lattice at several temperatures"
        return [] if found is None else [Panel(label(name, model), text, draw(found))]

    drawn, missing = each_model(results, panels)
    return Illustration("snapshots", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def draw(states: xr.Dataset) -> Figure:
    """One tile a temperature; `states` holds spins (temperature, x, y) and the attribute T_c."""
    count = states.sizes["temperature"]
    rows = math.ceil(count / COLUMNS)
    figure, axes = style.grid(
        rows, COLUMNS, height=1.62 * rows, left=0.04, right=0.04, bottom=0.04, top=0.26, gap=(0.3, 0.12)
    )
    for k, place in enumerate(axes.ravel()):
        if k < count:
            spins = states["spins"].isel(temperature=k)
            style.spins_tile(place, spins.values, _title(float(spins["temperature"]), states.attrs.get("T_c")))
        else:
            place.set_visible(False)
    return figure


def _title(temperature: float, critical: object) -> str:
    if math.isinf(temperature):
        return "T = ∞"
    if isinstance(critical, int | float) and critical > 0:
        return f"T = {temperature / critical:.3g} T_c"
    return f"T = {temperature:.4g}"
