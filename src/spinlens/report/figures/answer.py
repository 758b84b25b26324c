"""The picture of the first screen: what flows miss against what machines have learned, and where a layer moves no T."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.forests import forest
from spinlens.plot.gaps import FLOOR
from spinlens.report import layout, takeaways
from spinlens.report.figures.gap_effects import draw_effect, known_points
from spinlens.report.illustration import Illustration, Key, Panel, each_model
from spinlens.report.machine_points import Look, MachinePoint, looks
from spinlens.report.tables import Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.claims.bounded import Bounded
from spinlens.study.claims.effects import SIGNS
from spinlens.study.claims.fixed_temperature import INSTRUMENTS, LEARNED, MAJORITY, MARGIN, fixed_temperature
from spinlens.study.claims.recipes import CONTROLS, trained
from spinlens.study.results_document import Results, label, models

TITLE = "What the flows miss, and the temperature that a layer leaves as it is"
CAPTION = (
    "Above: Δ_s of the states where the flow of a machine ends, less that of the lattice at the same temperature and "
    "L, against the gap of the machine to the lattice; one point a machine that learned at T_c. Below: T*, the "
    "temperature that the first layer leaves as it is, above which it heats and below which it cools, read by each "
    "instrument, for majority blocks (the renormalization group) and for the learned layer (mean over machines); "
    "arrows: T* lies beyond all temperatures that were tried."
)
SEE = (
    "Points that enter the band as the gap shrinks: what the flow misses is a matter of learning. A layer whose T* "
    "lies to the right of that of the blocks cools states that they heat; instruments that disagree see states at no "
    "one temperature."
)
EFFECT = "delta_spin"
_FLOWS = {
    MAJORITY: ("majority blocks", style.INK, "o"),
    LEARNED: ("learned layer", style.ORANGE, "s"),
}
Zeros = Mapping[str, Mapping[str, Bounded]]
"""T*/T_c by flow and instrument."""


def illustration(results: Results, data: object = None) -> Illustration:
    look = looks(results)

    def panels(name: str, model: Results) -> list[Panel]:
        where = label(model, name)
        first = _effect_panel(f"{where}: {takeaways.of_flows(results, where)}", critical_points(model), look)
        return [*first, *_layer_panel(f"{where}: {takeaways.of_layers(results, where)}", zeros(model))]

    drawn, missing = each_model({"models": shown(results)}, panels)
    layers = f"T*: {MARGIN:g} about that of the blocks"
    keys = (Key(f"{_rule(results)}; {layers}", style.BAND, "band"),)
    return Illustration("answer", TITLE, f"{CAPTION}{_others(results)}", SEE, drawn, keys, missing, table(results))


def _others(results: Results) -> str:
    """Which of several long-range lattices is drawn."""
    far = [label(model, name) for name, model in models(results).items() if model.get("short_range") is False]
    return f" Of the {len(far)} long-range lattices of this study it is the first: {far[0]}." if len(far) > 1 else ""


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


def zeros(model: Results) -> Zeros:
    """T* of blocks and of the learned layer by every instrument that has it of both."""
    found = {flow: {name: fixed_temperature(model, flow, name) for name in INSTRUMENTS} for flow in _FLOWS}
    both = [name for name in INSTRUMENTS if all(own[name] is not None for own in found.values())]
    return {flow: {name: value for name in both if (value := own[name])} for flow, own in found.items()} if both else {}


def _layer_panel(words: str, found: Zeros) -> list[Panel]:
    if not found:
        return []
    known = "; ".join(
        f"{_FLOWS[flow][0]} {', '.join(f'{_said(value)} by {INSTRUMENTS[name]}' for name, value in own.items())}"
        for flow, own in found.items()
    )
    return [Panel(words, f"{words}. T* over T_c: {known}", draw_zeros(found))]


def _drawn(found: Bounded) -> Estimate | tuple[float, int]:
    """As `forest` takes it."""
    return (found.estimate.value, 1 if found.bound == "lower" else -1) if found.bound else found.estimate


def draw_zeros(found: Zeros) -> Figure:
    """T*/T_c of blocks and of the learned layer, a row an instrument; bounds as arrows."""
    figure, axes = layout.grid(height=2.05, left=1.15, right=0.2)
    place, names = axes[0, 0], list(next(iter(found.values())))
    for row, name in enumerate(names):
        blocks = found[MAJORITY][name].estimate.value
        place.fill_between(
            [blocks - MARGIN, blocks + MARGIN], row - 0.36, row + 0.36, color=style.BAND, alpha=0.3, lw=0
        )
    rows = {INSTRUMENTS[name]: {_FLOWS[flow][0]: _drawn(own[name]) for flow, own in found.items()} for name in names}
    kinds = {words: {"color": color, "marker": marker, "ms": 5.0} for words, color, marker in _FLOWS.values()}
    forest(rows, place, looks=kinds, words="T* / T_c: where a layer neither heats nor cools", legend=False)
    place.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
    low, high = place.get_xlim()
    place.set_xlim(low - 0.01, high + 0.03)
    place.legend(loc="best", fontsize=8.5, handletextpad=0.2, borderaxespad=0.2)
    return figure


def table(results: Results) -> Table:
    """T* of blocks and of the learned layer; what the left panel shows is in the figure of all effects."""
    rows = [
        (_FLOWS[flow][0], label(model, name), INSTRUMENTS[instrument], _said(value))
        for name, model in shown(results).items()
        for flow, own in zeros(model).items()
        for instrument, value in own.items()
    ]
    return Table(("flow", "lattice", "by", "T* / T_c"), tuple(rows))


def _said(value: Bounded) -> str:
    return f"{SIGNS[value.bound]}{estimate(as_entry(value.estimate))}"
