"""Magnetization thermometer: ⟨|m|⟩ against T."""

from __future__ import annotations

from typing import Self

import numpy as np

from spinlens.arrays import Array, Fields, Spins
from spinlens.lattice.ising import IsingModel
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
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> states = np.ones((3, 2, 4, 4), dtype=np.int8)
    >>> states[1, :, 0], states[2, :, ::2] = -1, -1
    >>> MagnetizationThermometer.calibrate(model, [1.0, 2.0, 3.0], states).curve.mean.tolist()
    [1.0, 0.5, 0.0]
    """

    name = "magnetization"

    @classmethod
    def _fit(cls, model: IsingModel, grid: Array, ensembles: Spins, chains: int) -> Self:
        values = _magnitude(ensembles, model.dimension)
        return cls(model, calibration_curve(values, grid, model.energy(ensembles), chains))

    def _values(self, states: Fields) -> Array:
        return _magnitude(states, self.model.dimension)


def _magnitude(states: Fields, dimension: int) -> Array:
    return np.abs(np.mean(states, axis=tuple(range(-dimension, 0)), dtype=np.float64))
