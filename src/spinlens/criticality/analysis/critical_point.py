"""What a determination of a critical point gives."""

from __future__ import annotations

from dataclasses import dataclass

from spinlens.criticality.analysis.class_check import ClassCheck
from spinlens.criticality.analysis.crossings import Crossing
from spinlens.criticality.universality import Regime
from spinlens.statistics.estimate import Estimate


@dataclass(frozen=True)
class FitQuality:
    """How well the fit of the largest weight describes the data, and over how many fits was averaged.

    `corrections` are (kind, exponent) as in `FitModel`, `residuals` (quantity, L, (data − fit) / error) at T_c.
    """

    chi2: float
    freedom: float
    p_value: float
    fits: int
    smallest: int
    order: int
    corrections: tuple[tuple[str, float], ...]
    residuals: tuple[tuple[str, int, float], ...]


@dataclass(frozen=True)
class CriticalPoint:
    """Critical temperature (J/k_B), scaling dimensions, and U4 and ξ/L at criticality, with total errors.

    Attributes
    ----------
    temperature, delta_spin, delta_energy, binder, xi : from the global fit of all sizes, averaged over hypotheses.
    nu, eta : 1/(d − Δ_ε) and 2 Δ_s + 2 − d.
    statistical, systematic : by quantity, the two parts of each error; the systematic one is the spread between fits.
    by_crossings : the same quantities from crossings of consecutive sizes extrapolated in L; None where none cross.
    crossings, xi_crossings : of consecutive sizes, those that cross.
    sizes : linear sizes used.
    regime : the universality class assumed, and `check` how the data agree with it.
    quality : of the fit of the largest weight.
    influence : share of each size in the statistical variance of T_c.
    """

    temperature: Estimate
    delta_spin: Estimate
    delta_energy: Estimate
    binder: Estimate
    xi: Estimate | None
    crossings: tuple[Crossing, ...]
    xi_crossings: tuple[Crossing, ...]
    sizes: tuple[int, ...]
    systematic: dict[str, float]
    statistical: dict[str, float]
    nu: Estimate
    eta: Estimate
    by_crossings: dict[str, Estimate] | None
    regime: Regime
    check: ClassCheck
    quality: FitQuality
    influence: dict[int, float]
