"""Energy thermometer: ⟨E⟩/N against T, the sharpest of the simple ones away from T = 0."""

from __future__ import annotations

from typing import Self

import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.calibration import Thermometer, calibration_curve
from spinlens.thermometers.ensembles import calibration_ensembles


class EnergyThermometer(Thermometer):
    """Reads T from the energy per spin, e = E(s)/N with E = −½ Σ_r J(r) Σ_x s_x s_{x+r} of the model's own coupling.

    On real fields (block averages) e is computed as it stands, so that the smaller amplitude reads as heat; such
    readings are marked off-lattice.

    Examples
    --------
    >>> import numpy as np
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> up = np.ones((3, 2, 4, 4), dtype=np.int8)
    >>> up[1, :, 0, 0], up[2, :, ::2] = -1, -1
    >>> EnergyThermometer.calibrate(model, [0.0, 1.0, 2.0], up).curve.mean.tolist()
    [-2.0, -1.5, 0.0]
    """

    name = "energy"

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Calibrate on equilibrium ensembles of `model`.

        Parameters
        ----------
        temperatures : (n_temperatures,), T = 0 allowed; infinity is left out.
        states : (n_temperatures, n_samples, *shape) independent equilibrium states, ±1; or (n_temperatures, n_chains,
            n_draws, *shape), correlated draws, whose autocorrelation then enters the errors.

        Raises
        ------
        InputError : fewer than 3 finite temperatures, or shapes that do not fit. SpinsError : entries other than ±1.
        """
        grid, ensembles, chains = calibration_ensembles(temperatures, states, model.shape)
        energies = model.energy(ensembles)
        return cls(model, calibration_curve(energies / model.n_sites, grid, energies, chains))

    def statistic(self, states: npt.ArrayLike) -> Array:
        """Energy per spin of each state."""
        return self.model.energy(checks.field("states", states, self.shape)) / self.model.n_sites
