"""The critical point from the runs of all sizes: a global fit, and beside it the crossings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from spinlens.criticality.analysis.averaging import Average, FitSet, fit_all
from spinlens.criticality.analysis.class_check import ClassCheck, check_class
from spinlens.criticality.analysis.critical_point import CriticalPoint, FitQuality
from spinlens.criticality.analysis.crossing_limits import from_crossings, ratios_of
from spinlens.criticality.analysis.crossings import Family
from spinlens.criticality.analysis.hypotheses import hypotheses, imposed
from spinlens.criticality.analysis.scaling_data import ScalingData, scaling_data
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.universality import Regime, reference
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate


def analyse(curves: Sequence[SizeCurves], regime: Regime | None = None) -> CriticalPoint:
    """The critical point from the runs of all sizes, see `analyse_with_influence`."""
    return analyse_with_influence(curves, regime)[0]


def analyse_with_influence(
    curves: Sequence[SizeCurves], regime: Regime | None = None
) -> tuple[CriticalPoint, tuple[float, ...]]:
    """Global fit of all sizes and, beside it, crossings of consecutive sizes and their limit.

    Above the upper critical dimension and at it, T_c is that of the fit with the torus scaling imposed
    (y_t* = d/2, U4* of mean-field theory; logarithms at σ = d/2), the dimensions are measured with everything free.

    Returns
    -------
    The critical point, and the part of the statistical variance of ln T_c that each size is responsible for.
    """
    model, sizes = curves[-1].model, [size.L for size in curves]
    expected = reference(model.coupling, model.dimension).regime
    chosen: Regime = regime or expected
    families, limits = from_crossings(curves, chosen)
    start = _start(curves, families)
    use_xi = "xi" in ratios_of(curves, chosen)
    data = scaling_data(curves, start[0], use_xi)
    free = fit_all(data, hypotheses(chosen, model.coupling, model.dimension, sizes, "free"), start)
    fixed = _imposed_fits(data, curves, chosen, start)
    source = free if fixed is None or chosen not in ("mean-field", "boundary") else fixed
    point = _point(curves, data, free, source, families, limits, chosen, check_class(chosen, model, free, fixed))
    return point, source.influence(sizes)


def _imposed_fits(
    data: ScalingData, curves: Sequence[SizeCurves], regime: Regime, start: tuple[float, float]
) -> FitSet | None:
    """Fits with what the class imposes, None where it imposes nothing or nothing can be fitted."""
    model = curves[-1].model
    fixed = imposed(regime, model.coupling, model.dimension)
    if fixed.y_t is None and fixed.delta_spin is None:
        return None
    sizes = [size.L for size in curves]
    try:
        return fit_all(data, hypotheses(regime, model.coupling, model.dimension, sizes, "imposed"), start)
    except ConvergenceError:
        return None


def _point(
    curves: Sequence[SizeCurves], data: ScalingData, free: FitSet, source: FitSet, families: Sequence[Family],
    limits: dict[str, Estimate] | None, regime: Regime, check: ClassCheck,
) -> CriticalPoint:  # fmt: skip
    dimension = curves[-1].model.dimension
    averages = {"temperature": source.temperature(), "delta_spin": free.average("delta_spin")}
    y_t = free.average("y_t")
    delta_energy = Estimate(dimension - y_t.estimate.value, y_t.estimate.error)
    averages["delta_energy"] = Average(delta_energy, y_t.statistical, y_t.systematic)
    averages["binder"] = free.average("binder")
    if 1 in data.family:
        averages["xi"] = free.average("xi")
    spin = averages["delta_spin"].estimate
    own = {family.ratio: family.crossings for family in families}
    return CriticalPoint(
        temperature=averages["temperature"].estimate,
        delta_spin=spin,
        delta_energy=delta_energy,
        binder=averages["binder"].estimate,
        xi=averages["xi"].estimate if "xi" in averages else None,
        crossings=own.get("binder", ()),
        xi_crossings=own.get("xi", ()),
        sizes=tuple(size.L for size in curves),
        systematic={name: entry.systematic for name, entry in averages.items()},
        statistical={name: entry.statistical for name, entry in averages.items()},
        nu=Estimate(1 / y_t.estimate.value, y_t.estimate.error / y_t.estimate.value**2),
        eta=Estimate(2 * spin.value + 2 - dimension, 2 * spin.error),
        by_crossings=limits,
        regime=regime,
        check=check,
        quality=_quality(source),
        influence=_shares(source, [size.L for size in curves]),
        covariance=_covariance(free, source, averages),
    )


def _covariance(free: FitSet, source: FitSet, averages: Mapping[str, Average]) -> dict[str, dict[str, float]]:
    """Of the quantities named; those with a T_c from fits of its own (`source` is not `free`) are not known: nan."""
    names = list(averages)
    T_c = averages["temperature"].estimate
    slopes = np.array([{"temperature": T_c.value, "delta_energy": -1.0}.get(name, 1.0) for name in names])
    fitted = [{"temperature": "log_temperature", "delta_energy": "y_t"}.get(name, name) for name in names]
    found = free.covariance(fitted) * np.outer(slopes, slopes)  # T = e^{ln T}, Δ_ε = d − y_t
    if source is not free:
        found[0, :] = found[:, 0] = np.nan
        found[0, 0] = T_c.error**2
    return {name: dict(zip(names, map(float, row), strict=True)) for name, row in zip(names, found, strict=True)}


def _shares(fits: FitSet, sizes: Sequence[int]) -> dict[int, float]:
    parts = fits.influence(sizes)
    total = sum(parts) or 1.0
    return {L: part / total for L, part in zip(sizes, parts, strict=True)}


def _quality(fits: FitSet) -> FitQuality:
    best = fits.best
    model = best.model
    return FitQuality(
        best.chi2, best.freedom, best.p_value, len(fits.fits), model.smallest, model.order, model.corrections,
        best.residuals,
    )  # fmt: skip


def _start(curves: Sequence[SizeCurves], families: Sequence[Family]) -> tuple[float, float]:
    """T_c and y_t to begin with: the crossing of the largest pair, or the middle of the largest size's window."""
    dimension = curves[-1].model.dimension
    binder = next((family.crossings for family in families if family.ratio == "binder" and family.crossings), None)
    if binder is None:
        low, high = curves[-1].histograms.support
        return float(curves[-1].temperature((low + high) / 2)), dimension / 2
    y_t = dimension - binder[-1].delta_energy.value
    return binder[-1].temperature.value, y_t if math.isfinite(y_t) and 0.1 < y_t < 3 else dimension / 2
