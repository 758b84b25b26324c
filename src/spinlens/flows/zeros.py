"""Zeros of a flow field: a fixed point with the slope there, by a line or a parabola through the changes near it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.statistics.estimate import Estimate

_MISFIT = 4.0  # χ² a degree of freedom beyond which a straight line is not believed


@dataclass(frozen=True)
class FixedPoint:
    """A zero of the flow field: its temperature, the slope d(ΔT)/dT there, and whether the flow is drawn to it."""

    temperature: Estimate
    slope: Estimate
    stable: bool

    @property
    def multiplier(self) -> Estimate:
        """dT′/dT = 1 + slope, by which a step multiplies a small distance to the fixed point."""
        return Estimate(1 + self.slope.value, self.slope.error)

    def exponent(self, scale: float) -> Estimate | None:
        """y = ln(dT′/dT) / ln b of a step that blocks by b: y_t at the critical point; None where dT′/dT ≤ 0.

        >>> print(FixedPoint(Estimate(2.27, 0.0), Estimate(1.0, 0.2), False).exponent(2))
        1.00(14)
        """
        value = self.multiplier.value
        if value <= 0:
            return None
        logarithm = math.log(checks.positive_number("scale", scale))
        return Estimate(math.log(value) / logarithm, self.slope.error / (value * abs(logarithm)))

    @property
    def relaxation(self) -> Estimate | None:
        """Steps −1 / ln|dT′/dT| in which a distance to a stable fixed point falls by e; None where it does not fall."""
        size = abs(self.multiplier.value)
        if not 0 < size < 1:
            return None
        steps = -1 / math.log(size)
        return Estimate(steps, steps**2 * self.slope.error / size)


def zero(grid: Array, values: Array, error: Array) -> FixedPoint:
    """Zero of the weighted straight line through the points, or of a parabola where the line misses them."""
    line = _Polynomial(grid, values, error, 1)
    root = line.root()
    if line.misfit > _MISFIT:
        curved = _Polynomial(grid, values, error, 2)
        bent = curved.root()
        if bent is not None:
            return curved.fixed_point(bent)
    return line.fixed_point(float(grid.mean()) if root is None else root)


class _Polynomial:
    """A polynomial through changes: coefficients about the middle, their covariance and χ² a degree of freedom."""

    def __init__(self, grid: Array, values: Array, error: Array, degree: int) -> None:
        self.grid, self.degree, self.middle = grid, degree, float(grid.mean())
        width = np.maximum(error, 1e-12 * np.abs(values).max())
        design = self._powers(grid) / width[:, None]
        covariance = np.linalg.inv(design.T @ design)
        self.coefficients: Array = covariance @ (design.T @ (values / width))
        residual = values / width - design @ self.coefficients
        degrees = len(grid) - degree - 1
        self.misfit = float(residual @ residual) / degrees if degrees else 1.0
        self.covariance: Array = covariance * max(1.0, self.misfit)

    def _powers(self, temperatures: npt.ArrayLike) -> Array:
        return np.vander(np.atleast_1d(temperatures) - self.middle, self.degree + 1, increasing=True)

    def root(self) -> float | None:
        """The zero between the ends, None where there is none."""
        roots = np.polynomial.polynomial.polyroots(self.coefficients)
        places = np.real(roots[np.abs(np.imag(roots)) < 1e-12]) + self.middle
        inside = places[(places >= self.grid[0]) & (places <= self.grid[-1])]
        return float(inside[0]) if len(inside) else None

    def fixed_point(self, temperature: float) -> FixedPoint:
        value = self._powers(temperature)[0]
        powers = np.arange(self.degree + 1)
        steep = np.append(0.0, powers[1:] * value[:-1])
        slope = float(steep @ self.coefficients)
        position_error = float(np.sqrt(value @ self.covariance @ value)) / abs(slope)
        slope_error = float(np.sqrt(steep @ self.covariance @ steep))
        return FixedPoint(Estimate(temperature, position_error), Estimate(slope, slope_error), slope < 0)
