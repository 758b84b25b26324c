"""Thermodynamic functions against temperature, reweighted from runs."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot import places, style

_LABELS = {
    "energy": "energy per spin / J", "specific_heat": "specific heat per spin / $k_B$", "abs_magnetization": "⟨|m|⟩",
    "m2": "⟨m²⟩", "m4": "⟨m⁴⟩", "binder": "$U_4$", "susceptibility": "χ = N⟨m²⟩ / T", "xi": "ξ/L",
    "binder_slope": "d$U_4$ / dβ", "log_m2_slope": "d ln⟨m²⟩ / dβ", "xi_slope": "d(ξ/L) / dβ",
}  # fmt: skip


def reweighted(
    table: Any,
    ax: Axes | None = None,
    *,
    quantity: str = "energy",
    runs: Any = None,
    known: Any = None,
    color: str = style.BLUE,
    label: str | None = None,
    legend: bool = True,
) -> Axes:
    """A thermodynamic function against temperature with its error, as `reweight` gives it.

    Parameters
    ----------
    table : Dataset
        Of `reweight`.
    ax : Axes, optional
        Where to draw; a new figure by default. Call again with the same to draw several sizes.
    quantity : str, default "energy"
        Any variable of the table: "energy", "specific_heat", "susceptibility", "binder", …
    runs : Dataset, optional
        The runs of `sample` that were reweighted: their temperatures are marked on the axis, and where they hold the
        same average it is drawn as points.
    known : tuple of array_like, optional
        Temperatures and values of a known curve, drawn dashed.
    color : str, optional
        Of curve and points.
    label : str, optional
        Of the curve in the key.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Temperature in units of J/k_B along x.

    Raises
    ------
    InputError
        A quantity that the table does not have; the message lists those it has.

    Examples
    --------
    >>> table = {"temperature": [2.2, 2.3], "energy": [-1.55, -1.35], "energy_error": [0.01, 0.01]}
    >>> reweighted(table).get_ylabel()
    'energy per spin / J'
    """
    places.needs(table, ("temperature",), "reweighted", "what reweight gives")
    if quantity not in table:
        there = ", ".join(name for name in _LABELS if name in table)
        raise InputError(f"the table has no {quantity!r}; it has {there or 'none of the known quantities'}")
    ax = places.axes_for(ax)
    x, y = places.numbers(table["temperature"]), places.numbers(table[quantity])
    ax.plot(x, y, color=color, label=label or ("reweighted" if runs is not None else None))
    places.band(ax, x, y, places.part(table, f"{quantity}_error", 0.0 * x), color)
    if runs is not None:
        _runs(ax, runs, quantity, color)
    if known is not None:
        ax.plot(*known, color=style.ORANGE, lw=1.1, dashes=(4, 2), label="known")
    ax.set_xlabel("T / J")
    ax.set_ylabel(_LABELS.get(quantity, quantity))
    places.legend(ax, legend)
    return ax


def _runs(ax: Axes, runs: Any, quantity: str, color: str) -> None:
    places.needs(runs, ("temperature",), "reweighted", "runs of sample as runs=")
    T = places.numbers(runs["temperature"])
    if "observable" in runs and quantity in runs["observable"].values:
        own = runs.sel(observable=quantity)
        style.points(ax, T, own["average"], own["error"], color, "o", ms=4.2, label="runs")
    else:
        ax.plot(T, [0.03] * len(T), "|", color=color, ms=8, mew=1.4, transform=ax.get_xaxis_transform(), label="runs")
