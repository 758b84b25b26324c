"""The figure of the study: every effect of every machine against its gap to the lattice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from spinlens.report import style
from spinlens.report.illustration import Illustration, Key, one_panel
from spinlens.report.machine_points import EFFECTS, Look, MachinePoint, keys, looks, machine_points
from spinlens.report.tables import Table, estimate
from spinlens.statistics.estimate import as_entry
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
_FLOOR = 1e-5  # nats a site: smaller gaps are drawn here


def illustration(results: Results, data: object = None) -> Illustration:
    look = looks(results)

    drawn, missing = one_panel(results, _known, describe, lambda points: draw(points, look))
    bands = (Key("margin", style.BAND, "band"),)
    return Illustration("gap-effects", TITLE, CAPTION, SEE, drawn, (*keys(look), *bands), missing, table(results))


def _known(model: Results) -> list[MachinePoint]:
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
    figure, axes = style.grid(len(EFFECTS), 1, height=1.3 * len(EFFECTS) + 0.6, left=0.72, sharex=True)
    edges = _edges(points)
    for place, (key, (words, margin)) in zip(axes[:, 0], EFFECTS.items(), strict=True):
        _frame(place, margin, positive=key in ("spread", "distance"))
        for point in points:
            _point(place, point, key, look[point.recipe], edges)
        place.set_ylabel(words, fontsize=8.5)
    above = axes[0, 0].get_xaxis_transform()
    axes[0, 0].text(0.9 * LEARNED, 0.98, "← learned", transform=above, ha="right", va="top", color=style.MUTED)
    last = axes[-1, 0]
    last.set_xscale("log")
    last.set_xlim(edges[0] / 1.6, edges[1] * 1.6)
    last.set_xlabel("gap to the lattice g (nats a site)")
    return figure


def _edges(points: Sequence[MachinePoint]) -> tuple[float, float]:
    gaps = [max(point.gap.value, _FLOOR) for point in points if point.gap is not None]
    return min(_FLOOR, *gaps), max(3 * LEARNED, *gaps)


def _frame(place: Axes, margin: float, positive: bool) -> None:
    """The margin as a band; linear inside it, logarithmic outside."""
    place.axhspan(0 if positive else -margin, margin, color=style.BAND, alpha=0.3, lw=0)
    place.axhline(0, color=style.MUTED, lw=0.7)
    place.axvline(LEARNED, color=style.MUTED, lw=0.7, dashes=(1, 2))
    place.set_yscale("symlog", linthresh=margin, linscale=0.7)
    decades = [margin * 10**k for k in range(3)]
    ticks = [*([] if positive else [-t for t in decades[::-1]]), 0.0, *decades]
    place.yaxis.set_major_locator(FixedLocator(ticks))
    place.yaxis.set_minor_locator(NullLocator())
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))


def _point(place: Axes, point: MachinePoint, key: str, look: Look, edges: tuple[float, float]) -> None:
    found = point.effects.get(key)
    if found is None or found.value is None or point.gap is None:
        return
    x = float(np.clip(point.gap.value, *edges))
    order = 2.5 if point.control else 3.0
    look.draw(place, [x], [found.value], [found.error or 0.0], ms=6.0 if look.marker == "*" else 4.0, zorder=order)
    if point.gap.value < edges[0] or point.bound:
        turn = -1 if point.gap.value < edges[0] else 1
        place.annotate(
            "", (x * 1.9**turn, found.value), (x * 1.15**turn, found.value),
            arrowprops={"arrowstyle": "->", "color": look.color, "lw": 0.8}, annotation_clip=False,
        )  # fmt: skip


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
