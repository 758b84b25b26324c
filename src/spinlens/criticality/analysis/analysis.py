"""The critical point from the runs of all sizes: a global fit, and beside it the crossings."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.analysis.crossing_limits import from_crossings, ratios_of
from spinlens.criticality.analysis.crossings import Family
from spinlens.criticality.analysis.determination import Lattices, determine
from spinlens.criticality.analysis.scaling_data import scaling_data
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.universality import Regime, reference


def analyse(curves: Sequence[SizeCurves], regime: Regime | None = None) -> CriticalPoint:
    """The critical point from the runs of all sizes, see `analyse_with_influence`."""
    return analyse_with_influence(curves, regime)[0]


def analyse_with_influence(
    curves: Sequence[SizeCurves], regime: Regime | None = None
) -> tuple[CriticalPoint, tuple[float, ...]]:
    """Global fit of all sizes, see `determine`, and beside it crossings of consecutive sizes and their limit.

    Returns
    -------
    The critical point, and the part of the statistical variance of ln T_c that each size is responsible for.
    """
    coupling, dimension = curves[-1].coupling, curves[-1].dimension
    chosen: Regime = regime or reference(coupling, dimension).regime
    families, limits = from_crossings(curves, chosen)
    start = _start(curves, families)
    data = scaling_data(curves, start[0], ratios_of(curves, chosen))
    lattices = Lattices(coupling, dimension, chosen, tuple(size.L for size in curves))
    return determine(data, lattices, start, families, limits)


def _start(curves: Sequence[SizeCurves], families: Sequence[Family]) -> tuple[float, float]:
    """T_c and y_t to begin with: the crossing of the largest pair, or the middle of the largest size's window."""
    dimension = curves[-1].dimension
    binder = next((family.crossings for family in families if family.ratio == "binder" and family.crossings), None)
    if binder is None:
        low, high = curves[-1].histograms.support
        return float(curves[-1].temperature((low + high) / 2)), dimension / 2
    y_t = dimension - binder[-1].delta_energy.value
    return binder[-1].temperature.value, y_t if math.isfinite(y_t) and 0.1 < y_t < 3 else dimension / 2
