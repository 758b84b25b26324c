"""What the error of a critical point is made of: statistics and systematics, and which sizes it comes from."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from spinlens.plot import places, style

NAMES = {
    "temperature": "$T_c$", "delta_spin": "$Δ_s$", "delta_energy": "$Δ_ε$", "binder": "$U_4$", "xi": "ξ/L",
    "critical_polynomial": "$R_p$",
}  # fmt: skip
"""The quantities that have both parts of an error, in their order."""


def error_budget(point: Any, ax: Axes | None = None, *, legend: bool = True) -> Axes:
    """Shares of the statistical and of the systematic variance in the error of each quantity.

    Where the systematic part dominates (choice of fit, unknown corrections to scaling), larger lattices help and longer
    runs do not.

    Parameters
    ----------
    point : CriticalPoint
        Of `find_critical_point`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        A bar a quantity from above, shares from 0 to 1 along x.

    Raises
    ------
    InputError
        Something else than a critical point.

    Examples
    --------
    >>> ax = error_budget({"statistical": {"temperature": 3.0}, "systematic": {"temperature": 4.0}})
    >>> [round(float(bar.get_width()), 2) for bar in ax.patches]
    [0.36, 0.64]
    """
    places.needs(point, ("statistical", "systematic"), "error_budget", "a CriticalPoint")
    parts = [places.part(point, name) for name in ("statistical", "systematic")]
    names = [name for name in NAMES if all(name in part for part in parts)]
    variances = [[part[name] ** 2 for part in parts] for name in names]
    shares = [[variance / sum(pair) if sum(pair) > 0 else 0.0 for variance in pair] for pair in variances]
    ax = places.axes_for(ax)
    for words, color, k in (("statistical", style.BLUE, 0), ("systematic", style.OCHRE, 1)):
        left = [sum(own[:k]) for own in shares]
        ax.barh(range(len(names)), [own[k] for own in shares], left=left, height=0.6, color=color, label=words)
    ax.set_yticks(range(len(names)), [NAMES[name] for name in names])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_xlabel("share of the variance")
    places.legend(ax, legend, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    return ax


def influence(point: Any, ax: Axes | None = None) -> Axes:
    """Share of each size in the statistical variance of T_c: where more draws would help.

    Parameters
    ----------
    point : CriticalPoint
        Of `find_critical_point`.
    ax : Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    Axes
        A bar a size.

    Raises
    ------
    InputError
        Something else than a critical point.

    Examples
    --------
    >>> ax = influence({"influence": {8: 0.1, 16: 0.9}})
    >>> [float(bar.get_height()) for bar in ax.patches], [label.get_text() for label in ax.get_xticklabels()]
    ([0.1, 0.9], ['8', '16'])
    """
    places.needs(point, ("influence",), "influence", "a CriticalPoint")
    shares = {str(L): float(share) for L, share in places.part(point, "influence").items()}
    ax = places.axes_for(ax)
    ax.bar(range(len(shares)), list(shares.values()), color=style.BLUE, width=0.6)
    ax.set_xticks(range(len(shares)), list(shares))
    ax.set_xlabel("L")
    ax.set_ylabel("share of var $T_c$")
    return ax
