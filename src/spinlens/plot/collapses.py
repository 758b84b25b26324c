"""The collapse of all sizes on one curve, as measured or without the corrections to scaling that the fit found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.plot import places
from spinlens.plot.scaling import PAIRS, SYMBOLS, by_size, size_curve

_SCALED = "⟨m²⟩ $L^{2Δ}$"
_WIDEST = 1.5  # of the scaling variable


def collapse(
    curves: Mapping[int, Any] | Sequence[Mapping[str, Any]],
    ax: Axes | None = None,
    *,
    point: Any = None,
    temperature: float | None = None,
    nu: float | None = None,
    delta_spin: float | None = None,
    quantity: str = "binder",
    corrected: bool = False,
    legend: bool = True,
) -> Axes:
    """The curves of all sizes against ln(T_c/T) L^{1/ν}: one curve where T_c and the exponents are right.

    Small lattices leave it by corrections to scaling. With `corrected` each curve is moved by the correction that the
    fit found for it at T_c, so that what is left between the curves there is (data − fit): of ratios R it is taken from
    R, of ⟨m²⟩ it is a factor, and the largest size stays where it is. What corrections do to slopes stays, too.

    Parameters
    ----------
    curves : dict of int to Dataset
        Size L → what `reweight` gives, as in `crossings`.
    ax : Axes, optional
        Where to draw; a new figure by default.
    point : CriticalPoint, optional
        Where T_c, ν and Δ_s are taken from that are not given.
    temperature, nu, delta_spin : float, optional
        T_c, ν and Δ_s to try.
    quantity : str, default "binder"
        "binder" (U4), "xi" (ξ/L), "critical_polynomial" (R_p), or "m2", which is drawn as ⟨m²⟩ L^{2Δ_s}.
    corrected : bool, default False
        Without the corrections to scaling of the fit of `point`; sizes that it left out are not drawn.
    legend : bool, default True
        Draw a key.

    Returns
    -------
    Axes
        The scaling variable along x, at most from −1.5 to 1.5.

    Raises
    ------
    InputError
        Neither `point` nor the numbers that the collapse needs; or `corrected` without a point whose fit says what is
        left of each size at T_c: one of runs, not of a table.

    Examples
    --------
    >>> T = np.array([2.2, 2.3])
    >>> ax = collapse({8: {"temperature": T, "binder": [0.62, 0.6]}}, temperature=2.269185, nu=1.0)
    >>> bool(np.allclose(ax.lines[0].get_xdata(), np.log(2.269185 / T[::-1]) * 8))
    True
    """
    checks.choice("quantity", quantity, (*PAIRS, "m2"))
    tables = by_size(curves, ("temperature", quantity), "collapse")
    T_c, power = _found(temperature, point, "temperature"), 1 / _found(nu, point, "nu")
    twice = 2 * _found(delta_spin, point, "delta_spin") if quantity == "m2" else 0.0
    rows = {L: _scaled(L, table, quantity, T_c, power, twice) for L, table in tables.items()}
    rows = _corrected(rows, point, quantity) if corrected else rows
    ax = places.axes_for(ax)
    for L, (x, y, error) in rows.items():
        size_curve(ax, x, y, error, L, list(tables).index(L), len(tables))
    _frame(ax, list(rows.values()))
    ax.set_xlabel("ln($T_c$ / T) · $L^{1/ν}$")
    ax.set_ylabel(_SCALED if quantity == "m2" else SYMBOLS[quantity])
    places.legend(ax, legend)
    return ax


def is_correctable(point: Any, quantity: str) -> bool:
    """Whether the fit of a critical point says what it left of each size at T_c, for two sizes or more."""
    return len(_left(point, quantity)) > 1


def _scaled(L: int, table: Any, quantity: str, T_c: float, power: float, twice: float) -> tuple[Array, Array, Any]:
    """Scaling variable, scaled quantity and its error, in the order of the first."""
    x = np.log(T_c / places.numbers(places.part(table, "temperature"))) * L**power
    y, error = places.numbers(places.part(table, quantity)) * L**twice, places.part(table, f"{quantity}_error")
    order = np.argsort(x)
    return x[order], y[order], None if error is None else places.numbers(error)[order] * L**twice


def _corrected(rows: Mapping[int, Any], point: Any, quantity: str) -> dict[int, Any]:
    """Curves moved so that at T_c they are apart by what the fit with its corrections left of the data."""
    left = _left(point, quantity)
    kept = {L: own for L, own in rows.items() if L in left and own[2] is not None}
    if len(kept) < 2:
        raise InputError(
            "corrected=True needs a point whose fit says what it left of two sizes or more at T_c, as those of "
            "find_critical_point do, and curves with errors: leave it out to draw the curves as they are"
        )
    fitted = {L: _at_critical(own, left[L], quantity == "m2") for L, own in kept.items()}
    aim = fitted[max(fitted)] if quantity == "m2" else _limit(point, quantity, fitted)
    if quantity == "m2":
        return {L: (x, y * aim / fitted[L], error * aim / fitted[L]) for L, (x, y, error) in kept.items()}
    return {L: (x, y + aim - fitted[L], error) for L, (x, y, error) in kept.items()}


def _at_critical(row: tuple[Array, Array, Array], left: float, is_factor: bool) -> float:
    """The fit with its corrections at T_c: the data less what is left of them, in errors; of ⟨m²⟩ in its logarithm."""
    x, y, error = row
    here, uncertain = float(np.interp(0.0, x, y)), float(np.interp(0.0, x, error))
    return here * float(np.exp(-left * uncertain / here)) if is_factor else here - left * uncertain


def _limit(point: Any, quantity: str, fitted: Mapping[int, float]) -> float:
    """The ratio at T_c of L → ∞, of the largest size where the point has none."""
    value = places.value_error(places.part(point, quantity))[0] if places.has(point, quantity) else np.nan
    return float(value) if np.isfinite(value) else fitted[max(fitted)]


def _left(point: Any, quantity: str) -> dict[int, float]:
    """Size → (data − fit) / error at T_c; empty where a size has several, those of other temperatures."""
    if point is None or not places.has(point, "quality"):
        return {}
    name = "log_m2" if quantity == "m2" else quantity
    rows = [tuple(row) for row in places.part(places.part(point, "quality"), "residuals") or ()]
    own = [(int(L), float(value)) for family, L, value in rows if family == name]
    return dict(own) if len(dict(own)) == len(own) else {}


def _found(given: float | None, point: Any, name: str) -> float:
    if given is not None:
        return checks.positive_number(name, given)
    if point is None:
        raise InputError(f"a collapse needs {name}: give it, or a critical point as point=")
    return places.value_error(places.part(point, name))[0]


def _frame(ax: Axes, rows: Sequence[tuple[Array, Array, Any]]) -> None:
    """Axes about what lies within reach of the scaling law."""
    x, y = (np.concatenate([row[k][np.abs(row[0]) < _WIDEST] for row in rows]) for k in (0, 1))
    known = np.isfinite(x) & np.isfinite(y)
    if known.any():
        ax.set_xlim(1.04 * x[known].min() - 0.01, 1.04 * x[known].max() + 0.01)
        room = 0.06 * np.ptp(y[known]) + 1e-9
        ax.set_ylim(y[known].min() - room, y[known].max() + room)
