"""Correlation-function thermometer: the T whose whole curve G(r; T) fits that of the states best."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.calibration import Thermometer
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import calibration_ensembles
from spinlens.thermometers.joint_curve import JointCurve, best_temperature, eigenmodes, standardized
from spinlens.thermometers.observables import pair_correlation

_SCAN = 8  # temperatures tried in each calibration interval


class CorrelationThermometer(Thermometer):
    """Reads T from G(r) = ⟨s_x s_{x+r}⟩ along the axes, r = 1 … L/2, by generalized least squares.

    T is where wᵀ(Ḡ − G(T)) vanishes, w = Σ⁻¹G′/(G′ᵀΣ⁻¹G′), next to the minimum of (Ḡ − G(T))ᵀ Σ⁻¹ (Ḡ − G(T)), with Σ
    the covariance of G(r) over states of the calibration. Each state counts with T + wᵀ(G_i − Ḡ). The quantity is T
    itself: the curve is the identity, and its error √(wᵀ C w) that of the calibration curve G(T).
    """

    name = "correlation"

    def __init__(self, model: IsingModel, curve: Curve, joint: JointCurve) -> None:
        super().__init__(model, curve)
        self.joint = joint
        grid = joint.temperatures
        steps = np.arange(_SCAN * (len(grid) - 1) + 1) / _SCAN
        self._trial = np.interp(steps, np.arange(len(grid)), grid)

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Calibrate on equilibrium ensembles of `model`; as in `EnergyThermometer.calibrate`. T = 0 is left out."""
        grid, ensembles, chains = calibration_ensembles(temperatures, states, model.shape)
        grid, ensembles = grid[grid > 0], ensembles[grid > 0]
        if len(grid) < 3:
            raise InputError(f"calibration needs at least 3 finite temperatures above 0, got {len(grid)}")
        values = np.stack([pair_correlation(part) for part in ensembles])
        joint = JointCurve.fit(grid, values, model.energy(ensembles), chains)
        weights = _weights(joint, grid)
        error = np.sqrt(np.einsum("kf,kfg,kg->k", weights, joint.error(grid), weights))
        spread = np.sqrt(np.einsum("kf,kfg,kg->k", weights, joint.covariance, weights))
        flat = ~np.any(weights != 0, axis=1)
        error[flat], spread[flat] = np.inf, np.inf  # nothing varies: T cannot be read there
        kept = np.isfinite(error)
        if kept.sum() < 3:
            raise InputError("G(r) varies at fewer than 3 of the calibration temperatures: give more states")
        return cls(model, Curve(grid[kept], grid[kept], error[kept], np.ones(int(kept.sum())), spread[kept]), joint)

    def statistic(self, states: npt.ArrayLike) -> Array:
        """G(r) of each state along the axes, at r = 1 … L/2: (n_samples, R)."""
        return pair_correlation(checks.field("states", states, self.shape))

    def pseudo_values(self, values: Array) -> Array:
        """Best-fit T, linearized in each state."""
        mean = values.mean(axis=0)
        expected, variances, basis = self._scan
        modes = np.einsum("sfm,sf->sm", basis, mean - expected)
        place = int(np.argmin(np.sum(modes**2 / variances, axis=1)))
        start = float(self._trial[place])
        best, weights = best_temperature(self.joint, mean, self.joint.spread(np.array([start]))[0], start)
        return np.asarray(best + (values - mean) @ weights)

    @cached_property
    def _scan(self) -> tuple[Array, Array, Array]:
        """G (S, R) at the temperatures that are tried, and the eigenmodes of its covariance over states."""
        return self.joint.value(self._trial), *eigenmodes(self.joint.spread(self._trial))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        return {**super().to_arrays(), **{f"joint_{k}": v for k, v in self.joint.to_arrays().items()}}

    @classmethod
    def _rebuild(cls, model: IsingModel, curve: Curve, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        joint = {k.removeprefix("joint_"): v for k, v in arrays.items() if k.startswith("joint_")}
        return cls(model, curve, JointCurve.from_arrays(joint))


def _weights(joint: JointCurve, temperatures: Array) -> Array:
    """w(T) (S, F), the best linear estimate of T near T: wᵀ G′ = 1; zero where nothing varies."""
    modes, variances, basis = standardized(joint.slope_at(temperatures), joint.spread(temperatures))
    information = np.sum(modes**2 / variances, axis=1)
    raw = np.einsum("sfm,sm->sf", basis, modes / variances)
    safe = np.where(information > 0, information, np.inf)
    return np.asarray(raw / safe[:, None])
