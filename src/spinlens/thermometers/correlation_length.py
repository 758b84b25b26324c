"""Correlation-length thermometer: second-moment ξ/L against T."""

from __future__ import annotations

import math
from typing import Self

import numpy as np

from spinlens.arrays import Array
from spinlens.border import checked_methods
from spinlens.lattice.correlation import second_moment_length
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.ensembles import Calibration, Ensemble
from spinlens.thermometers.readings import Reading
from spinlens.thermometers.thermometer import Thermometer, calibration_curve


@checked_methods
class CorrelationLengthThermometer(Thermometer):
    """Reads T from the second-moment correlation length, ξ = √(S(0)/S(k) − 1) / (2 sin(π/L)) with k = 2π/L.

    The quantity of its curve is g = S(k)/S(0) = 1/(1 + 4 sin²(π/L) ξ²), which rises from 0 at T = 0 to 1 at T = ∞ where
    ξ itself diverges; S is the mean over states before the ratio is taken. S(0) = N⟨m²⟩ is not subtracted, so that g is
    monotone through T_c [Cooper1982]_. The exponent of the dispersion is 2 whatever the coupling: this ξ is not that of
    finite-size scaling of power laws. Cost O(N) a state.

    Parameters
    ----------
    model : IsingModel
        The lattice that it was calibrated on.
    curve : Curve
        g against T; `CorrelationLengthThermometer.calibrate` makes it.

    References
    ----------
    .. [Cooper1982] Cooper, Freedman & Preston, Nucl. Phys. B 210, 210 (1982).

    Examples
    --------
    One spin against all others has S(k) = 4/N at every k ≠ 0, and S(0) = (N − 2)²/N:

    >>> from spinlens import IsingModel, NearestNeighbour
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> states = np.ones((3, 2, 4, 4), dtype=np.int8)
    >>> states[1:, :, 0, 0] = -1
    >>> g = CorrelationLengthThermometer.calibrate(model, [1.0, 2.0, 3.0], states).curve.mean
    >>> bool(np.isclose(g[1], (4 / 16) / (14**2 / 16)))
    True
    """

    name = "xi"

    @classmethod
    def _fit(cls, known: Calibration) -> Self:
        values = np.stack([_ratio(part.structure[:, :2]) for part in known.parts])
        return cls(known.model, calibration_curve(values, known))

    def _values(self, given: Ensemble) -> Array:
        return given.structure[:, :2]  # S(0) and S(2π/L), mean over the axes

    def _linearized(self, values: Array) -> Array:
        return _ratio(values)

    def correlation_length(self, reading: Reading) -> Estimate:
        """The correlation length of what was read.

        Parameters
        ----------
        reading : Reading
            Of this thermometer.

        Returns
        -------
        Estimate
            ξ in lattice units (equal sides) with the error of the states; infinite where S(k) vanishes.

        Examples
        --------
        >>> from spinlens import IsingModel, NearestNeighbour
        >>> model = IsingModel((6, 6), NearestNeighbour())
        >>> states = np.ones((3, 2, 6, 6), dtype=np.int8)
        >>> states[1:, :, 0, 0] = -1
        >>> xi = CorrelationLengthThermometer.calibrate(model, [1.0, 2.0, 3.0], states)
        >>> found = xi.correlation_length(xi.read(states[1])).value
        >>> bool(np.isclose(found, (34**2 / 4 - 1) ** 0.5))  # S(0)/S(k) = 34²/4, 2 sin 30° = 1
        True
        """
        g, error = reading.statistic.value, reading.statistic.error
        if g <= 0:
            return Estimate(math.inf, math.inf)
        xi, wave = float(second_moment_length(1 / g, max(self.shape))), 2 * math.sin(math.pi / max(self.shape))
        return Estimate(xi, error / (2 * g * g * wave * wave * xi) if xi > 0 else math.inf)


def _ratio(values: Array) -> Array:
    """g = ⟨S(k)⟩/⟨S(0)⟩, linearized in each state: (n, 2) → (n,)."""
    long, short = values.mean(axis=0)
    if long == 0:
        return np.ones(len(values))  # m = 0 in every state: as at T = ∞
    g = short / long
    return np.asarray(g + (values[:, 1] - g * values[:, 0]) / long)
