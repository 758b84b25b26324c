"""Scaling dimensions at the end of the flows beside Monte Carlo."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from spinlens.plot import places, style
from spinlens.plot.forests import forest
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, Panel, each_model
from spinlens.report.tables import Table, estimate
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, entries, finite, label, models, number, reference, section

TITLE = "Scaling dimensions at the end of the flows"
CAPTION = (
    "Effective Δ_s and Δ_ε of the states where flows from cold and from hot starts end, one point a machine. Grey "
    "band: Monte Carlo at T_c, same L and same estimator; dashed: the exact value of the infinite lattice, from which "
    "any estimator at one L is off. These are raw numbers, which move with the temperature of the states; the rules "
    "compare at the states' own best temperature. Triangles at the edge of the frame lie beyond it."
)
SEE = (
    "Points on the band mean that the flow ends where the lattice is critical; cold and hot ends that differ mean that "
    "the flow has not forgotten its start."
)
STARTS = style.starts(["cold", "hot"])
SYMBOLS = {"delta_spin": "Δ_s", "delta_energy": "Δ_ε"}
ROOM = {"delta_spin": 0.35, "delta_energy": 1.5}
"""What is shown of each on either side of Monte Carlo and the exact value; triangles at the edge lie beyond."""


def illustration(results: Results, data: object = None) -> Illustration:
    def panels(name: str, model: Results) -> list[Panel]:
        text = f"Scaling dimensions at the end of the flows, {label(model, name)}"
        known = any(section(machine, "end") for machine in entries(model, "machines"))
        return [Panel(label(model, name), text, draw(model))] if known else []

    drawn, missing = each_model(results, panels)
    points = (Key(f"{s} start", color, "point", style.glyph(marker)) for s, (color, marker) in STARTS.items())
    known = (
        Key("Monte Carlo at the same L", style.BAND, "band"),
        Key("exact, infinite lattice", style.PURPLE, "dashed"),
    )
    keys = (*points, *known)
    return Illustration("dimensions", TITLE, CAPTION, SEE, drawn, keys, missing, table(results))


def draw(model: Results) -> Figure:
    """Δ_s to the left and Δ_ε to the right, recipes below each other, machines and starts side by side within a row."""
    recipes = list(dict.fromkeys(str(machine.get("recipe")) for machine in entries(model, "machines")))
    figure, axes = layout.grid(1, 2, height=0.34 * len(recipes) + 0.7, left=1.15, gap=(0.1, 0.18), sharey=True)
    for place, (name, symbol) in zip(axes[0], SYMBOLS.items(), strict=True):
        expected, error = (number(section(model, "equilibrium").get(name), key) for key in ("value", "error"))
        if np.isfinite(expected) and np.isfinite(error):
            place.axvspan(expected - error, expected + error, color=style.BAND, alpha=0.45, lw=1.5)
        known = reference(section(model, "reference").get(name))
        places.known_line(place, known, "x", color=style.PURPLE)
        rows = {recipe: {start: _found(model, recipe, start, name) for start in STARTS} for recipe in recipes}
        words = f"effective {symbol}{_size(model)}"
        forest(rows, place, frame=frame(model, name), words=words, legend=False)
        place.locator_params(axis="x", nbins=4)
    return figure


def _found(model: Results, recipe: str, start: str, name: str) -> list[Estimate]:
    """One dimension of the machines of a recipe at the ends of their flows from a start."""
    own = [machine for machine in entries(model, "machines") if machine.get("recipe") == recipe]
    known = (reference(section(section(machine, "end"), start).get(name)) for machine in own)
    return [estimate for estimate in known if estimate is not None]


def frame(model: Results, name: str) -> tuple[float, float]:
    """The ends of the axis of one dimension; without known values those that dimensions can have."""
    at = [number(section(model, part).get(name)) for part in ("equilibrium", "reference")]
    known = [value for value in at if np.isfinite(value)] or [0.5]
    return min(known) - ROOM[name], max(known) + ROOM[name]


def _size(model: Results) -> str:
    side = finite(model.get("size"))
    return "" if side is None else f", L = {side:g}"


def table(results: Results) -> Table:
    """Δ_s and Δ_ε of every machine: raw from both starts, of both together, and less equilibrium at their own T."""
    rows = []
    for name, model in models(results).items():
        for machine in entries(model, "machines"):
            end, own = section(machine, "end"), finite(machine.get("number"))
            raw = [estimate(section(end, part).get(key)) for key in SYMBOLS for part in ("cold", "hot", "all")]
            excess = [estimate(section(section(end, "all"), "excess").get(key)) for key in SYMBOLS]
            who = f"{machine.get('recipe')}{'' if own is None else f', {own:g}'}"
            rows.append((who, label(model, name), *raw[:3], excess[0], *raw[3:], excess[1]))
    parts = ("cold", "hot", "both", "less lattice")
    return Table(("machine", "lattice", *(f"{s} {p}" for s in SYMBOLS.values() for p in parts)), tuple(rows))
