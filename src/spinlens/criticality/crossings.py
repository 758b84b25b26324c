"""Crossings of U4 of two sizes, and the scaling dimensions that the quotients at the crossing give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from spinlens.criticality.observables import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_covariance
from spinlens.statistics.reweighting import Reweighting

Array = npt.NDArray[np.float64]

QUANTITIES = ("temperature", "binder", "delta_spin", "delta_energy")


@dataclass(frozen=True)
class Crossing:
    """Where U4 of two sizes agree, and Δ_s, Δ_ε from the quotients there (Ballesteros et al. 1996)."""

    sizes: tuple[int, int]
    temperature: Estimate
    binder: Estimate
    delta_spin: Estimate
    delta_energy: Estimate


def crossing_values(
    small: SizeCurves,
    large: SizeCurves,
    small_replica: Reweighting | None = None,
    large_replica: Reweighting | None = None,
) -> Array:
    """T×, U4×, Δ_s and Δ_ε of one pair of sizes, (4,).

    With b = L_large / L_small: ⟨m²⟩ ratio = b^{−2Δ_s} and slope ratio of U4 = b^{y_t}, Δ_ε = d − y_t.
    """

    def difference(temperature: float) -> float:
        return large.moments(temperature, large_replica)[1] - small.moments(temperature, small_replica)[1]

    low, high = common_support(small, large)
    if difference(low) * difference(high) > 0:
        raise ConvergenceError(
            f"U4 of L = {small.L} and {large.L} do not cross between T = {low:.5g} and {high:.5g}: "
            "run other temperatures or more draws"
        )
    temperature = float(brentq(difference, low, high, xtol=1e-10))
    m2_small, u4, slope_small = small.moments(temperature, small_replica)
    m2_large, _, slope_large = large.moments(temperature, large_replica)
    scale = math.log(large.L / small.L)
    y_t = math.log(slope_large / slope_small) / scale
    return np.array([temperature, u4, -math.log(m2_large / m2_small) / (2 * scale), small.model.dimension - y_t])


def common_support(small: SizeCurves, large: SizeCurves) -> tuple[float, float]:
    """The range of temperatures that the runs of both sizes cover."""
    low = max(min(small.temperatures), min(large.temperatures))
    high = min(max(small.temperatures), max(large.temperatures))
    if low >= high:
        raise ConvergenceError(
            f"the runs of L = {small.L} and {large.L} share no temperature: run them at the same ones"
        )
    return low, high


def find_crossings(curves: Sequence[SizeCurves]) -> tuple[tuple[Crossing, ...], Array]:
    """Crossings of consecutive sizes, and the covariance of all their numbers.

    Returns
    -------
    The crossings, and a (4 n, 4 n) covariance ordered by pair and then as `QUANTITIES`; a size enters two pairs, so
    neighbouring crossings are correlated. Sizes are independent, so each contributes a jackknife of its own.
    """
    pairs = list(zip(curves[:-1], curves[1:], strict=True))
    values = [crossing_values(small, large) for small, large in pairs]
    covariance = np.zeros((4 * len(pairs), 4 * len(pairs)))
    for number, size in enumerate(curves):
        rows = []
        for replica in size.histograms.replicas:
            row = [value.copy() for value in values]
            if number > 0:
                row[number - 1] = crossing_values(*pairs[number - 1], None, replica)
            if number < len(pairs):
                row[number] = crossing_values(*pairs[number], replica, None)
            rows.append(np.concatenate(row))
        covariance += jackknife_covariance(rows)
    errors = np.sqrt(np.diag(covariance)).reshape(-1, 4)
    crossings = tuple(
        Crossing((small.L, large.L), *(Estimate(float(v), float(e)) for v, e in zip(value, error, strict=True)))
        for (small, large), value, error in zip(pairs, values, errors, strict=True)
    )
    return crossings, covariance
