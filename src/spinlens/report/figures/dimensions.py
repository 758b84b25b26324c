"""Scaling dimensions at the end of the flows beside Monte Carlo."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.report import style
from spinlens.report.illustration import Illustration, Key, Panel, each_model
from spinlens.study.results_document import Results, label, number

TITLE = "Scaling dimensions at the end of the flow"
CAPTION = (
    "Effective Δ_s and Δ_ε of states on the plateau of each flow, one point a machine (seed) and start. Grey band: "
    "Monte Carlo at T_c, same L and same estimator. Open points: no plateau was reached."
)
SEE = (
    "Points on the band mean the flow ends where the lattice is critical; points off it by more than their bars mean "
    "it does not."
)
KEYS = (*(Key(f"{s} start", c, "point") for s, c in style.STARTS.items()), Key("Monte Carlo", style.BAND, "band"))
SYMBOLS = {"delta_spin": "Δ_s", "delta_energy": "Δ_ε"}


def illustration(results: Results, data: object = None) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        text = f"Scaling dimensions at the end of the flow, {label(model, name)}"
        return [Panel(label(model, name), text, draw(model))] if model.get("flows") else []

    drawn, missing = each_model(results, panels)
    return Illustration("dimensions", TITLE, CAPTION, SEE, drawn, KEYS, missing)


def draw(model: Results) -> Figure:
    """Δ_s above and Δ_ε below for every recipe, start and seed of `model["flows"]`."""
    recipes = list(dict.fromkeys(str(flow.get("recipe")) for flow in model["flows"]))
    figure, axes = style.grid(2, 1, height=3.6, sharex=True)
    for row, (name, symbol) in enumerate(SYMBOLS.items()):
        place = axes[row, 0]
        expected = (model.get("equilibrium") or {}).get(name)
        if np.isfinite(number(expected)):
            style.level(place, number(expected), np.nan_to_num(number(expected, "error")))
        _draw_flows(place, model, recipes, name)
        place.set_ylabel(symbol)
    axes[1, 0].set_xticks(range(len(recipes)), recipes)
    axes[1, 0].set_xlim(-0.5, len(recipes) - 0.5)
    axes[1, 0].tick_params(axis="x", length=0)
    axes[1, 0].set_xlabel("training recipe")
    return figure


def _draw_flows(place: Axes, model: Results, recipes: list[str], name: str) -> None:
    seeds = sorted({str(flow.get("seed")) for flow in model["flows"]})
    starts = list(style.STARTS)
    for flow in model["flows"]:
        start, plateau = flow.get("start"), flow.get("plateau") or {}
        if start not in starts:
            continue
        offset = (starts.index(start) - 1) * 0.27 + (seeds.index(str(flow.get("seed"))) + 0.5 - len(seeds) / 2) * 0.035
        at, entry, color = recipes.index(str(flow.get("recipe"))) + offset, plateau.get(name), style.STARTS[start]
        hollow = {} if plateau.get("reached") is True else {"mfc": "none", "mec": color}
        style.points(place, [at], [number(entry)], [number(entry, "error")], color, **hollow)
