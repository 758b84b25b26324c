"""Estimates in rows: do those of a row, and those of all rows, lie at one place?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places, style

_ROW = 0.72  # of the distance of rows: what the estimates of one take
_ARROW = 14  # points, of what is known as a bound only

Items = list[tuple[float, float, int]]
"""Value, error (0 where there is none), and on which side of the value it lies where that is a bound (else 0)."""


def forest(
    rows: Mapping[str, Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    known: Any = None,
    margin: float | None = None,
    frame: tuple[float, float] | None = None,
    marks: Mapping[str, float] | None = None,
    looks: Mapping[str, Mapping[str, Any]] | None = None,
    words: str = "",
    legend: bool = True,
) -> Axes:
    """Estimates with their errors below one another, a row a group and a colour a kind: do they agree?

    Readings of a flow by several instruments lie at one place where its states have a temperature; exponents of several
    maps where these are of one kind.

    Parameters
    ----------
    rows : dict of str to dict
        Row → kind → an Estimate, a number, or a list of them, one a machine. A tuple (number, 1) is known to lie above
        the number and (number, −1) below it: drawn as an arrow.
    ax : Axes, optional
        Where to draw; a new figure by default.
    known : Estimate or float, optional
        Where they should lie, drawn dashed.
    margin : float, optional
        Half the width of a band about `known`.
    frame : tuple of float, optional
        Ends of the axis; estimates beyond are triangles at its edge.
    marks : dict of str to float, optional
        Row → a number beside its estimates, drawn as a grey line across the row.
    looks : dict of str to dict, optional
        Options of matplotlib for the points by kind, or by row where a row has one kind. Instruments and starting
        states have their own, other kinds those of a series.
    words : str, optional
        What is along x.
    legend : bool, default True
        Draw a key of the kinds.

    Returns
    -------
    Axes
        Rows from above, the first at 0.

    Raises
    ------
    InputError
        Something else than estimates by row and kind.

    Examples
    --------
    >>> from spinlens import Estimate
    >>> read = {"energy": Estimate(1.01, 0.01), "xi": Estimate(0.98, 0.02)}
    >>> ax = forest({"learned": read, "lazy": {"energy": Estimate(1.2, 0.1)}}, known=1.0, words="T / T_c")
    >>> ax.containers[0].lines[0].get_xdata().tolist()
    [1.01, 1.2]
    """
    table = {str(row): _kinds(row, own) for row, own in _checked(rows).items()}
    kinds = list(dict.fromkeys(kind for own in table.values() for kind in own))
    ax = places.axes_for(ax, (4.8, 0.45 * len(table) + 1.0))
    _level(ax, known, margin)
    for row, name in enumerate(table):
        if marks and name in marks:
            ax.plot([marks[name]] * 2, [row - 0.42, row + 0.42], color=style.MUTED, lw=2.0)
    for number, kind in enumerate(kinds):
        lanes = _lanes(table, kind, number, len(kinds))
        for look, points in _by_look(lanes, kind, number, looks or {}):
            _points(ax, points, frame, look, kind)
    _axes(ax, list(table), frame, words)
    places.legend(ax, legend and any(kinds))
    return ax


def _checked(rows: Any) -> Mapping[str, Any]:
    if not isinstance(rows, Mapping) or not rows or not all(isinstance(own, Mapping) for own in rows.values()):
        raise InputError(
            "plot.forest draws {row: {kind: estimates}}, such as {'learned': {'energy': Estimate(1, 0.1)}}"
        )
    return rows


def _kinds(row: str, own: Mapping[str, Any]) -> dict[str, Items]:
    return {str(kind): _items(given) for kind, given in own.items()}


def _items(given: Any) -> Items:
    """The estimates of one kind in a row, without those that are not finite."""
    alone = isinstance(given, tuple) or places.has(given, "value") or not isinstance(given, Iterable)
    found = [_item(one) for one in ([given] if alone else given)]
    return [item for item in found if np.isfinite(item[0])]


def _item(given: Any) -> tuple[float, float, int]:
    if isinstance(given, tuple):
        if len(given) != 2 or given[1] not in (1, -1):
            raise InputError(f"a bound must be (number, 1) for above it or (number, -1) for below it, got {given!r}")
        return float(given[0]), 0.0, int(given[1])
    value, error = places.value_error(given)
    return value, float(np.nan_to_num(error)), 0


def _level(ax: Axes, known: Any, margin: float | None) -> None:
    if known is None:
        return
    value, error = places.value_error(known)
    half = error if margin is None else margin
    if half > 0:
        ax.axvspan(value - half, value + half, color=style.BAND, alpha=0.3, lw=0)
    ax.axvline(value, color=style.MUTED, lw=0.7, dashes=(4, 2))


Lane = tuple[str, float, tuple[float, float, int]]
"""The row of an estimate, its height there, and the estimate."""


def _lanes(table: Mapping[str, Mapping[str, Items]], kind: str, number: int, count: int) -> list[Lane]:
    """The estimates of a kind, each row's side by side within the lane that the kind has in it."""
    height = _ROW / count
    found = []
    for row, (name, own) in enumerate(table.items()):
        items = own.get(kind, [])
        for k, item in enumerate(items):
            within = (k + 0.5) / len(items) - 0.5
            found.append((name, row + height * (number + 0.5 + 0.8 * within) - _ROW / 2, item))
    return found


def _by_look(
    lanes: Sequence[Lane], kind: str, number: int, looks: Mapping[str, Mapping[str, Any]]
) -> list[tuple[dict[str, Any], list[Lane]]]:
    """The estimates of a kind by how they are drawn: all alike, or each row as it has its own look."""
    if kind in looks or not any(name in looks for name, _, _ in lanes):
        return [({**_look(kind, number), **looks.get(kind, {})}, list(lanes))]
    names = dict.fromkeys(name for name, _, _ in lanes)
    return [({**_look(kind, number), **looks.get(name, {})}, [lane for lane in lanes if lane[0] == name])
            for name in names]  # fmt: skip


def _look(kind: str, number: int) -> dict[str, Any]:
    if kind in style.INSTRUMENTS:
        color, marker, _ = style.instrument(kind)
    elif kind in style.STARTS:
        color, marker = style.starts([kind])[kind]
    else:
        color, marker = style.series(number)
    return {"color": color, "marker": marker, "ms": 3.4}


def _points(
    ax: Axes, lanes: Sequence[Lane], frame: tuple[float, float] | None, look: Mapping[str, Any], kind: str
) -> None:
    if not lanes:
        return
    y = np.array([height for _, height, _ in lanes])
    x, error, side = (np.array([item[k] for _, _, item in lanes], dtype=np.float64) for k in range(3))
    low, high = frame or (-np.inf, np.inf)
    shown = (side == 0) & (x >= low) & (x <= high)
    style.points_along(ax, x[shown], y[shown], error[shown], label=style.INSTRUMENTS.get(kind, kind) or None, **look)
    for edge, sign, beyond in ((low, "<", x < low), (high, ">", x > high)):
        if (at := y[beyond & (side == 0)]).size:
            ax.plot(np.full(len(at), edge), at, sign, color=look["color"], ms=look["ms"], clip_on=False)
    _bounds(ax, x[side != 0], y[side != 0], side[side != 0], look)


def _bounds(ax: Axes, x: Array, y: Array, side: Array, look: Mapping[str, Any]) -> None:
    ax.plot(x, y, "|", color=look["color"], ms=5)
    for value, height, turn in zip(x, y, side, strict=True):
        ax.annotate(
            "", (value, height), (_ARROW * turn, 0), textcoords="offset points", annotation_clip=False,
            arrowprops={"arrowstyle": "<-", "color": look["color"], "lw": 0.9, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _axes(ax: Axes, names: Sequence[str], frame: tuple[float, float] | None, words: str) -> None:
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    if frame is not None:
        ax.set_xlim(*frame)
    ax.set_xlabel(words)
