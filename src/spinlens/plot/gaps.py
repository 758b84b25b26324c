"""What a machine gets wrong against how much of its lattice it has learned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from spinlens import checks
from spinlens.errors import InputError
from spinlens.plot import places, style

LEARNED = 1e-3
"""Nats a site below which a machine counts as having learned its lattice, as in `spinlens.gap`."""

FLOOR = 1e-5
"""Nats a site: smaller gaps are drawn here, with an arrow."""


def gap(
    machines: Mapping[str, Iterable[tuple[Any, Any]]],
    ax: Axes | None = None,
    *,
    margin: float,
    words: str = "effect",
    positive: bool = False,
    looks: Mapping[str, Mapping[str, Any]] | None = None,
    edges: tuple[float, float] | None = None,
    bounds: Mapping[str, Iterable[bool]] | None = None,
    legend: bool = True,
) -> Axes:
    """An effect of machines against their gap to the lattice: is what a flow misses a matter of learning?

    If so, the points enter the band as the gap shrinks to the left. The gap is on a logarithmic axis, the effect linear
    inside the margin and logarithmic outside. Dotted: the gap below which a machine counts as learned.

    Parameters
    ----------
    machines : dict of str to iterable of tuple
        Kind of machine → (gap, effect) of each; a gap is what `spinlens.gap` gives or its `value`, an effect an
        Estimate or a number, such as T_end / T_c − 1.
    ax : Axes, optional
        Where to draw; a new figure by default.
    margin : float
        The effect that would be nothing, drawn as a band about zero.
    words : str, default "effect"
        What the effect is, as the label along y.
    positive : bool, default False
        Whether the effect cannot be negative.
    looks : dict of str to dict, optional
        Options of matplotlib for the points by kind.
    edges : tuple of float, optional
        Ends of the axis of gaps; by default what holds all points down to 10⁻⁵.
    bounds : dict of str to iterable of bool, optional
        By kind, for each machine whether its gap is known as a bound only: drawn with an arrow to the right.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Gaps in nats a site along x.

    Raises
    ------
    InputError
        Something else than pairs of gap and effect by kind of machine.

    Examples
    --------
    >>> ax = gap({"CD-1": [(0.02, 0.1), (0.03, 0.12)], "learned": [(2e-4, 0.004)]}, margin=0.02, words="T/T_c − 1")
    >>> ax.containers[0].lines[0].get_xdata().tolist()
    [0.02, 0.03]
    """
    points = {str(kind): _pairs(kind, own) for kind, own in _checked(machines).items()}
    low, high = edges or _edges([row[0] for rows in points.values() for row in rows])
    ax = places.axes_for(ax)
    _frame(ax, checks.positive_number("margin", margin), positive)
    for number, (kind, rows) in enumerate(points.items()):
        own = {**_look(number), "label": kind, **((looks or {}).get(kind) or {})}
        flags = list((bounds or {}).get(kind) or [False] * len(rows))
        _draw(ax, rows, (low, high), own, flags)
    if legend:
        name_learned(ax)
    ax.set_xscale("log")
    ax.set_xlim(low / 1.6, high * 1.6)
    ax.set_xlabel("gap to the lattice g (nats a site)")
    ax.set_ylabel(words)
    places.legend(ax, legend)
    return ax


def name_learned(ax: Axes) -> None:
    """Words beside the line at which a machine counts as learned."""
    top = ax.get_xaxis_transform()
    ax.text(0.9 * LEARNED, 0.98, "← learned", transform=top, ha="right", va="top", fontsize=9, color=style.MUTED)


def _checked(machines: Any) -> Mapping[str, Any]:
    if not isinstance(machines, Mapping) or not machines:
        raise InputError("plot.gap draws {kind: [(gap, effect), ...]}, a pair for each machine")
    return machines


def _pairs(kind: str, own: Any) -> list[tuple[float, float, float]]:
    """(gap, effect, its error) of each machine with a known effect."""
    rows = []
    for pair in own:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(f"machines of kind {kind!r} must be pairs (gap, effect), got {pair!r}")
        found = places.part(pair[0], "value", pair[0])  # of a Gap its Estimate, of that its number
        rows.append((places.value_error(found)[0], *places.value_error(pair[1])))
    return rows


def _edges(gaps: list[float]) -> tuple[float, float]:
    inside = [max(g, FLOOR) for g in gaps if np.isfinite(g)]
    return min([LEARNED / 3, *inside]), max([3 * LEARNED, *inside])


def _frame(ax: Axes, margin: float, positive: bool) -> None:
    """The margin as a band; linear inside it, logarithmic outside."""
    ax.axhspan(0 if positive else -margin, margin, color=style.BAND, alpha=0.3, lw=0, label="margin")
    for edge in (margin,) if positive else (-margin, margin):
        ax.axhline(edge, color=style.MUTED, lw=0.5)
    ax.axhline(0, color=style.MUTED, lw=0.7)
    ax.axvline(LEARNED, color=style.MUTED, lw=0.7, dashes=(1, 2))
    ax.set_yscale("symlog", linthresh=margin, linscale=0.7)
    decades = [margin * 10**k for k in range(3)]
    ticks = [*([] if positive else [-t for t in decades[::-1]]), 0.0, *decades]
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "−")))


def _draw(
    ax: Axes,
    rows: list[tuple[float, float, float]],
    edges: tuple[float, float],
    options: Mapping[str, Any],
    bounds: list[bool],
) -> None:
    if not rows:
        return
    table = np.array(rows, dtype=np.float64)
    x = np.clip(table[:, 0], *edges)
    style.points(ax, x, table[:, 1], table[:, 2], **options)
    for at, g, effect, bound in zip(x, table[:, 0], table[:, 1], bounds, strict=True):
        if g < edges[0] or bound:
            turn = -1 if g < edges[0] else 1
            ax.annotate(
                "", (at * 1.9**turn, effect), (at * 1.15**turn, effect),
                arrowprops={"arrowstyle": "->", "color": options["color"], "lw": 0.8}, annotation_clip=False,
            )  # fmt: skip


def _look(number: int) -> dict[str, Any]:
    color, marker = style.series(number + 1)
    return {"color": color, "marker": marker, "ms": 5.0}
