"""What figures of a critical point show: curves of every size around T_c."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.resampling import jackknife_error

_POINTS = 41


@dataclass(frozen=True)
class Curve:
    """U4, ξ/L, ⟨m²⟩ and R_p of one size with errors, at increasing temperatures; nan where not measured."""

    temperature: tuple[float, ...]
    binder: tuple[float, ...]
    xi: tuple[float, ...]
    m2: tuple[float, ...]
    binder_error: tuple[float, ...]
    xi_error: tuple[float, ...]
    m2_error: tuple[float, ...]
    critical_polynomial: tuple[float, ...] = ()
    critical_polynomial_error: tuple[float, ...] = ()


def scaling_curves(curves: Sequence[SizeCurves]) -> dict[int, Curve]:
    """Of each size at temperatures around T_c that its runs reach."""
    return {size.L: _curve(size) for size in curves}


def _curve(size: SizeCurves) -> Curve:
    names = ["binder", "xi", "m2", *(["critical_polynomial"] if size.has_critical_polynomial else [])]
    rows = []
    for theta in np.linspace(*size.histograms.support, _POINTS).tolist():
        try:
            moments = size.samples(theta)
        except ConvergenceError:
            continue
        row = {"temperature": float(size.temperature(theta))}
        for name in names:
            values = getattr(moments, name)
            row |= {name: float(values[0]), f"{name}_error": float(jackknife_error(values[1:]))}
        rows.append(row)
    rows.sort(key=lambda row: row["temperature"])
    return Curve(**{name: tuple(row[name] for row in rows) for name in rows[0]})
