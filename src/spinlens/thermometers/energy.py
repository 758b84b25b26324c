"""Energy thermometer: ⟨E⟩/N against T, the sharpest of the simple ones away from T = 0."""

from __future__ import annotations

from typing import Self

from spinlens.arrays import Array
from spinlens.thermometers.ensembles import Calibration, Ensemble
from spinlens.thermometers.thermometer import Thermometer, calibration_curve


class EnergyThermometer(Thermometer):
    """Reads T from the energy per spin, e = E(s)/N with E = −½ Σ_r J(r) Σ_x s_x s_{x+r} of the model's own coupling.

    On real fields (block averages) e is computed as it stands, so that the smaller amplitude reads as heat; such
    readings are marked off-lattice. Cost O(N) a state between nearest neighbours, O(N log N) for power laws.

    Parameters
    ----------
    model : IsingModel
        The lattice that it was calibrated on.
    curve : Curve
        e against T; `EnergyThermometer.calibrate` makes it.

    Examples
    --------
    >>> import numpy as np
    >>> from spinlens import IsingModel, NearestNeighbour
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> up = np.ones((3, 2, 4, 4), dtype=np.int8)
    >>> up[1, :, 0, 0], up[2, :, ::2] = -1, -1
    >>> EnergyThermometer.calibrate(model, [0.0, 1.0, 2.0], up).curve.mean.tolist()
    [-2.0, -1.5, 0.0]
    """

    name = "energy"

    @classmethod
    def _fit(cls, known: Calibration) -> Self:
        return cls(known.model, calibration_curve(known.energies / known.model.n_sites, known))

    def _values(self, given: Ensemble) -> Array:
        return given.energy / self.model.n_sites
