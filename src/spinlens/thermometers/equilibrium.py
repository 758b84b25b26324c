"""Are these states at any temperature of this Hamiltonian? A joint test of energy, magnetization, G(r) and S(k)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray, Array
from spinlens.border import checked, checked_methods
from spinlens.errors import CalibrationError
from spinlens.files.held import Held
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers import significance
from spinlens.thermometers.ensembles import (
    Calibration,
    Ensemble,
    calibration,
    ensemble,
    fingerprint,
    inflation,
    rebuilding,
    require_model,
    stored,
)
from spinlens.thermometers.joint_curve import JointCurve, standardized
from spinlens.thermometers.joint_fit import JointFit
from spinlens.thermometers.observables import joint_names
from spinlens.thermometers.readings import EquilibriumTest

_LARGEST_SKEWNESS = 0.15  # of mean e and |m| over the states; beyond it (few excitations) p-values are not uniform


@checked_methods
class EquilibriumReference:
    """Means and covariances of e, |m|, e², m², G(r) along the axes and S(k) of long waves against T, on one lattice.

    Parameters
    ----------
    model : IsingModel
        The lattice.
    curve : JointCurve
        Means and covariances against T, with the noise of the calibration.
    skewness : ndarray
        (K,) the largest of e and |m|, which tells where means are Gaussian.
    kurtosis : ndarray
        (K,) the multivariate one [Mardia1970]_, 1 for Gaussian states, which tells how well a covariance is known.

    References
    ----------
    .. [Mardia1970] Mardia, Biometrika 57, 519 (1970).

    Examples
    --------
    >>> from spinlens import NearestNeighbour, sample
    >>> model, T = IsingModel((6, 6), NearestNeighbour()), [2.0, 2.3, 2.6, 2.9]
    >>> states = sample(model, T, 500, keep_spins=True, thin=8).spins.values.reshape(4, 1000, 6, 6)
    >>> reference = EquilibriumReference.calibrate(model, T, states)
    >>> list(reference.test(states[1]).shifts)
    ['energy', '|m|', 'energy²', 'm²', 'G(1)', 'G(2)', 'G(3)', 'S(1)', 'S(2)', 'S(1,1)']
    """

    def __init__(self, model: IsingModel, curve: JointCurve, skewness: Array, kurtosis: Array) -> None:
        self.model, self.curve = model, curve
        self.skewness, self.kurtosis = skewness, kurtosis

    @property
    def temperatures(self) -> Array:
        """The calibrated temperatures, rising."""
        return self.curve.temperatures

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Measure the reference.

        Parameters
        ----------
        model : IsingModel
            The lattice.
        temperatures, states : array_like
            As in `EnergyThermometer.calibrate`. T = 0 and infinity are left out.

        Returns
        -------
        EquilibriumReference
            The means with their noise.

        Raises
        ------
        InputError
            Fewer than 3 temperatures above 0.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0]
        >>> states = np.random.default_rng(0).choice([-1, 1], (3, 50, 4, 4))  # free spins stand in for draws
        >>> EquilibriumReference.calibrate(model, T, states).temperatures.tolist()
        [2.0, 2.5, 3.0]
        """
        return cls.calibrate_on(calibration(model, temperatures, states))

    @classmethod
    def calibrate_on(cls, known: Calibration) -> Self:
        """As `calibrate`, of known ensembles.

        Parameters
        ----------
        known : Calibration
            Equilibrium states at rising temperatures.

        Returns
        -------
        EquilibriumReference
            The means with their noise.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0]
        >>> states = np.random.default_rng(0).choice([-1, 1], (3, 50, 4, 4))  # free spins stand in for draws
        >>> EquilibriumReference.calibrate_on(calibration(model, T, states)).temperatures.tolist()
        [2.0, 2.5, 3.0]
        """
        known = known.warm()
        values = np.stack([part.joint for part in known.parts])  # (K, n, F)
        curve = JointCurve.fit(known.temperatures, values, known.energies, known.chains)
        spreads = zip(values, curve.covariance, strict=True)
        kurtosis = [significance.kurtosis(part - part.mean(axis=0), spread) for part, spread in spreads]
        return cls(known.model, curve, significance.skewness(values[:, :, :2]), np.array(kurtosis))

    def test(self, states: Held | Ensemble) -> EquilibriumTest:
        """Test an ensemble; see `equilibrium_test`.

        Parameters
        ----------
        states : array_like, DataArray or Dataset
            As in `equilibrium_test`.

        Returns
        -------
        EquilibriumTest
            Of the ensemble.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0]
        >>> states = np.random.default_rng(0).choice([-1, 1], (3, 50, 4, 4))  # free spins stand in for draws
        >>> reference = EquilibriumReference.calibrate(model, T, states)
        >>> 0 <= reference.test(states[0]).p_value <= 1
        True
        """
        given = ensemble(states, self.model)
        values = given.joint
        factors = np.array([inflation(column, given.chains) for column in values.T]) / len(values) ** 0.5
        mean = values.mean(axis=0)
        best = self._fit.best(mean, factors)
        return self._outcome(mean, factors, best, *self._fit.chi_squared(mean, factors, best))

    def to_arrays(self) -> dict[str, AnyArray]:
        """Everything that determines the test, as named arrays; `from_arrays` takes it back.

        Returns
        -------
        dict of str to ndarray
            Means, covariances and moments.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0]
        >>> states = np.random.default_rng(0).choice([-1, 1], (3, 50, 4, 4))  # free spins stand in for draws
        >>> EquilibriumReference.calibrate(model, T, states).to_arrays()["shape"].tolist()
        [4, 4]
        """
        moments = {"skewness": self.skewness, "kurtosis": self.kurtosis}
        about = {"shape": np.array(self.model.shape), "model": fingerprint(self.model)}
        return {**about, **moments, **self.curve.to_arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray], model: IsingModel) -> Self:
        """The reference that `to_arrays` described.

        Parameters
        ----------
        arrays : dict of str to ndarray
            As of `to_arrays`.
        model : IsingModel
            The one it was calibrated with.

        Returns
        -------
        EquilibriumReference
            The same reference.

        Raises
        ------
        CalibrationError
            Another lattice or coupling, or arrays of an earlier version: calibrate it again.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0]
        >>> states = np.random.default_rng(0).choice([-1, 1], (3, 50, 4, 4))  # free spins stand in for draws
        >>> reference = EquilibriumReference.calibrate(model, T, states)
        >>> again = EquilibriumReference.from_arrays(reference.to_arrays(), model)
        >>> again.test(states[0]) == reference.test(states[0])
        True
        """
        if "kurtosis" not in arrays:
            raise CalibrationError("this equilibrium reference is of an earlier version: calibrate it again")
        with rebuilding():
            require_model(arrays, model)
            curve = JointCurve.from_arrays(arrays)
            shape = curve.temperatures.shape
            return cls(model, curve, stored(arrays, "skewness", shape), stored(arrays, "kurtosis", shape))

    @cached_property
    def _fit(self) -> JointFit:
        return JointFit(self.curve)

    def _outcome(self, mean: Array, factors: Array, best: float, chi2: float, rank: int) -> EquilibriumTest:
        at = np.array([best])
        single, covariance = self.curve.spread(at)[0], self._fit.covariance(factors, at)[0]
        deviation = mean - self.curve.value(at)[0]
        tangent, variances, _ = standardized(self.curve.slope_at(at), covariance[None])
        information = float(np.sum(tangent**2 / variances))
        degrees = max(rank - 1, 1)
        distance = significance.distance(deviation, single, covariance)
        moments = (self.skewness, self.kurtosis)
        skewness, kurtosis = (float(np.interp(best, self.temperatures, moment)) for moment in moments)
        edge = 1e-9 * float(np.ptp(self.temperatures))
        inside = self.temperatures[0] + edge < best < self.temperatures[-1] - edge
        names = joint_names(self.model)
        return EquilibriumTest(
            significance.p_value(chi2, degrees, self.curve.samples / kurtosis),
            Estimate(best, information**-0.5 if information > 0 else float("inf")),
            chi2,
            degrees,
            bool(inside and skewness * float(np.median(factors)) < _LARGEST_SKEWNESS),
            dict(zip(names, significance.in_errors(deviation, covariance), strict=True)),
            distance,
            dict(zip(names, significance.in_errors(deviation, single), strict=True)),
            significance.states_to_tell(distance.value, degrees),
        )


@checked
def equilibrium_test(states: Held, reference: EquilibriumReference) -> EquilibriumTest:
    """Whether an ensemble is at *any* temperature of the model, jointly in all observables.

    χ²(T) = (x̄ − μ(T))ᵀ C(T)⁻¹ (x̄ − μ(T)) with x the observables of `EquilibriumReference` and C the covariance of x̄ in
    equilibrium, that of the calibrated μ(T) and the interpolation error; the p-value is that of the smallest χ² over T,
    by Hotelling's F distribution with one degree of freedom spent on T. Its denominator has n_calibration / κ degrees,
    κ the multivariate kurtosis of the calibration states ([Mardia1970]_; 1 if Gaussian), since covariances of
    heavy-tailed observables are known less well. Cost O(n N log N).

    Parameters
    ----------
    states : array_like, DataArray or Dataset
        (n_samples, *shape) independent states; (n_chains, n_draws, *shape) correlated draws of chains; or a Dataset of
        `sample`. Real fields are legal (and as a rule rejected).
    reference : EquilibriumReference
        Calibrated on the same lattice.

    Returns
    -------
    EquilibriumTest
        Under equilibrium the p-value is uniform on (0, 1) within the calibrated range, for any number of states: what
        grows with n is the power to see small differences, and `distance` says how large they are.

    Raises
    ------
    SpinsError
        States of another lattice: calibrate a reference there.
    CalibrationError
        A Dataset of another model.

    References
    ----------
    .. [Mardia1970] Mardia, Biometrika 57, 519 (1970).

    Examples
    --------
    >>> from spinlens import NearestNeighbour, sample
    >>> model, T = IsingModel((6, 6), NearestNeighbour()), [2.0, 2.3, 2.6, 2.9]
    >>> states = sample(model, T, 500, keep_spins=True, thin=8).spins.values.reshape(4, 1000, 6, 6)
    >>> reference = EquilibriumReference.calibrate(model, T, states)
    >>> half_ordered = states[1].copy()
    >>> half_ordered[:, :3] = 1
    >>> bool(equilibrium_test(half_ordered, reference).p_value < 1e-9)
    True
    """
    return reference.test(states)
