"""Figures of one critical point: crossings, their drift, the collapse, residuals of the fit and the error budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.plot import scaling as plot
from spinlens.plot import style
from spinlens.plot.budgets import error_budget, influence
from spinlens.plot.collapses import collapse, is_correctable
from spinlens.plot.fits import FAMILIES
from spinlens.plot.fits import residuals as plot_residuals
from spinlens.report import layout
from spinlens.report.figures.crossings import CROSSING, KNOWN, size_keys
from spinlens.report.illustration import Illustration, Key, Panel
from spinlens.report.tables import RATIOS, Table, estimate, plain

Curves = Sequence[Mapping[str, Any]]
Point = Mapping[str, Any]

_NAMES = {
    "temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε", "binder": "U_4", "xi": "ξ/L",
    "critical_polynomial": "R_p",
}  # fmt: skip
_SOURCE = ("in units of J, reweighted from all runs", "as it was given, joined by lines")  # of runs, of a table
_AT = ("at T_c", "every temperature that was fitted")


def illustrations(point: Point, curves: Curves, known: Any = None) -> list[Illustration]:
    """All figures, with the `known` T_c drawn; without curves only those that the numbers alone can give."""
    made = [_crossings(point, curves, known), _collapse(point, curves)] if curves else []
    return [*made, _drift(point, known), _residuals(point), _budget(point)]


def _crossings(point: Point, curves: Curves, known: Any) -> Illustration:
    panels = [Panel("U_4", "Binder cumulant against temperature", _ratio(point, curves, "binder", known))]
    if any(np.isfinite(curve["xi"]).any() for curve in curves):
        xi = _ratio(point, curves, "xi", known)
        panels.append(Panel("ξ/L", "Correlation length over L against temperature", xi))
    if all(curve.get("critical_polynomial") for curve in curves):
        polynomial = _ratio(point, curves, "critical_polynomial", known)
        panels.append(Panel("R_p", "Critical polynomial of wrapping clusters against temperature", polynomial))
    found = (Key("T_c ± error", style.BAND, "band"), *_known_key(known), CROSSING)
    keys = (*size_keys([curve["L"] for curve in curves]), *found)
    return Illustration(
        "crossings",
        "Crossings",
        f"Scale-invariant ratios against temperature, {_SOURCE[_is_table(point)]}, with errors as bands.",
        "Curves of different L cross at T_c; crossings of small sizes lie beside it because of corrections to scaling.",
        tuple(panels),
        keys,
    )


def _is_table(point: Point) -> bool:
    return point.get("made_from") == "table"


def _known_key(known: Any) -> tuple[Key, ...]:
    return () if known is None else (KNOWN,)


def _ratio(point: Point, curves: Curves, quantity: str, known: Any) -> Figure:
    figure, axes = layout.grid(height=2.3)
    plot.crossings(curves, axes[0, 0], quantity=quantity, point=point, known=known, legend=False)
    return figure


def is_corrected(point: Point) -> bool:
    """Whether the collapses are drawn without corrections to scaling, too."""
    return all(is_correctable(point, quantity) for quantity in ("binder", "m2"))


def _collapse(point: Point, curves: Curves) -> Illustration:
    panels: list[Panel] = []
    told = is_corrected(point)
    for quantity, title in (("binder", "U_4"), ("m2", "⟨m²⟩ L^{2Δ}")):
        panels.append(_collapsed(point, curves, quantity, f"{title}, as measured", corrected=False))
        if told:
            panels.append(_collapsed(point, curves, quantity, f"{title}, without corrections", corrected=True))
    return Illustration(
        "collapse",
        "Collapse",
        f"The data against the scaling variable, with T_c, ν and Δ_s as found. {_CORRECTED if told else _RAW}",
        "With the right exponents all sizes fall on one curve; "
        f"what is left {'of small L as measured' if told else 'at small L'} are corrections to scaling.",
        tuple(panels),
        size_keys([curve["L"] for curve in curves]),
    )


_CORRECTED = (
    "As measured, and without the corrections to scaling of the fit: there each size is moved by the one that it has "
    "at T_c (of ⟨m²⟩ as a factor, beside that of the largest L), so that about zero the curves are apart by what the "
    "fit leaves of the data; sizes that the fit left out are not drawn."
)
_RAW = (
    "As measured: a fit to temperatures that were given has corrections at each of them, and none of a size by which "
    "its curve could be moved."
)


def _collapsed(point: Point, curves: Curves, quantity: str, title: str, corrected: bool) -> Panel:
    figure, axes = layout.grid(height=2.7, left=0.75)
    collapse(curves, axes[0, 0], point=point, quantity=quantity, corrected=corrected, legend=False)
    return Panel(title, f"{title}: against the scaling variable", figure)


def _drift(point: Point, known: Any) -> Illustration:
    figure, axes = layout.grid(height=2.7, left=0.75)
    plot.drift(point, axes[0, 0], known=known, legend=False)
    looks = ((style.BLUE, "o"), (style.OCHRE, "s"), (style.GREEN, "^"))
    ratios = [
        Key(name, color, "point", style.glyph(marker))
        for (crossed, name), (color, marker) in zip(RATIOS, looks, strict=True)
        if point.get(crossed)
    ]
    return Illustration(
        "drift",
        "Drift of the crossings",
        "Crossing temperatures of pairs of sizes. Grey band: T_c of the global fit with its total error.",
        "All ratios have to tend to the band as L grows.",
        (Panel("Crossing temperatures", "Crossing temperatures against one over L", figure),),
        (*ratios, Key("T_c ± error", style.BAND, "band"), *_known_key(known)),
        numbers=_pairs(point),
    )


def _pairs(point: Point) -> Table:
    rows = [
        (symbol, " × ".join(map(str, pair["sizes"])), estimate(pair["temperature"]), estimate(pair.get("value")))
        for name, symbol in RATIOS
        for pair in point.get(name) or ()
    ]
    return Table(("ratio", "sizes", "T / J", "its value"), tuple(rows))


def _residuals(point: Point) -> Illustration:
    figure, axes = layout.grid(height=2.7)
    plot_residuals(point, axes[0, 0], legend=False)
    names = [name for name in FAMILIES if any(row[0] == name for row in point["quality"]["residuals"])]
    return Illustration(
        "residuals",
        "Residuals",
        "Data minus the fit of the largest weight with its corrections to scaling, in statistical errors: "
        f"{_AT[_is_table(point)]}. Grey: one error.",
        "Points scatter about zero by about one; a trend with L would mean that the scaling law is wrong.",
        (Panel("Residuals", "Residuals of the global fit against L", figure),),
        tuple(_series_key(FAMILIES[name].replace("$", ""), *style.series(k + 1)) for k, name in enumerate(names)),
        numbers=Table(
            ("quantity", "L", "(data − fit) / error"),
            tuple(
                (FAMILIES[name].replace("$", ""), str(L), plain(float(value)))
                for name, L, value in point["quality"]["residuals"]
            ),
        ),
    )


def _series_key(words: str, color: str, marker: str) -> Key:
    return Key(words, color, "point", style.glyph(marker))


def _budget(point: Point) -> Illustration:
    names = [name for name in _NAMES if name in point["statistical"]]
    parts, axes = layout.grid(height=2.4)
    error_budget(point, axes[0, 0], legend=False)
    sizes, axes = layout.grid(height=2.4)
    influence(point, axes[0, 0])
    return Illustration(
        "budget",
        "Error budget",
        "Left: how much of each error is statistical, and how much comes from the choice of fit and from the unknown "
        "amplitudes of corrections. Right: which sizes the statistical error of T_c comes from.",
        "Where the systematic part dominates, larger lattices help and longer runs do not.",
        (
            Panel("Statistical and systematic", "Shares of statistical and systematic variance", parts),
            Panel("By size", "Shares of each size in the variance of the critical temperature", sizes),
        ),
        (Key("statistical", style.BLUE, "square"), Key("systematic", style.OCHRE, "square")),
        numbers=_errors(point, names),
    )


def _errors(point: Point, names: Sequence[str]) -> Table:
    parts = [(_NAMES[name], plain(float(point["statistical"][name])), plain(float(point["systematic"][name])), "")
             for name in names]  # fmt: skip
    shares = [(f"L = {L}", "", "", plain(float(share))) for L, share in point["influence"].items()]
    return Table(("of", "statistical error", "systematic error", "share of var T_c"), (*parts, *shares))
