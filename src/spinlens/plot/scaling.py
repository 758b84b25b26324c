"""Finite-size scaling: crossings of ratios, and their drift with size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places, style

SYMBOLS = {"binder": "$U_4$", "xi": "ξ/L", "critical_polynomial": "$R_p$", "m2": "⟨m²⟩"}
PAIRS = {"binder": "crossings", "xi": "xi_crossings", "critical_polynomial": "polynomial_crossings"}
"""Where a critical point has the crossings of each ratio."""

_CURVES = "curves by size, {L: reweight(...), ...}"
_MARKS = 0.18  # of the axis, between marks along a curve


def crossings(
    curves: Mapping[int, Any] | Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    quantity: str = "binder",
    point: Any = None,
    known: Any = None,
    zoom: bool = True,
    legend: bool = True,
) -> Axes:
    """U4, ξ/L or R_p against temperature for several sizes: they cross at T_c.

    Parameters
    ----------
    curves : dict of int to Dataset
        Size L → what `reweight` gives, or `CriticalPoint.curves`; or any tables with `temperature`, the quantity and
        its `<quantity>_error`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    quantity : str, default "binder"
        "binder" (U4), "xi" (ξ/L) or "critical_polynomial" (R_p, where wrapping clusters were counted).
    point : CriticalPoint, optional
        T_c is drawn as a band and the crossings of pairs as diamonds, and the axes show their surroundings.
    known : Estimate or float, optional
        A known T_c, drawn dashed.
    zoom : bool, default True
        Show the surroundings of `point` only.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        Temperature in units of J/k_B along x.

    Raises
    ------
    InputError
        Something else than curves by size: make them with `reweight`.

    Examples
    --------
    >>> T = [2.2, 2.3]
    >>> small = {"temperature": T, "binder": [0.62, 0.60], "binder_error": [0.001, 0.001]}
    >>> large = {"temperature": T, "binder": [0.64, 0.57], "binder_error": [0.001, 0.001]}
    >>> ax = crossings({8: small, 16: large}, known=2.269185)
    >>> ax.get_ylabel(), ax.get_legend_handles_labels()[1]
    ('$U_4$', ['L = 8', 'L = 16', 'known $T_c$'])
    """
    checks.choice("quantity", quantity, tuple(PAIRS))
    tables = by_size(curves, ("temperature", quantity), "crossings")
    ax = places.axes_for(ax)
    if point is not None:
        _critical_band(ax, point)
    for k, (L, table) in enumerate(tables.items()):
        x, y = places.numbers(places.part(table, "temperature")), places.numbers(places.part(table, quantity))
        measured = places.has(table, f"measured_{quantity}")
        size_curve(ax, x, y, places.part(table, f"{quantity}_error"), L, k, len(tables), marked=not measured)
        if measured:
            _measured(ax, table, quantity, k, len(tables))
    places.known_line(ax, known, "x", "known $T_c$")
    if point is not None:
        pairs = _pairs(ax, point, PAIRS[quantity])
        if zoom:
            _zoom(ax, tables, quantity, point, pairs)
    ax.set_xlabel("T / J")
    ax.set_ylabel(SYMBOLS[quantity])
    places.legend(ax, legend)
    return ax


def drift(point: Any, ax: Axes | None = None, *, known: Any = None, legend: bool = True) -> Axes:
    """Temperatures where pairs of sizes cross against 1/L, beside T_c of the global fit: all ratios tend to it.

    Parameters
    ----------
    point : CriticalPoint
        Of `find_critical_point`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    known : Estimate or float, optional
        A known T_c, drawn dashed.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        1/L of the smaller size of each pair along x.

    Raises
    ------
    InputError
        Something else than a critical point.

    Examples
    --------
    >>> pair = {"sizes": (8, 16), "temperature": {"value": 2.28, "error": 0.01}}
    >>> ax = drift({"temperature": {"value": 2.27, "error": 0.001}, "crossings": [pair]})
    >>> ax.get_xlabel()
    '1 / L of the smaller size'
    """
    places.needs(point, ("temperature", "crossings"), "drift", "a CriticalPoint")
    ax = places.axes_for(ax)
    _critical_band(ax, point, along="y")
    for name, color, marker, label, shift in (
        ("crossings", style.BLUE, "o", "$U_4$ of pairs", 0.99),
        ("xi_crossings", style.OCHRE, "s", "ξ/L of pairs", 1.01),
        ("polynomial_crossings", style.GREEN, "^", "$R_p$ of pairs", 1.0),
    ):
        pairs = (places.part(point, name) if places.has(point, name) else None) or ()
        if not pairs:
            continue
        found = np.array([places.value_error(places.part(pair, "temperature")) for pair in pairs]).reshape(-1, 2)
        at = [shift / places.part(pair, "sizes")[0] for pair in pairs]
        style.points(ax, at, found[:, 0], found[:, 1], color, marker, ms=4.5, label=label)
    places.known_line(ax, known, "y", "known $T_c$")
    ax.set_xlim(left=0)
    ax.set_xlabel("1 / L of the smaller size")
    ax.set_ylabel("T of the crossing / J")
    places.legend(ax, legend)
    return ax


def size_look(k: int, count: int) -> tuple[str, str]:
    """Colour and marker of size number k of `count`."""
    return style.shade(k, count), style.MARKERS[k % len(style.MARKERS)]


def by_size(curves: Any, names: tuple[str, ...], function: str) -> dict[int, Any]:
    """Curves by size, from the smallest on, each with all `names`."""
    if isinstance(curves, Sequence) and all(isinstance(table, Mapping) and "L" in table for table in curves):
        curves = {table["L"]: table for table in curves}
    if not isinstance(curves, Mapping) or not curves or not all(isinstance(L, int | np.integer) for L in curves):
        raise InputError(f"plot.{function} draws {_CURVES}; got {type(curves).__name__}")
    for table in curves.values():
        places.needs(table, names, function, _CURVES)
    return {int(L): curves[L] for L in sorted(curves)}


def size_curve(ax: Axes, x: Array, y: Array, error: Any, L: int, k: int, count: int, marked: bool = True) -> None:
    """The curve of size number k of `count` with its error as a band."""
    color, marker = size_look(k, count)
    start = 0.04 + _MARKS * k / max(count, 1)  # marks of different sizes lie beside one another
    marks: dict[str, Any] = {"marker": marker, "markevery": (start, _MARKS), "ms": 3.8, "mec": "none"} if marked else {}
    ax.plot(x, y, color=color, label=f"L = {L}", **marks)
    if error is not None:
        places.band(ax, x, y, error, color, alpha=0.25)


def _measured(ax: Axes, table: Any, quantity: str, k: int, count: int) -> None:
    """Direct measurements, which a table may have beside the curve."""
    x, y, error = (places.part(table, f"measured_{name}") for name in ("temperature", quantity, f"{quantity}_error"))
    style.points(ax, x, y, error, *size_look(k, count))


def _critical_band(ax: Axes, point: Any, along: str = "x") -> None:
    T_c, error = places.value_error(places.part(point, "temperature"))
    if not np.isfinite(T_c):
        return
    span, line = (ax.axvspan, ax.axvline) if along == "x" else (ax.axhspan, ax.axhline)
    span(T_c - error, T_c + error, color=style.BAND, alpha=0.5, lw=0, label="$T_c$ ± error")
    line(T_c, color=style.MUTED, lw=0.7)


def _pairs(ax: Axes, point: Any, name: str) -> Array:
    """Crossings of pairs as hollow diamonds: (pairs, 2) temperatures and values."""
    pairs = places.part(point, name) or ()
    rows = [[*places.value_error(places.part(p, "temperature")), *places.value_error(places.part(p, "value"))]
            for p in pairs]  # fmt: skip
    found = np.array(rows, dtype=np.float64).reshape(-1, 4)
    T, dT, value, error = np.nan_to_num(found).T
    if len(found):
        ax.errorbar(
            T, value, xerr=dT, yerr=error, color=style.ORANGE, marker="D", mfc="none", ms=5.5, lw=0, elinewidth=0.9,
            label="pairs cross", zorder=3,
        )  # fmt: skip
    return found[:, [0, 2]]


def _zoom(ax: Axes, tables: Mapping[int, Any], quantity: str, point: Any, pairs: Array) -> None:
    """The surroundings of T_c with all crossings in it."""
    T_c, error = places.value_error(places.part(point, "temperature"))
    if not np.isfinite(T_c):
        return
    half = 1.3 * max([*np.abs(pairs[:, 0] - T_c), 6 * np.nan_to_num(error), 0.004 * T_c])
    x = np.concatenate([places.numbers(places.part(table, "temperature")) for table in tables.values()])
    y = np.concatenate([places.numbers(places.part(table, quantity)) for table in tables.values()])
    inside = y[(np.abs(x - T_c) < half / 2) & np.isfinite(y)]
    shown = np.concatenate([inside, pairs[:, 1]])
    ax.set_xlim(T_c - half, T_c + half)
    if len(shown):
        room = 0.1 * np.ptp(shown) + 1e-3
        ax.set_ylim(shown.min() - room, shown.max() + room)
