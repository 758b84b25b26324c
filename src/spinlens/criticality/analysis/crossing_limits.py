"""Crossings of consecutive sizes and their limit L → ∞."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinlens.arrays import Array
from spinlens.criticality.analysis.crossings import QUANTITIES, Family, Ratio, find_crossings
from spinlens.criticality.analysis.hypotheses import lengths_scale
from spinlens.criticality.analysis.scaling_fit import extrapolate
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.universality import Regime, correction_exponents
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate


def ratios_of(curves: Sequence[SizeCurves], regime: Regime) -> tuple[Ratio, ...]:
    """The scale-invariant ratios that all sizes have.

    ξ/L and R_p are so below the upper critical dimension only (above it ξ outgrows L, and clusters wind at will).
    """
    largest = curves[-1]
    found: list[Ratio] = ["binder"]
    if lengths_scale(regime, largest.coupling, largest.dimension):
        found += ["xi"] if all(size.has_xi for size in curves) else []
        found += ["critical_polynomial"] if all(size.has_critical_polynomial for size in curves) else []
    return tuple(found)


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
    largest = curves[-1]
    crossings = [pair for family in families for pair in family.crossings]  # n of them, by family and size
    n, number = len(crossings), len(QUANTITIES)
    if n < 2:
        return None
    omegas = correction_exponents(largest.coupling, largest.dimension, regime)
    y_t = max(largest.dimension - families[0].crossings[-1].delta_energy.value, 0.1)
    family = np.repeat(np.arange(len(families)), [len(one.crossings) for one in families])  # (n,)
    small = np.array([pair.sizes[0] for pair in crossings])  # (n,) the smaller L
    values = np.array([[getattr(pair, name).value for name in QUANTITIES] for pair in crossings])  # (n, 4)
    covariances = covariance.reshape(n, number, n, number)
    limits: dict[str, Estimate] = {}
    for k, quantity in enumerate(QUANTITIES):
        exponents = [y_t + omega for omega in omegas] if quantity == "temperature" else list(omegas)
        own = covariances[:, k, :, k]  # (n, n)
        for name, members in _common(quantity, families):
            rows = np.flatnonzero(np.isin(family, members))
            block = own[np.ix_(rows, rows)]
            limits[name], _ = extrapolate(small[rows], values[rows, k], block, exponents, family[rows])
    return limits


def _common(quantity: str, families: Sequence[Family]) -> list[tuple[str, list[int]]]:
    """Names of limits, and the numbers of the families that share each: U4* and (ξ/L)* have one each."""
    if quantity == "value":
        return [(family.ratio, [k]) for k, family in enumerate(families)]
    return [(quantity, list(range(len(families))))]
