"""One answer from many fits: weights by information criterion, statistical and systematic error apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens.criticality.global_fit import Fit, FitModel, fit, whitening
from spinlens.criticality.scaling_data import ScalingData
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Average:
    """A quantity averaged over fits: the total error, and its statistical and systematic parts."""

    estimate: Estimate
    statistical: float
    systematic: float


@dataclass(frozen=True)
class FitSet:
    """Fits of several hypotheses to the same data, with their weights e^{−(χ² + 2k + 2 n_cut)/2} (Jay & Neil 2021)."""

    fits: tuple[Fit, ...]
    weights: Array

    @property
    def best(self) -> Fit:
        """The fit of the largest weight."""
        return self.fits[int(np.argmax(self.weights))]

    def average(self, name: str) -> Average:
        """A parameter over all fits; the systematic part is the spread between fits and what they leave out.

        A fit whose χ² exceeds its degrees of freedom has its error enlarged by √(χ²/ν) (Particle Data Group).
        """
        rows = np.array([(*one.get(name), one.chi2 / max(1, one.freedom)) for one in self.fits])
        weights = np.where(np.isfinite(rows[:, 0]), self.weights, 0.0)
        weights = weights / weights.sum()
        rows = np.nan_to_num(rows)
        mean = float(weights @ rows[:, 0])
        variance = float(weights @ (rows[:, 1] * np.maximum(1.0, rows[:, 3])))
        systematic = float(weights @ (rows[:, 2] + (rows[:, 0] - mean) ** 2))
        total = math.sqrt(variance + systematic)
        return Average(Estimate(mean, total), math.sqrt(variance), math.sqrt(systematic))

    def temperature(self) -> Average:
        """T_c over all fits."""
        found = self.average("log_temperature")
        value = math.exp(found.estimate.value)
        return Average(
            Estimate(value, value * found.estimate.error), value * found.statistical, value * found.systematic
        )

    def influence(self, sizes: Sequence[int]) -> tuple[float, ...]:
        """The part of the statistical variance of ln T_c that each size is responsible for."""
        return tuple(
            float(sum(w * one.influence.get(L, 0.0) for w, one in zip(self.weights, self.fits, strict=True)))
            for L in sizes
        )


def fit_all(data: ScalingData, models: Sequence[FitModel], start: tuple[float, float]) -> FitSet:
    """Fit every hypothesis and weigh the fits.

    Raises
    ------
    ConvergenceError : none of them could be fitted.
    """
    roots = {smallest: whitening(data, smallest) for smallest in {model.smallest for model in models}}
    found = [one for model in models if (one := fit(data, model, start, roots[model.smallest])) is not None]
    if not found:
        raise ConvergenceError("no scaling law fits the data near the temperature found: draw more, or use other sizes")
    information = np.array([one.information for one in found])
    weights = np.exp(-0.5 * (information - information.min()))
    return FitSet(tuple(found), weights / weights.sum())
