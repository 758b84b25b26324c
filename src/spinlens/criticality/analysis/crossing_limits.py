"""Crossings of consecutive sizes and their limit L → ∞."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinlens.arrays import Array
from spinlens.criticality.analysis.crossings import QUANTITIES, Family, Ratio, find_crossings
from spinlens.criticality.analysis.hypotheses import imposed
from spinlens.criticality.analysis.scaling_fit import extrapolate
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.universality import Regime, correction_exponents
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate


def ratios_of(curves: Sequence[SizeCurves], regime: Regime) -> tuple[Ratio, ...]:
    """The scale-invariant ratios: ξ/L is one below the upper critical dimension only (above it ξ outgrows L)."""
    model = curves[-1].model
    upper = regime == "mean-field" or (regime == "boundary" and imposed(regime, model.coupling, model.dimension).log_x)
    if upper or not all(size.has_xi for size in curves):
        return ("binder",)
    return ("binder", "xi")


def from_crossings(
    curves: Sequence[SizeCurves], regime: Regime
) -> tuple[tuple[Family, ...], dict[str, Estimate] | None]:
    """Crossings of all ratios that have them, and their limits; none where noise hides all of them."""
    for ratios in dict.fromkeys((ratios_of(curves, regime), ("binder",))):
        try:
            families, covariances = find_crossings(curves, ratios)
        except ConvergenceError:
            continue
        return families, _limits(curves, families, np.sum(covariances, axis=0), regime)
    return (), None


def _limits(
    curves: Sequence[SizeCurves], families: Sequence[Family], covariance: Array, regime: Regime
) -> dict[str, Estimate] | None:
    """Limits L → ∞ of crossings: T_c, Δ_s and Δ_ε common to all ratios, whose corrections differ.

    Corrections fall as L^{−ω} for the dimensions and the ratios and as L^{−(y_t + ω)} for the crossing temperature.
    """
    model = curves[-1].model
    omegas = correction_exponents(model.coupling, model.dimension, regime)
    pairs = [(number, pair) for number, family in enumerate(families) for pair in family.crossings]
    if len(pairs) < 2:
        return None
    y_t = max(model.dimension - families[0].crossings[-1].delta_energy.value, 0.1)
    limits: dict[str, Estimate] = {}
    for quantity in QUANTITIES:
        exponents = [y_t + omega for omega in omegas] if quantity == "temperature" else list(omegas)
        groups = [(quantity, range(len(families)))]
        if quantity == "value":
            groups = [(family.ratio, range(k, k + 1)) for k, family in enumerate(families)]
        for name, members in groups:
            rows = [k for k, (number, _) in enumerate(pairs) if number in members]
            values = np.array([getattr(pairs[k][1], quantity).value for k in rows])
            index = [len(QUANTITIES) * k + QUANTITIES.index(quantity) for k in rows]
            small = [pairs[k][1].sizes[0] for k in rows]
            block = covariance[np.ix_(index, index)]
            limits[name] = extrapolate(small, values, block, exponents, [pairs[k][0] for k in rows])[0]
    return limits
