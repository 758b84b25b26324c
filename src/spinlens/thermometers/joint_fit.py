"""The temperature at which a joint curve fits the means of an ensemble best."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.thermometers.joint_curve import JointCurve, best_temperature, standardized

_SCAN, _COARSE = 8, 4  # temperatures tried per calibration interval, of which every fourth is tried first


class CurveAt(NamedTuple):
    """A joint curve at S temperatures: its value (S, F), spread of single states and own error (S, F, F)."""

    temperatures: Array
    value: Array
    spread: Array
    error: Array

    @classmethod
    def of(cls, curve: JointCurve, temperatures: Array) -> Self:
        return cls(temperatures, curve.value(temperatures), curve.spread(temperatures), curve.error(temperatures))

    def at(self, places: npt.NDArray[np.int_]) -> Self:
        """Some of the temperatures."""
        return type(self)(*(column[places] for column in self))


@dataclass(frozen=True, eq=False)
class JointFit:
    """Fits of a curve to means x̄ (F,); `factors` (F,) scale the covariance Σ of single states to that of the mean."""

    curve: JointCurve

    def best(self, mean: Array, factors: Array) -> float:
        """The temperature of the smallest misfit."""
        return self._refine(mean, factors, self._nearest(mean, factors))

    def chi_squared(self, mean: Array, factors: Array, temperature: float) -> tuple[float, int]:
        """χ² of a mean at one temperature, and the rank of its covariance."""
        _, chi2, rank = self._misfit(mean, factors, CurveAt.of(self.curve, np.array([temperature])))
        return float(chi2[0]), int(rank[0])

    @cached_property
    def _trial(self) -> CurveAt:
        grid = self.curve.temperatures
        steps = np.arange(_SCAN * (len(grid) - 1) + 1) / _SCAN
        return CurveAt.of(self.curve, np.interp(steps, np.arange(len(grid)), grid))

    def _nearest(self, mean: Array, factors: Array) -> float:
        """The trial temperature of the smallest misfit: the best of every fourth, then of those around it."""
        coarse = np.arange(0, len(self._trial.temperatures), _COARSE)
        best = coarse[np.argmin(self._misfit(mean, factors, self._trial.at(coarse))[0])]
        around = np.arange(max(best - _COARSE + 1, 0), min(best + _COARSE, len(self._trial.temperatures)))
        found = around[np.argmin(self._misfit(mean, factors, self._trial.at(around))[0])]
        return float(self._trial.temperatures[found])

    def _misfit(self, mean: Array, factors: Array, trial: CurveAt) -> tuple[Array, Array, npt.NDArray[np.int_]]:
        """(χ² − rank, χ², rank) of a mean at trial temperatures (S,); `factors` (F,) scale Σ to that of the mean."""
        covariance = trial.spread * np.outer(factors, factors) + trial.error
        modes, variances, _ = standardized(mean - trial.value, covariance)
        chi2, rank = np.sum(modes**2 / variances, axis=1), np.isfinite(variances).sum(axis=1)
        return chi2 - rank, chi2, rank

    def _refine(self, mean: Array, factors: Array, start: float) -> float:
        """Zero of μ′ᵀC⁻¹(x̄ − μ(T)) near `start`, with C and μ′ as they are there.

        Where C itself were varied along, χ² would favour temperatures of larger fluctuations.
        """
        return best_temperature(self.curve, mean, self.covariance(factors, np.array([start]))[0], start)[0]

    def covariance(self, factors: Array, trial: Array) -> Array:
        """(S, F, F) covariance of x̄ − μ at trial temperatures (S,)."""
        return self.curve.spread(trial) * np.outer(factors, factors) + self.curve.error(trial)
