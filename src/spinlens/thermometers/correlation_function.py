"""Correlation-function thermometer: the T whose whole curve G(r; T) fits that of the states best."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Self

import numpy as np

from spinlens.arrays import AnyArray, Array
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import Calibration, Ensemble
from spinlens.thermometers.joint_curve import JointCurve, best_temperature, eigenmodes, standardized
from spinlens.thermometers.thermometer import Thermometer

_SCAN = 8  # temperatures tried in each calibration interval


class CorrelationThermometer(Thermometer):
    """Reads T from G(r) = ⟨s_x s_{x+r}⟩ along the axes, r = 1 … L/2, by generalized least squares.

    T is where wᵀ(Ḡ − G(T)) vanishes, w = Σ⁻¹G′/(G′ᵀΣ⁻¹G′), next to the minimum of (Ḡ − G(T))ᵀ Σ⁻¹ (Ḡ − G(T)), with Σ
    the covariance of G(r) over states of the calibration. Each state counts with T + wᵀ(G_i − Ḡ). The quantity is T
    itself: the curve is the identity, and its error √(wᵀ C w) that of the calibration curve G(T). T = 0 is left out.
    Cost O(N log L) a state.

    Parameters
    ----------
    model : IsingModel
        The lattice that it was calibrated on.
    curve : Curve
        The identity, with the error of the calibration.
    joint : JointCurve
        G(r) against T; `CorrelationThermometer.calibrate` makes both.

    Examples
    --------
    >>> from spinlens import NearestNeighbour, sample
    >>> model, T = IsingModel((8, 8), NearestNeighbour()), [2.0, 2.2, 2.4, 2.6]
    >>> states = sample(model, T, 400, keep_spins=True, thin=8).spins.values.reshape(4, 800, 8, 8)
    >>> thermometer = CorrelationThermometer.calibrate(model, T, states)
    >>> thermometer.statistic(np.ones((1, 8, 8))).tolist()  # G(r) of the ordered state, r = 1 … 4
    [[1.0, 1.0, 1.0, 1.0]]
    >>> abs(thermometer.read(states[1]).temperature.deviation(2.2)) < 4
    True
    """

    name = "correlation"

    def __init__(self, model: IsingModel, curve: Curve, joint: JointCurve) -> None:
        super().__init__(model, curve)
        self.joint = joint
        grid = joint.temperatures
        steps = np.arange(_SCAN * (len(grid) - 1) + 1) / _SCAN
        self._trial = np.interp(steps, np.arange(len(grid)), grid)

    @classmethod
    def _fit(cls, known: Calibration) -> Self:
        known = known.warm()
        grid, values = known.temperatures, np.stack([part.correlation for part in known.parts])  # (K, n, R)
        joint = JointCurve.fit(grid, values, known.energies, known.chains)
        weights = _weights(joint, grid)
        error = np.sqrt(np.einsum("kf,kfg,kg->k", weights, joint.error(grid), weights))  # √(wᵀ C w)
        spread = np.sqrt(np.einsum("kf,kfg,kg->k", weights, joint.covariance, weights))
        flat = ~np.any(weights != 0, axis=1)
        error[flat], spread[flat] = np.inf, np.inf  # nothing varies: T cannot be read there
        kept = np.isfinite(error)
        if kept.sum() < 3:
            raise InputError("G(r) varies at fewer than 3 of the calibration temperatures: give more states")
        curve = Curve(grid[kept], grid[kept], error[kept], np.ones(int(kept.sum())), spread[kept])
        return cls(known.model, curve, joint)

    def _values(self, given: Ensemble) -> Array:
        return given.correlation

    def _linearized(self, values: Array) -> Array:
        mean = values.mean(axis=0)
        expected, variances, basis = self._scan
        modes = np.einsum("sfm,sf->sm", basis, mean - expected)
        place = int(np.argmin(np.sum(modes**2 / variances, axis=1)))
        start = float(self._trial[place])
        best, weights = best_temperature(self.joint, mean, self.joint.spread(np.array([start]))[0], start)
        return np.asarray(best + (values - mean) @ weights)  # T + wᵀ(G_i − Ḡ)

    @cached_property
    def _scan(self) -> tuple[Array, Array, Array]:
        """G (S, R) at the temperatures that are tried, and the eigenmodes of its covariance over states."""
        return self.joint.value(self._trial), *eigenmodes(self.joint.spread(self._trial))

    def _own_arrays(self) -> dict[str, AnyArray]:
        return {f"joint_{k}": v for k, v in self.joint.to_arrays().items()}

    @classmethod
    def _rebuild(cls, model: IsingModel, curve: Curve, arrays: Mapping[str, AnyArray]) -> Self:
        joint = {k.removeprefix("joint_"): v for k, v in arrays.items() if k.startswith("joint_")}
        return cls(model, curve, JointCurve.from_arrays(joint))


def _weights(joint: JointCurve, temperatures: Array) -> Array:
    """w(T) (S, F), the best linear estimate of T near T: wᵀ G′ = 1; zero where nothing varies."""
    modes, variances, basis = standardized(joint.slope_at(temperatures), joint.spread(temperatures))
    information = np.sum(modes**2 / variances, axis=1)
    raw = np.einsum("sfm,sm->sf", basis, modes / variances)
    safe = np.where(information > 0, information, np.inf)
    return np.asarray(raw / safe[:, None])
