"""The figure of the study: every effect of every machine against its gap to the lattice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.gaps import FLOOR, gap, name_learned
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, one_panel
from spinlens.report.machine_points import EFFECTS, Look, MachinePoint, keys, looks, machine_points
from spinlens.report.tables import Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.claims.recipes import LEARNED
from spinlens.study.results_document import Results, label, models

TITLE = "What a machine gets wrong, and how much of its lattice it has learned"
CAPTION = (
    "Each point is one machine. Along the axis: its gap to the lattice at T_c, g = ⟨ln p_{lattice} − ln p_{machine}⟩ "
    "in nats a site, on a logarithmic axis; an arrow to the left is a gap below the frame, one to the right a gap that "
    "is known as a bound only. Rows, of the states where its flow ends: the temperature by the instrument that deviates"
    " most, how far the instruments differ, the distance D from any equilibrium of the lattice, and both dimensions "
    "less those of the lattice at the states' own best temperature. Bands: the margins of the rules; linear inside, "
    "logarithmic outside. Dotted: the gap below which a machine counts as learned. Machines whose chain did not settle "
    "are left out."
)
SEE = (
    "If what a flow misses is a matter of learning, the points enter all bands as the gap shrinks to the left; "
    "if it is a matter of the lattice, they stay outside however small the gap."
)


def illustration(results: Results, data: object = None) -> Illustration:
    look = looks(results)

    drawn, missing = one_panel(results, known_points, describe, lambda points: draw(points, look))
    bands = (Key("margin: axis linear in it, logarithmic outside", style.BAND, "band"),)
    return Illustration("gap-effects", TITLE, CAPTION, SEE, drawn, (*keys(look), *bands), missing, table(results))


def known_points(model: Results) -> list[MachinePoint]:
    """The machines with a gap and effects."""
    return [point for point in machine_points(model) if point.gap is not None and point.effects]


def describe(where: str, points: Sequence[MachinePoint]) -> str:
    """What the drawing shows, in a sentence."""
    learned = [point for point in points if point.learned and not point.control]
    others = [point for point in points if not point.learned and not point.control]
    return (
        f"Five effects of machines against their gap to the lattice, {where}: of the learned ones {_inside(learned)} "
        f"lie inside all margins, of the others {_inside(others)}"
    )


def _inside(points: Sequence[MachinePoint]) -> str:
    inside = [point for point in points if all(item.inside for item in point.effects.values())]
    return f"{len(inside)} of {len(points)}"


def draw(points: Sequence[MachinePoint], look: Mapping[str, Look]) -> Figure:
    """One row an effect, all with the same axis of g."""
    figure, axes = layout.grid(len(EFFECTS), 1, height=1.3 * len(EFFECTS) + 0.6, left=0.72, sharex=True)
    edges = _edges(points)
    for place, (key, (words, margin)) in zip(axes[:, 0], EFFECTS.items(), strict=True):
        _row(place, points, key, margin, edges, look)
        place.set_ylabel(words, fontsize=8.5)
        if place is not axes[-1, 0]:
            place.set_xlabel("")
    name_learned(axes[0, 0])
    return figure


def draw_effect(points: Sequence[MachinePoint], key: str, look: Mapping[str, Look]) -> Figure:
    """One of the `EFFECTS` alone."""
    figure, axes = layout.grid(height=2.05, left=0.72)
    words, margin = EFFECTS[key]
    _row(axes[0, 0], points, key, margin, _edges(points), look)
    axes[0, 0].set_ylabel(words)
    name_learned(axes[0, 0])
    return figure


def _row(
    place: Axes,
    points: Sequence[MachinePoint],
    key: str,
    margin: float,
    edges: tuple[float, float],
    look: Mapping[str, Look],
) -> None:
    pairs: dict[str, list[tuple[Estimate, Estimate]]] = {point.recipe: [] for point in points}
    bounds: dict[str, list[bool]] = {recipe: [] for recipe in pairs}
    for point in points:
        found = point.effects.get(key)
        if found is not None and found.value is not None and point.gap is not None:
            effect = Estimate(found.value, found.error or 0.0)
            pairs[point.recipe].append((point.gap, effect))
            bounds[point.recipe].append(point.bound)
    options = {recipe: look[recipe].options for recipe in pairs}
    gap(
        pairs, place, margin=margin, positive=key in ("spread", "distance"), edges=edges, looks=options, bounds=bounds,
        legend=False,
    )  # fmt: skip


def _edges(points: Sequence[MachinePoint]) -> tuple[float, float]:
    gaps = [max(point.gap.value, FLOOR) for point in points if point.gap is not None]
    return min(FLOOR, *gaps), max(3 * LEARNED, *gaps)


def table(results: Results) -> Table:
    """What is drawn: a row a machine."""
    headings = ("machine", "lattice", "gap (nats a site)", *(words for words, _ in EFFECTS.values()))
    rows = tuple(
        (_name(point), label(model, name), _gap(point), *(_number(point, key) for key in EFFECTS))
        for name, model in models(results).items()
        for point in machine_points(model)
    )
    return Table(headings, rows)


def _name(point: MachinePoint) -> str:
    number = "" if point.number is None or point.control else f", {point.number}"
    return f"{point.recipe}{number}{' (control)' if point.control else ''}"


def _gap(point: MachinePoint) -> str:
    text = estimate(None if point.gap is None else as_entry(point.gap))
    return f"{text} (half its bound)" if point.bound else text


def _number(point: MachinePoint, key: str) -> str:
    found = point.effects.get(key)
    return estimate(None if found is None else {"value": found.value, "error": found.error})
