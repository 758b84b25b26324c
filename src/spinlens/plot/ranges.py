"""Effects of a study against the range of the power law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places, style

_BESIDE = 0.35  # of σ, from the shortest range to nearest neighbours, which are drawn to the right of it
_EDGE = 0.12
_APART = 0.025  # between points of one σ


def along_sigma(
    found: Mapping[str, Any],
    ax: Axes | None = None,
    *,
    quantity: str = "y_h",
    looks: Mapping[str, Mapping[str, Any]] | None = None,
    legend: bool = True,
) -> Axes:
    """One effect of a study of several power laws against their σ, nearest neighbours to the right.

    The band is the margin of the rules, about zero or about what the quantity is compared with. Lines are what is known
    of the infinite lattice, dashed where that is disputed.

    Parameters
    ----------
    found : dict
        Results of `reproduce`, as results.json holds them, of a study with three power laws or more.
    ax : Axes, optional
        Where to draw; a new figure by default.
    quantity : str, default "y_h"
        One of ``found["map"]["quantities"]``: "y_h" and "y_t" of learned coarse-grainings beside majority blocks;
        "delta_spin" and "temperature" of the states where flows end; "coupling" at r = 2 and "slope" of the learned
        couplings, each less that of the lattice.
    looks : dict of str to dict, optional
        Options of matplotlib for the points by their name in the key.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        σ of J(r) = r^{−(2+σ)} along x.

    Raises
    ------
    InputError
        Results without a map, or a quantity that it does not have.

    Examples
    --------
    >>> point = {"sigma": 1.2, "value": 1.45, "error": 0.01}
    >>> map_of = {"quantities": {"y_h": {"words": "y_h", "margin": 0.1, "points": {"learned map": [point]}}}}
    >>> ax = along_sigma({"map": map_of})
    >>> ax.get_ylabel(), ax.containers[0].lines[0].get_xydata().tolist()
    ('$y_h$', [[1.2, 1.45]])
    """
    drawn = _quantity(found, quantity)
    points: Mapping[str, Sequence[Any]] = drawn["points"]
    ax = places.axes_for(ax)
    ranges = sorted({float(at["sigma"]) for own in points.values() for at in own if at.get("sigma") is not None})
    last = ranges[-1] if ranges else 0.0
    near = any(at.get("sigma") is None for own in points.values() for at in own)
    margin = checks.positive_number("margin", drawn["margin"])
    _band(ax, points.get(drawn.get("about") or ""), margin, last)
    for line in drawn.get("known") or ():
        dashes = "-" if line["firm"] else (0, (4, 2))
        ax.plot(line["sigma"], line["value"], color=style.INK, lw=1.0, zorder=1.5, ls=dashes)
    for number, (name, own) in enumerate(points.items()):
        shift = _APART * (number - (len(points) - 1) / 2) if len(points) > 1 else 0.0
        table = np.array([(_place(at, last) + shift, at["value"], at["error"]) for at in own], dtype=float)
        options = {**_look(number), "label": name, **((looks or {}).get(name) or {})}
        style.points(ax, *table.reshape(-1, 3).T, **options)
        _bounds(ax, own, table, options["color"])
    _axis(ax, ranges, near)
    ax.set_ylabel(_symbols(str(drawn["words"])))
    places.legend(ax, legend)
    return ax


def _quantity(found: Any, name: str) -> Mapping[str, Any]:
    known = places.part(places.part(found, "map", {}) or {}, "quantities", {})
    if not known:
        raise InputError(
            "plot.along_sigma draws results of a study with three power laws or more, such as the preset map-quick; "
            "these have no map"
        )
    checks.choice("quantity", name, tuple(known))
    quantity: Mapping[str, Any] = known[name]
    return quantity


def _place(point: Mapping[str, Any], last: float) -> float:
    """Where a point lies along x; nearest neighbours beyond the last range."""
    return last + _BESIDE if point.get("sigma") is None else float(point["sigma"])


def _band(ax: Axes, about: Sequence[Any] | None, margin: float, last: float) -> None:
    """The margin about zero, or about the points of what is compared with, from one to the next."""
    look: dict[str, Any] = {"color": style.BAND, "alpha": 0.3, "lw": 0}
    if about is None:
        ax.axhspan(-margin, margin, label="margin", **look)
        ax.axhline(0, color=style.MUTED, lw=0.7)
        return
    rows = sorted((_place(at, last), float(at["value"])) for at in about if at.get("sigma") is not None)
    alone = [(_place(at, last), float(at["value"])) for at in about if at.get("sigma") is None]
    label = "margin"
    for own in (rows, *([(x - _EDGE, y), (x + _EDGE, y)] for x, y in alone)):
        x, y = np.array(own, dtype=float).reshape(-1, 2).T
        ax.fill_between(x, y - margin, y + margin, label=label, **look)
        label = "_"


def _bounds(ax: Axes, own: Sequence[Any], table: Array, color: Any) -> None:
    """Arrows from numbers of which a bound alone is known."""
    for (x, y, _), point in zip(table, own, strict=True):
        if point.get("bound"):
            turn = 1 if point["bound"] == "lower" else -1
            ax.annotate(
                "", (x, y), (0, 12 * turn), textcoords="offset points",
                arrowprops={"arrowstyle": "<-", "color": color, "lw": 0.8},
            )  # fmt: skip


def _axis(ax: Axes, ranges: Sequence[float], near: bool) -> None:
    """Ticks at every σ, and words where there are nearest neighbours."""
    last = ranges[-1] if ranges else 0.0
    ticks = [sigma for k, sigma in enumerate(ranges) if k == 0 or sigma - ranges[k - 1] > _EDGE]
    beside = [last + _BESIDE] if near else []
    ax.set_xticks([*ticks, *beside], [*(f"{sigma:g}" for sigma in ticks), *(["n.n."] if near else [])])
    if beside:
        ax.axvline(last + _BESIDE / 2, color=style.RULE, lw=0.7)
    ends = [*ranges, *beside] or [0.0]
    ax.set_xlim(ends[0] - _EDGE, ends[-1] + 1.3 * _EDGE)
    ax.set_xlabel("σ of J(r) = $r^{−(2+σ)}$")


def _symbols(words: str) -> str:
    return {"y_h": "$y_h$", "y_t": "$y_t$"}.get(words, words)


def _look(number: int) -> dict[str, Any]:
    color, marker = ((style.BLUE, "o"), (style.MUTED, "s"))[number] if number < 2 else style.series(number)
    return {"color": color, "marker": marker, "ms": 4.6}
