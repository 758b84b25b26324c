"""Correlation-length thermometer: second-moment ξ/L against T."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.lattice.correlation import second_moment_length, structure_factor
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.calibration import Reading, Thermometer, calibration_curve
from spinlens.thermometers.ensembles import calibration_ensembles


class CorrelationLengthThermometer(Thermometer):
    """Reads T from the second-moment correlation length, ξ = √(S(0)/S(k) − 1) / (2 sin(π/L)) with k = 2π/L.

    The quantity of its curve is g = S(k)/S(0) = 1/(1 + 4 sin²(π/L) ξ²), which rises from 0 at T = 0 to 1 at T = ∞ where
    ξ itself diverges; S is the mean over states before the ratio is taken. S(0) = N⟨m²⟩ is not subtracted, so that g is
    monotone through T_c. Source: Cooper, Freedman & Preston, Nucl. Phys. B 210, 210 (1982).
    """

    name = "xi"

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Calibrate on equilibrium ensembles of `model`; parameters and errors as in `EnergyThermometer.calibrate`."""
        grid, ensembles, chains = calibration_ensembles(temperatures, states, model.shape)
        values = np.stack([_ratio(structure_factor(part)[:, :2]) for part in ensembles])
        return cls(model, calibration_curve(values, grid, model.energy(ensembles), chains))

    def statistic(self, states: npt.ArrayLike) -> Array:
        """S(0) and S(2π/L), averaged over the axes, of each state: (n_samples, 2)."""
        return structure_factor(checks.field("states", states, self.shape))[:, :2]

    def pseudo_values(self, values: Array) -> Array:
        """g = ⟨S(k)⟩/⟨S(0)⟩, linearized in each state."""
        return _ratio(values)

    def correlation_length(self, reading: Reading) -> Estimate:
        """ξ in lattice units of what was read (equal sides); infinite where S(k) vanishes."""
        g, error = reading.statistic.value, reading.statistic.error
        if g <= 0:
            return Estimate(math.inf, math.inf)
        xi, wave = float(second_moment_length(1 / g, max(self.shape))), 2 * math.sin(math.pi / max(self.shape))
        return Estimate(xi, error / (2 * g * g * wave * wave * xi) if xi > 0 else math.inf)


def _ratio(values: Array) -> Array:
    long, short = values.mean(axis=0)
    if long == 0:
        return np.ones(len(values))  # m = 0 in every state: as at T = ∞
    g = short / long
    return np.asarray(g + (values[:, 1] - g * values[:, 0]) / long)
