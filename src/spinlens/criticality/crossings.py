"""Crossings of U4 of two sizes, and the scaling dimensions that the quotients at the crossing give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from spinlens.criticality.observables import SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_covariance
from spinlens.statistics.reweighting import Reweighting

Array = npt.NDArray[np.float64]

QUANTITIES = ("temperature", "value", "delta_spin", "delta_energy")
Ratio = Literal["binder", "xi"]


@dataclass(frozen=True)
class Crossing:
    """Where U4 or ξ/L of two sizes agree, and Δ_s, Δ_ε from the quotients there (Ballesteros et al. 1996)."""

    sizes: tuple[int, int]
    temperature: Estimate
    value: Estimate
    delta_spin: Estimate
    delta_energy: Estimate


def crossing_values(
    small: SizeCurves,
    large: SizeCurves,
    small_replica: Reweighting | None = None,
    large_replica: Reweighting | None = None,
    ratio: Ratio = "binder",
) -> Array:
    """T×, the common value of the ratio, Δ_s and Δ_ε of one pair of sizes, (4,).

    With b = L_large / L_small: ⟨m²⟩ quotient = b^{−2Δ_s}; quotient of the slopes of the ratio = b^{y_t},
    Δ_ε = d − y_t.

    Parameters
    ----------
    ratio : "binder" for U4, "xi" for ξ/L; both are scale-invariant at T_c and have different corrections.
    """

    def difference(temperature: float) -> float:
        above, below = large.moments(temperature, large_replica), small.moments(temperature, small_replica)
        return float(getattr(above, ratio) - getattr(below, ratio))

    low, high = common_support(small, large)
    if difference(low) * difference(high) > 0:
        raise ConvergenceError(
            f"{_WORDS[ratio]} of L = {small.L} and {large.L} does not cross between T = {low:.5g} and {high:.5g}: "
            "run other temperatures or more draws"
        )
    temperature = float(brentq(difference, low, high, xtol=1e-10))
    below, above = small.moments(temperature, small_replica), large.moments(temperature, large_replica)
    scale = math.log(large.L / small.L)
    slopes = getattr(above, f"{ratio}_slope") / getattr(below, f"{ratio}_slope")
    y_t = math.log(slopes) / scale if slopes > 0 else math.nan
    delta_spin = -math.log(above.m2 / below.m2) / (2 * scale)
    return np.array([temperature, getattr(below, ratio), delta_spin, small.model.dimension - y_t])


_WORDS = {"binder": "U4", "xi": "ξ/L"}


def common_support(small: SizeCurves, large: SizeCurves) -> tuple[float, float]:
    """The range of temperatures that the runs of both sizes cover."""
    low = max(min(small.temperatures), min(large.temperatures))
    high = min(max(small.temperatures), max(large.temperatures))
    if low >= high:
        raise ConvergenceError(
            f"the runs of L = {small.L} and {large.L} share no temperature: run them at the same ones"
        )
    return low, high


@dataclass(frozen=True)
class Family:
    """Crossings of one ratio for consecutive sizes."""

    ratio: Ratio
    crossings: tuple[Crossing, ...]


def find_crossings(
    curves: Sequence[SizeCurves], ratios: Sequence[Ratio] = ("binder",)
) -> tuple[tuple[Family, ...], Array]:
    """Crossings of consecutive sizes in the ratios asked for.

    Returns
    -------
    The families, and what each size contributes to the covariance of all their numbers (sizes, n, n), ordered by
    family, pair and `QUANTITIES`. A size enters two pairs and both families, so all numbers are correlated; sizes are
    independent, so each has a jackknife of its own and the covariance is the sum.
    """
    pairs = list(zip(curves[:-1], curves[1:], strict=True))
    values = np.array([[crossing_values(*pair, ratio=ratio) for pair in pairs] for ratio in ratios])
    covariances = []
    for number, size in enumerate(curves):
        replicas = np.repeat(values[None], size.histograms.blocks, axis=0)
        for replica, row in zip(size.histograms.replicas, replicas, strict=True):
            for family, ratio in enumerate(ratios):
                if number > 0:
                    row[family, number - 1] = crossing_values(*pairs[number - 1], None, replica, ratio)
                if number < len(pairs):
                    row[family, number] = crossing_values(*pairs[number], replica, None, ratio)
        covariances.append(jackknife_covariance(replicas.reshape(len(replicas), -1)))
    errors = np.sqrt(np.diag(sum(covariances))).reshape(values.shape)
    families = tuple(
        Family(ratio, tuple(_crossing(*item) for item in zip(pairs, values[k], errors[k], strict=True)))
        for k, ratio in enumerate(ratios)
    )
    return families, np.stack(covariances)


def _crossing(pair: tuple[SizeCurves, SizeCurves], values: Array, errors: Array) -> Crossing:
    estimates = (Estimate(float(v), float(e)) for v, e in zip(values, errors, strict=True))
    return Crossing((pair[0].L, pair[1].L), *estimates)
