"""Magnetization thermometer: ⟨|m|⟩ against T."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.calibration import Thermometer, calibration_curve
from spinlens.thermometers.ensembles import calibration_ensembles


class MagnetizationThermometer(Thermometer):
    """Reads T from |m| = |Σ s|/N. It sees no geometry: shuffling the spins of a state does not change its reading.

    Above T_c ⟨|m|⟩ ≈ sqrt(2χT/πN) flattens, which ends the range on the hot side.
    """

    name = "magnetization"

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Calibrate on equilibrium ensembles of `model`; parameters as in `EnergyThermometer.calibrate`."""
        grid, ensembles, chains = calibration_ensembles(temperatures, states, model.shape)
        return cls(
            model, calibration_curve(_magnitude(ensembles, model.dimension), grid, model.energy(ensembles), chains)
        )

    def statistic(self, states: npt.ArrayLike) -> Array:
        """|m| of each state."""
        return _magnitude(checks.field("states", states, self.shape), len(self.shape))


def _magnitude(states: npt.NDArray[Any], dimension: int) -> Array:
    axes = tuple(range(-dimension, 0))
    return np.abs(np.mean(states, axis=axes, dtype=np.float64))
