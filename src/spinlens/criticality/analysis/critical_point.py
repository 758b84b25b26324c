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
    """A critical point: temperature, scaling dimensions, and U4 and ξ/L there, with total errors.

    ⟨m²⟩ ~ L^{−2Δ_s} and x = ln(T_c/T) L^{d − Δ_ε}. An error is one standard deviation of noise, of the spread between
    fits and of unknown corrections to scaling together; `statistical` and `systematic` have the two parts.

    Parameters
    ----------
    temperature : Estimate
        T_c in units of J/k_B, from the global fit of all sizes, averaged over hypotheses.
    delta_spin, delta_energy : Estimate
        Δ_s = d − y_h and Δ_ε = d − y_t.
    binder, xi : Estimate
        U4 = 1 − ⟨m⁴⟩/(3⟨m²⟩²) and the second-moment ξ/L at T_c as L → ∞; `xi` is None where ξ outgrows the lattice,
        above the upper critical dimension, and where no Fourier modes were measured.
    crossings, xi_crossings : tuple of Crossing
        Where U4 and ξ/L of consecutive sizes agree, of the pairs that cross.
    sizes : tuple of int
        Linear sizes used.
    systematic, statistical : dict of float
        By quantity, the two parts of each error.
    nu, eta : Estimate
        1/(d − Δ_ε) and 2 Δ_s + 2 − d.
    by_crossings : dict of Estimate, optional
        The same quantities from crossings of consecutive sizes extrapolated in L; None where none cross.
    regime : str
        The universality class assumed.
    check : ClassCheck
        How the data agree with it.
    quality : FitQuality
        Of the fit of the largest weight.
    influence : dict of float
        Share of each size in the statistical variance of T_c.

    Examples
    --------
    >>> from spinlens import NearestNeighbour, find_critical_point
    >>> point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
    >>> point.sizes, point.regime, bool(abs(point.temperature.deviation(2.269185)) < 4)
    ((4, 6, 8), 'short-range', True)
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
