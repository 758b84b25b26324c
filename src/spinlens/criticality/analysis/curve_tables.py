"""What figures of a critical point show, as plain arrays: curves of every size around T_c."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.resampling import jackknife_error

_POINTS = 41


def scaling_curves(curves: Sequence[SizeCurves]) -> list[dict[str, Any]]:
    """For each size: temperatures, U4, ξ/L and ⟨m²⟩ with errors.

    Temperatures are those around T_c that the runs of the size reach.
    """
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
        found.append({
            "L": size.L, "temperature": table[:, 0], "binder": table[:, 1], "xi": table[:, 2], "m2": table[:, 3],
            "binder_error": table[:, 4], "xi_error": table[:, 5], "m2_error": table[:, 6],
        })  # fmt: skip
    return found
