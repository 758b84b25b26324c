"""What figures of a critical point show, as plain arrays: curves of every size around T_c, and their collapse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.resampling import jackknife_error

_POINTS = 41


def scaling_curves(curves: Sequence[SizeCurves], point: CriticalPoint) -> list[dict[str, Any]]:
    """For each size: temperatures, U4, ξ/L and ⟨m²⟩ with errors, and the scaling variable and ⟨m²⟩ L^{2Δ_s}.

    Temperatures are those around T_c that the runs of the size reach.
    """
    T_c, y_t = point.temperature.value, 1 / point.nu.value
    found = []
    for size in curves:
        rows = []
        for theta in np.linspace(*size.histograms.support, _POINTS).tolist():
            try:
                moments = size.samples(theta)
            except ConvergenceError:
                continue
            columns = (moments.binder, moments.xi, moments.m2)
            errors = [float(jackknife_error(values[1:])) for values in columns]
            rows.append([float(size.temperature(theta)), *(float(values[0]) for values in columns), *errors])
        table = np.array(sorted(rows))
        temperature, m2 = table[:, 0], table[:, 3]
        found.append({
            "L": size.L, "temperature": temperature, "binder": table[:, 1], "xi": table[:, 2], "m2": m2,
            "binder_error": table[:, 4], "xi_error": table[:, 5], "m2_error": table[:, 6],
            "x": np.log(T_c / temperature) * size.L**y_t, "scaled_m2": m2 * size.L ** (2 * point.delta_spin.value),
        })  # fmt: skip
    return found
