"""The picture of the first screen: what flows miss against what machines have learned, and how a layer moves T."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.flow_fields import flow_field
from spinlens.plot.gaps import FLOOR
from spinlens.report import layout, takeaways
from spinlens.report.figures.gap_effects import draw_effect, known_points
from spinlens.report.illustration import Illustration, Key, Panel, each_model
from spinlens.report.machine_points import Look, MachinePoint, looks
from spinlens.report.tables import MISSING, Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.claims.effects import over_machines
from spinlens.study.claims.recipes import CONTROLS, trained
from spinlens.study.results_document import (
    Results,
    entries,
    finite,
    label,
    measured,
    models,
    reference,
    section,
    temperature_unit,
)

TITLE = "What the flows miss, and how one layer moves the temperature"
CAPTION = (
    "Above: Δ_s of the states where the flow of a machine ends, less that of the lattice at the same temperature and "
    "L, against the gap of the machine to the lattice; one point a machine that learned at T_c. Below: change of "
    "temperature by the first layer against the temperature of the states, read by their energy, for majority blocks "
    "(the renormalization group) and for the stacked machine (mean of its seeds); triangles: T*, where nothing changes."
)
SEE = (
    "Points that enter the band as the gap shrinks: what the flow misses is a matter of learning. A layer whose curve "
    "lies below that of the blocks cools where they heat."
)
EFFECT = "delta_spin"
INSTRUMENT = "energy"
_FLOWS = {
    "majority": ("renormalization group (majority blocks)", style.INK, "o"),
    "stack": ("stacked machine", style.ORANGE, "s"),
}


@dataclass(frozen=True)
class Field:
    """Temperatures before the first layer and their change by it, over T_c; T* where it is known."""

    points: Sequence[tuple[float, Estimate]]
    fixed: Estimate | None

    def as_entry(self) -> dict[str, Any]:
        """As `plot.flow_field` has it; T* of a coarse-graining repels."""
        fixed = [] if self.fixed is None else [{"temperature": as_entry(self.fixed), "stable": False}]
        return {
            "temperatures": [at for at, _ in self.points],
            "change": [change.value for _, change in self.points],
            "error": [change.error for _, change in self.points],
            "fixed_points": fixed,
        }


def illustration(results: Results, data: object = None) -> Illustration:
    look = looks(results)

    def panels(name: str, model: Results) -> list[Panel]:
        where = label(model, name)
        first = _effect_panel(f"{where}: {takeaways.of_flows(results, where)}", critical_points(model), look)
        return [*first, *_field_panel(f"{where}: {takeaways.of_layers(results, where)}", fields(model))]

    drawn, missing = each_model({"models": shown(results)}, panels)
    keys = (Key(_rule(results), style.BAND, "band"), Key("T*: no change", style.INK, "point", "▲"))
    return Illustration("answer", TITLE, CAPTION, SEE, drawn, keys, missing, table(results))


def _rule(results: Results) -> str:
    """What the band allows, and which machines count as learned."""
    points = [point for model in shown(results).values() for point in critical_points(model)]
    margin = next((effect.margin for point in points if (effect := point.effects.get(EFFECT))), None)
    inside = "" if margin is None else f": |Δ_s − lattice| below {margin:g}"
    axis = "axis linear in it, logarithmic outside"
    return f"allowed by the rule{inside} ({axis}); learned: gap below 10^{{−3}} nats a site"


def shown(results: Results) -> dict[str, Results]:
    """The model that the question is about: the first of long range, or the first."""
    far = {name: model for name, model in models(results).items() if model.get("short_range") is False}
    return dict(list((far or models(results)).items())[:1])


def critical_points(model: Results) -> list[MachinePoint]:
    """The machines that learned at T_c and the exact one; all of them where none learned there."""
    wanted = {recipe.name for recipe in trained(model) if recipe.critical}
    points = known_points(model)
    return [point for point in points if not wanted or point.recipe in (*wanted, CONTROLS[0])]


def _effect_panel(words: str, points: Sequence[MachinePoint], look: Mapping[str, Look]) -> list[Panel]:
    if not points:
        return []
    shown_is = "Δ_s of flows less that of the lattice, against the gap of machines"
    return [Panel(words, f"{words}. {shown_is}; {_inside(points)}", draw_misses(points, look))]


def draw_misses(points: Sequence[MachinePoint], look: Mapping[str, Look]) -> Figure:
    """The effect against the gap, each recipe with its name beside its points."""
    figure = draw_effect(points, EFFECT, look)
    place = figure.axes[0]
    clusters = {point.recipe: _cluster(points, point.recipe) for point in points}
    known = sorted(((recipe, own) for recipe, own in clusters.items() if own), key=lambda item: item[1][0][0])
    for rank, (recipe, own) in enumerate(known):
        words = f"{recipe}{' (control)' if look[recipe].control else ''}"
        _name(place, words, own, rank, len(known))
    low, high = place.get_ylim()
    place.set_ylim(low * 2.5 if low < 0 else low, high * 1.4)
    return figure


def _cluster(points: Sequence[MachinePoint], recipe: str) -> list[tuple[float, Estimate]]:
    """Gap and effect of the machines of a recipe, as they are drawn."""
    own = [(p.gap, p.effects.get(EFFECT)) for p in points if p.recipe == recipe]
    known = [
        (max(g.value, FLOOR), Estimate(e.value, e.error or 0.0)) for g, e in own if g and e and e.value is not None
    ]
    return sorted(known, key=lambda pair: pair[0])


def _name(place: Axes, words: str, own: Sequence[tuple[float, Estimate]], rank: int, count: int) -> None:
    """Words above and below the bars in turn, so that neighbours leave each other room."""
    x, above = own[len(own) // 2][0], rank % 2 == 0
    turn = 1 if above else -1
    end = max(turn * effect.value + effect.error for _, effect in own) * turn
    side = "left" if rank == 0 else "right" if rank == count - 1 else "center"
    place.annotate(words, (x, end), (0, 4 * turn), textcoords="offset points", color=style.INK, ha=side,
                   va="bottom" if above else "top", fontsize=9)  # fmt: skip


def _inside(points: Sequence[MachinePoint]) -> str:
    counts = []
    for name, learned in (("learned ones", True), ("others", False)):
        own = [p.effects[EFFECT] for p in points if p.learned is learned and not p.control and EFFECT in p.effects]
        inside = sum(abs(effect.value or 0.0) < effect.margin for effect in own)
        counts.append(f"of {len(own)} {name} {inside} lie within the margin")
    return ", ".join(counts)


def fields(model: Results) -> dict[str, Field]:
    """What the first layer does to temperature, by blocks and by the stack, in units of T_c."""
    flows = {"majority": [entry for entry in entries(model, "rg") if entry.get("rule") == "majority"],
             "stack": entries(model, "stack")}  # fmt: skip
    unit = temperature_unit(model)
    made = {flow: Field(_changes(own, unit), _fixed(model, flow)) for flow, own in flows.items() if unit > 0}
    return {flow: field for flow, field in made.items() if field.points}


def _changes(flows: Sequence[Results], unit: float) -> list[tuple[float, Estimate]]:
    """Temperature → its change by the first layer, the mean over the flows from the same start."""
    found: dict[float, list[tuple[Estimate, Estimate]]] = {}
    for flow in flows:
        start, pair = finite(flow.get("start")), _first_change(entries(flow, "layers"), unit)
        if start is not None and pair is not None:
            found.setdefault(start, []).append(pair)
    means = [(over_machines(T for T, _ in own), over_machines(dT for _, dT in own)) for _, own in sorted(found.items())]
    return [(T.value, change) for T, change in means if T is not None and change is not None]


def _first_change(layers: Sequence[Results], unit: float) -> tuple[Estimate, Estimate] | None:
    """T before the first layer and its change by it, where the instrument reads both."""
    pair = layers[:2]
    if len(pair) < 2 or not all(section(layer, "in_range").get(INSTRUMENT) is True for layer in pair):
        return None
    before = measured(section(pair[0], "temperature").get(INSTRUMENT))
    change = measured(section(pair[1], "change").get(INSTRUMENT))
    if before is None or change is None:
        return None
    return Estimate(before.value / unit, before.error / unit), Estimate(change.value / unit, change.error / unit)


def _fixed(model: Results, flow: str) -> Estimate | None:
    own = [entry for entry in entries(model, "fixed_points") if entry.get("flow") == flow]
    return over_machines(reference(entry) for entry in own if entry.get("instrument") == INSTRUMENT)


def _field_panel(words: str, found: Mapping[str, Field]) -> list[Panel]:
    if not found:
        return []
    known = [f"{_FLOWS[flow][0]} {field.fixed}" for flow, field in found.items() if field.fixed]
    zeros = f"; it is zero, over T_c, at {', '.join(known)}" if known else ""
    return [Panel(words, f"{words}. Change of T by a layer of blocks and of the stack{zeros}", draw_fields(found))]


def draw_fields(found: Mapping[str, Field]) -> Figure:
    """ΔT of the first layer against T, both over T_c, with T* beside its triangle."""
    figure, axes = layout.grid(height=2.05, left=0.72)
    place = axes[0, 0]
    place.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
    for flow, field in found.items():
        words, color, marker = _FLOWS[flow]
        flow_field(field.as_entry(), place, color=color, marker=marker, step="layer", legend=False)
        at, change = field.points[-1]
        above = change.value >= max(other.points[-1][1].value for other in found.values())
        place.annotate(words, (at, change.value), (0, 9) if above else (0, -9), textcoords="offset points", color=color,
                       ha="right", va="bottom" if above else "top", fontsize=9)  # fmt: skip
    low, high = place.get_ylim()
    place.set_ylim(low, high + 0.12 * (high - low))  # room for the words above
    place.set_xlabel("T / T_c of the states")
    place.set_ylabel("change of T / T_c")
    return figure


def table(results: Results) -> Table:
    """The changes of temperature; what the left panel shows is in the figure of all effects."""
    rows = [
        (_FLOWS[flow][0], label(model, name), f"{at:.4f}", estimate(as_entry(change)), _said(field.fixed))
        for name, model in shown(results).items()
        for flow, field in fields(model).items()
        for at, change in field.points
    ]
    return Table(("flow", "lattice", "T / T_c", "its change / T_c", "T* / T_c"), tuple(rows))


def _said(fixed: Estimate | None) -> str:
    return MISSING if fixed is None else estimate(as_entry(fixed))
