"""What a critical point says of itself, in words and rows: for its screen, its page and the command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spinlens.errors import InputError
from spinlens.showing import Card
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    from uncertainties.core import AffineScalarFunc

    from spinlens.criticality.analysis.critical_point import CriticalPoint

WORDS = {
    "temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε", "binder": "U4", "xi": "ξ/L",
    "critical_polynomial": "R_p", "nu": "ν", "eta": "η",
}  # fmt: skip
HEADINGS = ("", "measured", "statistical", "systematic", "by crossings")


def estimates(point: CriticalPoint) -> dict[str, Estimate]:
    """The quantities that the data give, by the names of the fields."""
    found = {name: getattr(point, name) for name in WORDS}
    return {name: value for name, value in found.items() if value is not None and not math.isnan(value.value)}


def measured(point: CriticalPoint) -> dict[str, tuple[str, ...]]:
    """Of each quantity the cells below `HEADINGS` after the first."""
    crossed = point.by_crossings or {}
    return {
        name: (str(value), *(_part(parts, name) for parts in (point.statistical, point.systematic)),
               str(crossed.get(name, "")))
        for name, value in estimates(point).items()
    }  # fmt: skip


def quality_line(point: CriticalPoint) -> str:
    """How well the fit of the largest weight describes the data."""
    quality = point.quality
    return (
        f"χ² = {quality.chi2:.1f} for {quality.freedom:.1f} degrees of freedom (p = {quality.p_value:.2g}), "
        f"L ≥ {quality.smallest}, average over {quality.fits} fits"
    )


def card(point: CriticalPoint) -> Card:
    """One screen."""
    facts = {
        "sizes": ", ".join(map(str, point.sizes)),
        "class": f"{point.regime}; {point.check.text}",
        "fit": quality_line(point),
    }
    facts |= {"note" if k == 0 else f"note {k + 1}": text for k, text in enumerate(point.notes)}
    names = ("temperature", "delta_spin", "delta_energy")
    told = ", ".join(f"{WORDS[name]} = {value}" for name, value in estimates(point).items() if name in names)
    rows = [(WORDS[name], *cells) for name, cells in measured(point).items()]
    return Card(f"CriticalPoint({told})", facts, [HEADINGS, *rows])


def correlated(point: CriticalPoint) -> dict[str, AffineScalarFunc]:
    """See `CriticalPoint.to_ufloats`."""
    try:
        from uncertainties import correlated_values
    except ImportError as error:
        raise InputError("to_ufloats needs uncertainties: pip install 'spinlens[uncertainties]'") from error
    if not point.covariance:
        raise InputError("this critical point was read from a file without covariances: search again")
    known = {
        name: {other: 0.0 if math.isnan(entry) else entry for other, entry in row.items()}
        for name, row in point.covariance.items()
    }
    values = [getattr(point, name).value for name in known]
    return dict(zip(known, correlated_values(values, [list(row.values()) for row in known.values()]), strict=True))


def _part(parts: dict[str, float], name: str) -> str:
    return f"{parts[name]:.1g}" if name in parts else ""
