"""Effective dimensions of equilibrium against temperature, to hold flowed states against at their own temperature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.flows.dimensions import EffectiveDimensions, effective_dimensions
from spinlens.statistics.estimate import Estimate

_POINTS = 3  # of the parabola through which the curve is read


@dataclass(frozen=True, eq=False)
class DimensionCurve:
    """Effective Δ_s and Δ_ε of equilibrium ensembles on one lattice, between `near` and `far` = 2 `near`.

    Attributes
    ----------
    temperatures : (K,) rising.
    delta_spin, delta_energy : (K, 2) values and errors; nan where undefined.
    near : the smaller distance.
    """

    temperatures: Array
    delta_spin: Array
    delta_energy: Array
    near: int

    def at(self, temperature: Estimate) -> EffectiveDimensions:
        """The dimensions at one temperature, by the parabola through the three nearest of the curve's.

        The error holds those of the three points and, by the slope, that of the temperature. None outside the curve's
        temperatures, or where a dimension is undefined at fewer than three of them.
        """
        spin, energy = (self._read(table, temperature) for table in (self.delta_spin, self.delta_energy))
        return EffectiveDimensions(spin, energy, self.near, 2 * self.near)

    def _read(self, table: Array, at: Estimate) -> Estimate | None:
        known = np.isfinite(table).all(axis=1)
        grid, values = self.temperatures[known], table[known]
        if len(grid) < _POINTS or not grid[0] <= at.value <= grid[-1]:
            return None
        points = np.sort(np.argsort(np.abs(grid - at.value), kind="stable")[:_POINTS])
        weights, slopes = _lagrange(grid[points], at.value)
        value, slope = float(weights @ values[points, 0]), float(slopes @ values[points, 0])
        return Estimate(value, float(np.hypot(np.linalg.norm(weights * values[points, 1]), slope * at.error)))


def dimension_curve(ensembles: Mapping[float, npt.ArrayLike], near: int | None = None) -> DimensionCurve:
    """Measure effective dimensions at every temperature.

    Parameters
    ----------
    ensembles : temperature → (n_samples, *shape) independent equilibrium states; at least three temperatures, close
        enough for parabolas between them (5 % apart about T_c).
    near : as in `effective_dimensions`.
    """
    grid = sorted(checks.temperatures(list(ensembles)))
    if len(grid) < _POINTS:
        raise InputError(f"a curve of dimensions needs at least {_POINTS} temperatures, got {len(grid)}")
    found = [effective_dimensions(ensembles[temperature], near) for temperature in grid]
    spin, energy = (
        np.array([(d.value, d.error) if d is not None else (np.nan, np.nan) for d in column])
        for column in zip(*((one.delta_spin, one.delta_energy) for one in found), strict=True)
    )
    return DimensionCurve(np.array(grid), spin, energy, found[0].near)


def _lagrange(nodes: Array, x: float) -> tuple[Array, Array]:
    """Weights of the values at three nodes in the parabola through them at x, and in its slope."""
    inverse = np.linalg.inv(np.vander(nodes - x, increasing=True))  # coefficients about x of each value
    return inverse[0], inverse[1]
