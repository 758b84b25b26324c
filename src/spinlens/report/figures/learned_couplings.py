"""Couplings that machines have learned beside those of the lattice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from spinlens.arrays import Array
from spinlens.plot import style
from spinlens.plot.pair_couplings import couplings
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, Panel, each_model
from spinlens.report.machine_points import Look, is_control, keys, looks
from spinlens.report.tables import Table, estimate, plain
from spinlens.study.results_document import Results, entries, label, models, section

TITLE = "Couplings that the machines have learned"
CAPTION = (
    "Pair couplings J_eff(r) of the machines, traced out of their weights and averaged over the machines of a recipe, "
    "against the distance along axes and diagonals. Black: J(r) / T_c of the lattice. Power laws are drawn on "
    "logarithmic axes, without couplings that are not above zero by two errors."
)
SEE = (
    "A machine that is short-sighted falls below the line as r grows; one that has learned the tail of a power law "
    "follows its slope. The nearest-neighbour lattice has a coupling at r = 1 alone: all others there are errors."
)


@dataclass(frozen=True)
class Curve:
    """J_eff(r) of one recipe: mean over its machines and its error."""

    r: Array
    value: Array
    error: Array


def illustration(results: Results, data: object = None) -> Illustration:
    look = looks(results)
    shown: set[str] = set()

    def panels(name: str, model: Results) -> list[Panel]:
        curves = by_recipe(model)
        shown.update(curves)
        where = label(model, name)
        return [Panel(where, describe(where, model, curves), draw(model, curves, look))] if curves else []

    drawn, missing = each_model(results, panels)
    lattice = Key("lattice, J(r) / T_c", style.INK)
    return Illustration(
        "learned-couplings", TITLE, CAPTION, SEE, drawn, (*keys(look, shown), lattice), missing, table(results)
    )


def by_recipe(model: Results) -> dict[str, Curve]:
    """The curves of all trained recipes with couplings."""
    found: dict[str, list[Results]] = {}
    for machine in entries(model, "machines"):
        if section(machine, "couplings") and not is_control(machine):
            found.setdefault(str(machine.get("recipe")), []).append(section(machine, "couplings"))
    return {recipe: _mean(own) for recipe, own in found.items()}


def _mean(couplings: Sequence[Results]) -> Curve:
    values = np.array([own["learned"] for own in couplings], dtype=np.float64)
    errors = np.array([own["error"] for own in couplings], dtype=np.float64)
    n = len(values)
    between = values.var(axis=0, ddof=1) if n > 1 else np.zeros(values.shape[1])
    error = np.sqrt(np.maximum(between, (errors**2).mean(axis=0)) / n)
    return Curve(np.array(couplings[0]["r"], dtype=np.float64), values.mean(axis=0), error)


def lattice_curve(model: Results) -> tuple[Array, Array]:
    """r and J(r) / T_c as the machines' entries have it."""
    own = next((section(m, "couplings") for m in entries(model, "machines") if section(m, "couplings")), {})
    return np.array(own.get("r", ()), dtype=np.float64), np.array(own.get("lattice", ()), dtype=np.float64)


def describe(where: str, model: Results, curves: Mapping[str, Curve]) -> str:
    """What the drawing shows, in a sentence."""
    _, lattice = lattice_curve(model)
    ratios = [f"{name} {curve.value[0] / lattice[0]:.2f}" for name, curve in curves.items() if lattice[0] > 0]
    return (
        f"Learned couplings against distance beside J(r) over T_c, {where}; at the shortest distance they are these "
        f"parts of the lattice's: {', '.join(ratios)}"
    )


def draw(model: Results, curves: Mapping[str, Curve], look: Mapping[str, Look]) -> Figure:
    """A power law on logarithmic axes, without what is not positive; couplings of few neighbours on plain ones."""
    figure, axes = layout.grid(height=3.3, left=0.78)
    _, lattice = lattice_curve(model)
    found = {
        recipe: {"r": curve.r, "learned": curve.value, "error": curve.error, "lattice": lattice}
        for recipe, curve in curves.items()
    }
    couplings(found, axes[0, 0], looks={recipe: look[recipe].options for recipe in curves}, legend=False)
    axes[0, 0].set_ylabel("J_eff(r), J(r) / T_c")
    return figure


def table(results: Results) -> Table:
    """What is drawn, with the slopes of every machine in the mean left to the verdict."""
    rows = [
        (label(model, name), recipe, plain(float(r)), estimate({"value": value, "error": error}), plain(float(true)))
        for name, model in models(results).items()
        for recipe, curve in by_recipe(model).items()
        for r, value, error, true in zip(curve.r, curve.value, curve.error, lattice_curve(model)[1], strict=True)
    ]
    return Table(("lattice", "recipe", "r", "J_eff(r)", "J(r) / T_c"), tuple(rows))
