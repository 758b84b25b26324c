"""Crossings of U4, ξ/L or R_p of two sizes, and the scaling dimensions that the quotients at the crossing give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from spinlens.arrays import Array
from spinlens.criticality.reweighting.size_curves import CurveValues, SizeCurves
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_covariance, jackknife_error

QUANTITIES = ("temperature", "value", "delta_spin", "delta_energy")
Ratio = Literal["binder", "xi", "critical_polynomial"]
WORDS: dict[Ratio, str] = {"binder": "U4", "xi": "ξ/L", "critical_polynomial": "R_p"}
_GRID = 17


@dataclass(frozen=True)
class Crossing:
    """Where U4, ξ/L or R_p of two sizes agree, and Δ_s, Δ_ε from the quotients there (Ballesteros et al. 1996)."""

    sizes: tuple[int, int]
    temperature: Estimate
    value: Estimate
    delta_spin: Estimate
    delta_energy: Estimate


@dataclass(frozen=True)
class Family:
    """Crossings of one ratio for consecutive sizes, from the smallest pair up."""

    ratio: Ratio
    crossings: tuple[Crossing, ...]


def difference(
    small: SizeCurves, large: SizeCurves, ratio: Ratio = "binder", points: int = _GRID
) -> tuple[Array, Array, Array]:
    """Ratio of the larger size minus that of the smaller over their common support: temperatures, values, errors.

    Below T_c it is positive, above it negative. Temperatures to which too few draws can be reweighted are left out.
    """
    rows = []
    for temperature in np.linspace(*common_support(small, large), points).tolist():
        try:
            above, below = (getattr(size.samples(size.theta(temperature)), ratio) for size in (large, small))
        except ConvergenceError:
            continue
        variance = sum(jackknife_error(part[1:]) ** 2 for part in (above, below))
        rows.append((temperature, above[0] - below[0], math.sqrt(variance)))
    if not rows:
        raise ConvergenceError(
            f"the runs of L = {small.L} and {large.L} do not reach each other's temperatures: draw more, or closer"
        )
    found = np.array(rows).T
    return found[0], found[1], found[2]


def _difference_of_all(small: SizeCurves, large: SizeCurves, ratio: Ratio) -> tuple[Array, Array]:
    """`difference` of all data, without errors."""
    temperatures, values = [], []
    for temperature in np.linspace(*common_support(small, large), _GRID).tolist():
        try:
            above, below = (getattr(size.all_data(size.theta(temperature)), ratio) for size in (large, small))
        except ConvergenceError:
            continue
        temperatures.append(temperature)
        values.append(float(above[0] - below[0]))
    if not values:
        raise ConvergenceError(
            f"the runs of L = {small.L} and {large.L} do not reach each other's temperatures: draw more, or closer"
        )
    return np.array(temperatures), np.array(values)


def bracket(temperatures: Array, values: Array) -> tuple[float, float] | None:
    """Neighbouring temperatures between which the values go from + (below) to − (above); None where they never do.

    Where noise makes several sign changes, the one with most agreement on its sides is taken.
    """
    changes = [k for k in range(len(values) - 1) if values[k] > 0 >= values[k + 1]]
    if not changes:
        return None
    best = max(changes, key=lambda k: float(values[: k + 1].sum() - values[k + 1 :].sum()))
    return float(temperatures[best]), float(temperatures[best + 1])


def crossing_samples(small: SizeCurves, large: SizeCurves, ratio: Ratio = "binder") -> tuple[Array, Array]:
    """T×, the common value of the ratio, Δ_s and Δ_ε of one pair of sizes, with the jackknife replicas of either size.

    With b = L_large / L_small: ⟨m²⟩ quotient = b^{−2Δ_s}; quotient of the slopes of the ratio = b^{y_t},
    Δ_ε = d − y_t (Ballesteros et al. 1996).

    Parameters
    ----------
    small, large : SizeCurves
        Two sizes of one coupling.
    ratio : "binder", "xi" or "critical_polynomial"
        U4, ξ/L or R_p; all are scale-invariant at T_c and have different corrections.

    Returns
    -------
    below, above : array of floats
        (1 + blocks, 4) each, columns as `QUANTITIES`: row 0 all data; the rest leaves out blocks of the smaller size,
        or of the larger one.

    Raises
    ------
    ConvergenceError
        The ratios do not cross where both sizes were run: run other temperatures, or draw more.
    """
    temperatures, values = _difference_of_all(small, large, ratio)
    found = bracket(temperatures, values)
    if found is None:
        raise ConvergenceError(
            f"{WORDS[ratio]} of L = {small.L} and {large.L} does not cross between T = {temperatures[0]:.5g} and "
            f"{temperatures[-1]:.5g}: run other temperatures or more draws"
        )

    def at(temperature: float) -> float:
        above, below = (getattr(size.all_data(size.theta(temperature)), ratio) for size in (large, small))
        return float(above[0] - below[0])

    root = small.theta(float(brentq(at, *found, xtol=1e-9)))
    return _vary(small, large, ratio, root, 0), _vary(small, large, ratio, root, 1)


def _vary(small: SizeCurves, large: SizeCurves, ratio: Ratio, root: float, varied: int) -> Array:
    """The four numbers for all data and each replica of the varied size; roots by Newton's method from that of all."""
    sizes = (small, large)
    rows = sizes[varied].histograms.blocks + 1
    one, other = (size.histograms.support for size in sizes)
    inside = (max(one[0], other[0]), min(one[1], other[1]))
    theta = np.full(rows, root)  # (1 + blocks,), as all that follows
    for _ in range(3):
        below, above = (_rows(size, theta, number == varied) for number, size in enumerate(sizes))
        value = getattr(above, ratio) - getattr(below, ratio)
        slope = getattr(above, f"{ratio}_slope") - getattr(below, f"{ratio}_slope")
        theta = np.clip(theta - value / slope, *inside)
    below, above = [_rows(size, theta, number == varied) for number, size in enumerate(sizes)]
    scale = math.log(large.L / small.L)  # ln b
    quotient = getattr(above, f"{ratio}_slope") / getattr(below, f"{ratio}_slope")  # b^{y_t}
    y_t = np.log(np.where(quotient > 0, quotient, np.nan)) / scale
    delta_spin = -np.log(above.m2 / below.m2) / (2 * scale)  # ⟨m²⟩ ratio = b^{−2Δ_s}
    numbers = (small.temperature(theta), getattr(below, ratio), delta_spin, small.dimension - y_t)
    return np.stack([np.asarray(item, dtype=np.float64) for item in numbers], axis=1)


def _rows(size: SizeCurves, theta: Array, varied: bool) -> CurveValues:
    """Moments at a θ for each row: of the replicas, or of all data of a size that is not varied."""
    return size.samples(theta) if varied else size.all_data(theta)


def common_support(small: SizeCurves, large: SizeCurves) -> tuple[float, float]:
    """The range of temperatures that the runs of both sizes cover."""
    low = max(min(small.temperatures), min(large.temperatures))
    high = min(max(small.temperatures), max(large.temperatures))
    if low >= high:
        raise ConvergenceError(
            f"the runs of L = {small.L} and {large.L} share no temperature: run them at the same ones"
        )
    return low, high


def find_crossings(
    curves: Sequence[SizeCurves], ratios: Sequence[Ratio] = ("binder",)
) -> tuple[tuple[Family, ...], Array]:
    """Crossings of consecutive sizes in the ratios asked for; pairs that do not cross in any of them are left out.

    Returns
    -------
    families : tuple of Family
        One a ratio.
    covariances : array of floats
        (sizes, n, n), what each size contributes to the covariance of all n numbers, ordered by family, pair and
        `QUANTITIES`. A size enters two pairs and both families, so all numbers are correlated; sizes are independent,
        so each has a jackknife of its own and the covariance is the sum.

    Raises
    ------
    ConvergenceError
        No pair crosses in a ratio.
    """
    found: list[tuple[Ratio, int, Array, Array]] = []
    for ratio in ratios:
        reasons = []
        for number, pair in enumerate(zip(curves[:-1], curves[1:], strict=True)):
            try:
                below, above = crossing_samples(*pair, ratio)
            except ConvergenceError as error:
                reasons.append(error)
                continue
            if np.isfinite(below).all() and np.isfinite(above).all():
                found.append((ratio, number, below, above))
            else:
                reasons.append(ConvergenceError(f"{WORDS[ratio]} of {pair[0].L} and {pair[1].L} is lost in noise"))
        if len(reasons) == len(curves) - 1:
            raise reasons[-1]
    covariances = [_contribution(number, found) for number in range(len(curves))]
    errors = np.sqrt(np.diag(np.sum(covariances, axis=0))).reshape(-1, len(QUANTITIES))  # (pairs of all ratios, 4)
    families = tuple(
        Family(
            ratio,
            tuple(
                _crossing((curves[k].L, curves[k + 1].L), below[0], error)
                for (name, k, below, _), error in zip(found, errors, strict=True)
                if name == ratio
            ),
        )
        for ratio in ratios
    )
    return families, np.stack(covariances)


def _contribution(size: int, found: Sequence[tuple[Ratio, int, Array, Array]]) -> Array:
    """Covariance of all numbers that comes from one size, (n, n), by the jackknife over its blocks."""
    varied = [below if k == size else above if k + 1 == size else None for _, k, below, above in found]
    blocks = next((len(rows) - 1 for rows in varied if rows is not None), 1)
    constant = np.zeros((blocks, len(QUANTITIES)))
    replicas = [constant if rows is None else rows[1:] for rows in varied]  # (blocks, 4) each
    return jackknife_covariance(np.concatenate(replicas, axis=1))


def _crossing(sizes: tuple[int, int], values: Array, errors: Array) -> Crossing:
    estimates = (Estimate(float(v), float(e)) for v, e in zip(values, errors, strict=True))
    return Crossing(sizes, *estimates)
