"""Energy or specific heat of stacks, of their first layers and of wider machines against temperature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from spinlens import checks
from spinlens.plot import places, style
from spinlens.statistics.combination import combined

_WORDS = {"energy": "energy per spin / J", "specific_heat": "specific heat per spin / $k_B$"}
_APART = 0.0025  # of T, between points of one temperature


def depth(
    found: Any,
    ax: Axes | None = None,
    *,
    observable: str = "specific_heat",
    kinds: Sequence[str] | None = None,
    unit: float = 1.0,
    words: str = "T / J",
    legend: bool = True,
) -> Axes:
    """An observable of the states of stacks, first layers and wider machines against T, the lattice as a line.

    Parameters
    ----------
    found : DepthAgainstWidth
        Of `depth_against_width`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    observable : {"energy", "specific_heat"}
        Which.
    kinds : sequence of str, optional
        Those that are drawn; all but "lattice", "exact", "mirror" and "untrained" by default.
    unit : float
        What temperatures are divided by, such as T_c.
    words : str
        What is along x.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        A point a temperature and kind, the mean over machines with its error, side by side.

    Raises
    ------
    InputError
        Something else than such a result, or kinds that it does not have.

    Examples
    --------
    >>> from spinlens.comparisons.depth_rows import DepthAgainstWidth, DepthRow
    >>> from spinlens import Estimate
    >>> about = Estimate(-1.5, 0.0), Estimate(0.7, 0.1), None, True
    >>> own = [DepthRow(2.0, kind, None, *about) for kind in ("lattice", "8")]
    >>> depth(DepthAgainstWidth((4, 4), "8", tuple(own))).containers[0].lines[0].get_xydata().tolist()
    [[2.0, 0.7]]
    """
    places.needs(found, ("rows", "kinds", "temperatures"), "depth", "what depth_against_width gives")
    checks.choice("observable", observable, tuple(_WORDS))
    unit = checks.positive_number("unit", unit)
    hidden = {"lattice", "exact", "mirror", "untrained"}
    drawn = [kind for kind in found.kinds if kind not in hidden] if kinds is None else list(kinds)
    for kind in drawn:
        checks.choice("kind", kind, found.kinds)
    ax = places.axes_for(ax)
    lattice = [(T, *_mean(found.of("lattice", T), observable)) for T in found.temperatures]
    x, y, error = ([row[k] / (unit if k == 0 else 1.0) for row in lattice] for k in range(3))
    ax.errorbar(x, y, error, color=style.INK, lw=1.0, marker="_", ms=9, zorder=1.5, label="lattice")
    for number, kind in enumerate(drawn):
        shift = 1 + _APART * (number - (len(drawn) - 1) / 2)
        there = [T for T in found.temperatures if found.of(kind, T)]
        values, errors = zip(*(_mean(found.of(kind, T), observable) for T in there), strict=True)
        color, marker = style.series(number)
        style.points(ax, [T * shift / unit for T in there], values, errors, color, marker, ms=4.2, label=kind)
    ax.set_xlabel(words)
    ax.set_ylabel(_WORDS[observable])
    places.legend(ax, legend)
    return ax


def _mean(rows: Sequence[Any], name: str) -> tuple[float, float]:
    """Over machines, with its error."""
    value, error = combined([(1.0, [getattr(row, name) for row in rows])])
    return value, error
