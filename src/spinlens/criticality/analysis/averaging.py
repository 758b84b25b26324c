"""One answer from many fits: weights by evidence, statistical and systematic error apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinlens.arrays import Array
from spinlens.criticality.analysis.global_fit import Fit, FitModel, fit
from spinlens.criticality.analysis.scaling_data import ScalingData
from spinlens.criticality.analysis.scaling_fit import misfit
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate


@dataclass(frozen=True)
class Average:
    """A quantity averaged over fits: the total error, and its statistical and systematic parts."""

    estimate: Estimate
    statistical: float
    systematic: float


@dataclass(frozen=True)
class FitSet:
    """Fits of several hypotheses, each with and without the smallest sizes, to the same data, and their weights.

    A hypothesis has the weight of its evidence on all sizes. Its share is divided among smallest sizes by
    e^{−χ²/2 − n_cut}, n_cut values being left out (Jay & Neil 2021).
    """

    fits: tuple[Fit, ...]
    weights: Array

    @property
    def best(self) -> Fit:
        """The fit of the largest weight."""
        return self.fits[int(np.argmax(self.weights))]

    def average(self, name: str) -> Average:
        """A parameter over all fits; the systematic part is the spread between fits and the unknown corrections.

        Improbable fits have larger errors, see `misfit`.
        """
        rows = np.array([(*one.get(name), misfit(one.chi2, one.freedom)) for one in self.fits])
        weights = np.where(np.isfinite(rows[:, 0]), self.weights, 0.0)
        weights = weights / weights.sum()
        rows = np.nan_to_num(rows)
        mean = float(weights @ rows[:, 0])
        variance = float(weights @ (rows[:, 1] * rows[:, 3]))
        systematic = float(weights @ (rows[:, 2] + (rows[:, 0] - mean) ** 2))
        total = math.sqrt(variance + systematic)
        return Average(Estimate(mean, total), math.sqrt(variance), math.sqrt(systematic))

    def covariance(self, names: Sequence[str]) -> Array:
        """Total covariance (k, k) of parameters, noise and spread between fits together; on its diagonal `average`²."""
        parts = [(*one.joint(names), misfit(one.chi2, one.freedom)) for one in self.fits]
        weights = np.where([np.isfinite(part[0]).all() for part in parts], self.weights, 0.0)
        weights = weights / weights.sum()
        mean = sum(weight * np.nan_to_num(part[0]) for weight, part in zip(weights, parts, strict=True))
        total = np.zeros((len(names), len(names)))
        for weight, (values, noise, truncation, factor) in zip(weights, parts, strict=True):
            apart = np.nan_to_num(values) - mean
            total += weight * (noise * factor + truncation + np.outer(apart, apart))
        return total

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
    found = [one for model in models if (one := fit(data, model, start)) is not None]
    if not found:
        raise ConvergenceError("no scaling law fits the data near the temperature found: draw more, or use other sizes")
    return FitSet(tuple(found), _weights(found))


def _weights(fits: Sequence[Fit]) -> Array:
    """See `FitSet`; a hypothesis that cannot be fitted to all sizes has no weight."""
    groups: dict[FitModel, list[int]] = {}
    for k, one in enumerate(fits):
        groups.setdefault(replace(one.model, smallest=0), []).append(k)
    fewest = min(one.cut for one in fits)
    weights = np.zeros(len(fits))
    full = {group: next((fits[k] for k in own if fits[k].cut == fewest), None) for group, own in groups.items()}
    best = min(one.evidence for one in full.values() if one is not None)
    for group, own in groups.items():
        whole = full[group]
        if whole is not None:
            shares = _softmax(np.array([-0.5 * fits[k].penalty - fits[k].cut for k in own]))
            weights[own] = math.exp(-0.5 * (whole.evidence - best)) * shares
    return np.asarray(weights / weights.sum())


def _softmax(logarithms: Array) -> Array:
    terms = np.exp(logarithms - logarithms.max())
    return np.asarray(terms / terms.sum())
