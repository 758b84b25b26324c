"""From values of all sizes near T_c to a critical point: fits with free exponents, and with those of the class."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spinlens.criticality.analysis.averaging import Average, FitSet, fit_all
from spinlens.criticality.analysis.class_check import check_class
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.analysis.crossings import WORDS, Family
from spinlens.criticality.analysis.fit_quality import FitQuality
from spinlens.criticality.analysis.global_fit import FitModel
from spinlens.criticality.analysis.hypotheses import Freedom, hypotheses, imposed
from spinlens.criticality.analysis.scaling_data import FAMILIES, ScalingData
from spinlens.criticality.universality import Regime
from spinlens.errors import ConvergenceError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.model_document import named_document
from spinlens.statistics.estimate import Estimate

_UNKNOWN = Average(Estimate(math.nan, math.nan), math.nan, math.nan)


@dataclass(frozen=True)
class Lattices:
    """What is known of the lattices whose critical point is asked for.

    `order` is the highest power of x fitted, `prior_y_t` the value and deviation of y_t before the data, if any.
    """

    coupling: Coupling | None
    dimension: int
    regime: Regime
    sizes: tuple[int, ...]
    order: int = 2
    prior_y_t: tuple[float, float] | None = None

    def models(self, kind: Freedom) -> list[FitModel]:
        """All fits to be averaged."""
        return hypotheses(self.regime, self.coupling, self.dimension, self.sizes, kind, self.order, self.prior_y_t)


def determine(
    data: ScalingData,
    lattices: Lattices,
    start: tuple[float, float],
    families: Sequence[Family] = (),
    limits: dict[str, Estimate] | None = None,
) -> tuple[CriticalPoint, tuple[float, ...]]:
    """The critical point, and the part of the statistical variance of ln T_c that each size is responsible for.

    `start` is (T_c, y_t) to begin with; `families` and `limits` are the crossings and their limits, shown beside it.
    Above the upper critical dimension and at it, T_c is that of the fit with the torus scaling imposed
    (y_t* = d/2, U4* of mean-field theory; logarithms at σ = d/2), the dimensions are measured with everything free.
    """
    free = fit_all(data, lattices.models("free"), start)
    fixed = _imposed_fits(data, lattices, start)
    source = free if fixed is None or lattices.regime not in ("mean-field", "boundary") else fixed
    averages = _averages(data, free, source, lattices.dimension)
    y_t, spin = free.average("y_t").estimate, averages.get("delta_spin", _UNKNOWN).estimate
    own = {family.ratio: family.crossings for family in families}
    point = CriticalPoint(
        temperature=averages["temperature"].estimate,
        delta_spin=spin,
        delta_energy=averages["delta_energy"].estimate,
        binder=averages.get("binder", _UNKNOWN).estimate,
        xi=averages["xi"].estimate if "xi" in averages else None,
        critical_polynomial=averages["critical_polynomial"].estimate if "critical_polynomial" in averages else None,
        crossings=own.get("binder", ()),
        xi_crossings=own.get("xi", ()),
        polynomial_crossings=own.get("critical_polynomial", ()),
        sizes=lattices.sizes,
        systematic={name: entry.systematic for name, entry in averages.items()},
        statistical={name: entry.statistical for name, entry in averages.items()},
        nu=Estimate(1 / y_t.value, y_t.error / y_t.value**2),
        eta=Estimate(2 * spin.value + 2 - lattices.dimension, 2 * spin.error),
        by_crossings=limits,
        regime=lattices.regime,
        check=check_class(lattices.regime, lattices.coupling, lattices.dimension, free, fixed),
        quality=_quality(source),
        influence=_shares(source, lattices.sizes),
        covariance=_covariance(free, source, averages),
        coupling_document=named_document(lattices.coupling),
        dimension=lattices.dimension,
    )
    return point, source.influence(lattices.sizes)


def _imposed_fits(data: ScalingData, lattices: Lattices, start: tuple[float, float]) -> FitSet | None:
    """Fits with what the class imposes, None where it imposes nothing or nothing can be fitted."""
    fixed = imposed(lattices.regime, lattices.coupling, lattices.dimension)
    if fixed.y_t is None and fixed.delta_spin is None:
        return None
    try:
        return fit_all(data, lattices.models("imposed"), start)
    except ConvergenceError:
        return None


def _averages(data: ScalingData, free: FitSet, source: FitSet, dimension: int) -> dict[str, Average]:
    """By the names of a `CriticalPoint`, of what the data have."""
    averages = {"temperature": source.temperature()}
    measured = [FAMILIES[number] for number in data.families]
    if "log_m2" in measured:
        averages["delta_spin"] = free.average("delta_spin")
    y_t = free.average("y_t")
    delta_energy = Estimate(dimension - y_t.estimate.value, y_t.estimate.error)
    averages["delta_energy"] = Average(delta_energy, y_t.statistical, y_t.systematic)
    return averages | {name: free.average(name) for name in WORDS if name in measured}


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
