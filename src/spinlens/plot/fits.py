"""What the global fit of a critical point leaves of its data."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from spinlens.plot import places, style

FAMILIES = {"binder": "$U_4$", "xi": "ξ/L", "log_m2": "ln⟨m²⟩", "critical_polynomial": "$R_p$"}
"""The quantities that are fitted, in symbols."""


def residuals(point: Any, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Data minus the fit in errors, against the size: do they scatter by one about zero, or is there a trend with L?

    Parameters
    ----------
    point : CriticalPoint
        Of `find_critical_point` or `finite_size_scaling`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    legend : bool, default True
        Draw a key of the quantities.

    Returns
    -------
    Axes
        Sizes along x, in equal steps.

    Raises
    ------
    InputError
        Something else than a critical point.

    Examples
    --------
    >>> ax = residuals({"quality": {"residuals": [("binder", 8, 0.5), ("binder", 16, -1.0)]}})
    >>> ax.lines[-1].get_ydata().tolist(), [label.get_text() for label in ax.get_xticklabels()]
    ([0.5, -1.0], ['8', '16'])
    """
    places.needs(point, ("quality",), "residuals", "a CriticalPoint")
    rows = [tuple(row) for row in places.part(places.part(point, "quality"), "residuals") or ()]
    sizes = sorted({L for _, L, _ in rows})
    ax = places.axes_for(ax)
    ax.axhspan(-1, 1, color=style.BAND, alpha=0.4, lw=0)
    ax.axhline(0, color=style.MUTED, lw=0.7)
    for number, name in enumerate(family for family in FAMILIES if any(row[0] == family for row in rows)):
        own = [(sizes.index(L) + 0.12 * (number - 1), value) for found, L, value in rows if found == name]
        color, marker = style.series(number + 1)
        ax.plot(*zip(*own, strict=True), color=color, marker=marker, lw=0, label=FAMILIES[name])
    ax.set_xticks(range(len(sizes)), [str(L) for L in sizes])
    ax.set_xlabel("L")
    ax.set_ylabel("(data − fit) / error")
    places.legend(ax, legend)
    return ax
