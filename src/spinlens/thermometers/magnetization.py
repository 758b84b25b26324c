"""Magnetization thermometer: ⟨|m|⟩ against T."""

from __future__ import annotations

from typing import Self

import numpy as np

from spinlens.arrays import Array
from spinlens.thermometers.ensembles import Calibration, Ensemble
from spinlens.thermometers.thermometer import Thermometer, calibration_curve


class MagnetizationThermometer(Thermometer):
    """Reads T from |m| = |Σ s|/N. It sees no geometry: shuffling the spins of a state does not change its reading.

    Above T_c ⟨|m|⟩ ≈ sqrt(2χT/πN) flattens, which ends the range on the hot side. Cost O(N) a state.

    Parameters
    ----------
    model : IsingModel
        The lattice that it was calibrated on.
    curve : Curve
        |m| against T; `MagnetizationThermometer.calibrate` makes it.

    Examples
    --------
    >>> from spinlens import IsingModel, NearestNeighbour
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> states = np.ones((3, 2, 4, 4), dtype=np.int8)
    >>> states[1, :, 0], states[2, :, ::2] = -1, -1
    >>> MagnetizationThermometer.calibrate(model, [1.0, 2.0, 3.0], states).curve.mean.tolist()
    [1.0, 0.5, 0.0]
    """

    name = "magnetization"

    @classmethod
    def _fit(cls, known: Calibration) -> Self:
        return cls(known.model, calibration_curve(np.abs([part.magnetization for part in known.parts]), known))

    def _values(self, given: Ensemble) -> Array:
        return np.abs(given.magnetization)
