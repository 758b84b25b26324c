"""Are these states at any temperature of this Hamiltonian? A joint test of energy, magnetization, G(r) and S(k)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import f as f_distribution
from scipy.stats import ncx2

from spinlens.arrays import Array
from spinlens.errors import CalibrationError, InputError
from spinlens.lattice.correlation import structure_factor
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.states_of import Held
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.ensembles import (
    calibration_ensembles,
    ensemble,
    fingerprint,
    inflation,
    require_model,
)
from spinlens.thermometers.joint_curve import JointCurve, best_temperature, standardized
from spinlens.thermometers.observables import distances, pair_correlation, waves

_SCAN = 8  # temperatures tried per calibration interval
_LARGEST_SKEWNESS = 0.15  # of mean e and |m| over the states; beyond it (few excitations) p-values are not uniform
_LEVEL = 0.05  # false-alarm rate that `states_to_tell` refers to


@dataclass(frozen=True)
class EquilibriumTest:
    """Outcome of the test: whether the states can be told from equilibrium, and how far they are from it.

    Attributes
    ----------
    p_value : probability that an equilibrium ensemble, at its best temperature, deviates as much.
    temperature : the best temperature; its error is 1/√(Fisher information), calibration included.
    chi2, degrees : χ² at the best temperature and its degrees of freedom.
    in_range : the best temperature lies inside the calibrated ones, not at an end of them, and there are enough states
        for means to be Gaussian there (at low T a few excitations are not). The p-value counts only in range.
    pulls : (observable) deviation of each observable at the best temperature in units of its own error. Grows with √n.
    distance : how different the states are, whatever their number: D = √(δᵀ Σ⁻¹ δ), the deviation δ of the mean
        observables in units of the spread Σ of a single equilibrium state (Mahalanobis), without the part of noise. 0
        within its error in equilibrium.
    shifts : (observable) deviation of each observable in standard deviations of a single equilibrium state.
    states_to_tell : independent states of which, at that distance, a test at 5 % rejects half the ensembles, at
        least 1; inf where the distance is 0.
    """

    p_value: float
    temperature: Estimate
    chi2: float
    degrees: int
    in_range: bool
    pulls: dict[str, float]
    distance: Estimate
    shifts: dict[str, float]
    states_to_tell: float


class _Trial(NamedTuple):
    """A joint curve at S temperatures: its value (S, F), spread of single states and own error (S, F, F)."""

    temperatures: Array
    value: Array
    spread: Array
    error: Array

    @classmethod
    def of(cls, curve: JointCurve, temperatures: Array) -> Self:
        return cls(temperatures, curve.value(temperatures), curve.spread(temperatures), curve.error(temperatures))


class EquilibriumReference:
    """Means and covariances of e, |m|, e², m², G(r) along the axes and S(k) of long waves against T, on one lattice.

    `curve` holds them with the noise of the calibration, `skewness` (K,) the largest of e and |m|, which tells where
    means are Gaussian, `kurtosis` (K,) the multivariate one, 1 for Gaussian states, which tells how well a
    covariance is known.
    """

    def __init__(self, model: IsingModel, curve: JointCurve, skewness: Array, kurtosis: Array) -> None:
        self.model = model
        self.curve = curve
        self.skewness = skewness
        self.kurtosis = kurtosis

    @property
    def temperatures(self) -> Array:
        """The calibrated temperatures, rising."""
        return self.curve.temperatures

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Measure the reference; parameters as in `EnergyThermometer.calibrate`. T = 0 and infinity are left out."""
        grid, ensembles, chains = calibration_ensembles(temperatures, states, model.shape)
        grid, ensembles = grid[grid > 0], ensembles[grid > 0]
        if len(grid) < 3:
            raise InputError(f"the equilibrium test needs at least 3 temperatures above 0, got {len(grid)}")
        values = np.stack([_observables(model, part) for part in ensembles])  # (K, n, F)
        curve = JointCurve.fit(grid, values, model.energy(ensembles), chains)
        kurtosis = [_kurtosis(part - part.mean(axis=0), curve.covariance[k]) for k, part in enumerate(values)]
        return cls(model, curve, _skewness(values[:, :, :2]), np.array(kurtosis))

    def test(self, states: Held) -> EquilibriumTest:
        """Test an ensemble; see `equilibrium_test`."""
        given = ensemble(states, self.model)
        values = _observables(self.model, given.states)
        factors = np.array([inflation(column, given.chains) for column in values.T]) / len(values) ** 0.5
        mean = values.mean(axis=0)
        misfit, _, _ = self._misfit(mean, factors, self._trial)
        best = self._refine(mean, factors, float(self._trial.temperatures[np.argmin(misfit)]))
        _, chi2, rank = self._misfit(mean, factors, _Trial.of(self.curve, np.array([best])))
        return self._outcome(mean, factors, best, float(chi2[0]), int(rank[0]))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything that determines the test, as named arrays; `from_arrays` takes it back."""
        moments = {"skewness": self.skewness, "kurtosis": self.kurtosis}
        about = {"shape": np.array(self.model.shape), "model": fingerprint(self.model)}
        return {**about, **moments, **self.curve.to_arrays()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], model: IsingModel) -> Self:
        """The reference that `to_arrays` described; `model` is the one it was calibrated with."""
        if "kurtosis" not in arrays:
            raise CalibrationError("this equilibrium reference is of an earlier version: calibrate it again")
        require_model(arrays, model)
        return cls(
            model, JointCurve.from_arrays(arrays), np.asarray(arrays["skewness"]), np.asarray(arrays["kurtosis"])
        )

    @cached_property
    def _trial(self) -> _Trial:
        grid = self.temperatures
        steps = np.arange(_SCAN * (len(grid) - 1) + 1) / _SCAN
        return _Trial.of(self.curve, np.interp(steps, np.arange(len(grid)), grid))

    def _misfit(self, mean: Array, factors: Array, trial: _Trial) -> tuple[Array, Array, npt.NDArray[np.int_]]:
        """(χ² − rank, χ², rank) of a mean at trial temperatures (S,); `factors` (F,) scale Σ to that of the mean."""
        covariance = trial.spread * np.outer(factors, factors) + trial.error
        modes, variances, _ = standardized(mean - trial.value, covariance)
        chi2, rank = np.sum(modes**2 / variances, axis=1), np.isfinite(variances).sum(axis=1)
        return chi2 - rank, chi2, rank

    def _refine(self, mean: Array, factors: Array, start: float) -> float:
        """Zero of μ′ᵀC⁻¹(x̄ − μ(T)) near `start`, with C and μ′ as they are there.

        Where C itself were varied along, χ² would favour temperatures of larger fluctuations.
        """
        return best_temperature(self.curve, mean, self._covariance(factors, np.array([start]))[0], start)[0]

    def _covariance(self, factors: Array, trial: Array) -> Array:
        """(S, F, F) covariance of x̄ − μ at trial temperatures (S,)."""
        return self.curve.spread(trial) * np.outer(factors, factors) + self.curve.error(trial)

    def _outcome(self, mean: Array, factors: Array, best: float, chi2: float, rank: int) -> EquilibriumTest:
        at = np.array([best])
        single, covariance = self.curve.spread(at)[0], self._covariance(factors, at)[0]
        deviation = mean - self.curve.value(at)[0]
        tangent, variances, _ = standardized(self.curve.slope_at(at), covariance[None])
        information = float(np.sum(tangent**2 / variances))
        degrees = max(rank - 1, 1)
        distance = _distance(deviation, single, covariance)
        skewness = float(np.interp(best, self.temperatures, self.skewness))
        edge = 1e-9 * float(np.ptp(self.temperatures))
        inside = self.temperatures[0] + edge < best < self.temperatures[-1] - edge
        gaussian = skewness * float(np.median(factors)) < _LARGEST_SKEWNESS
        names = _names(self.model)
        return EquilibriumTest(
            _p_value(chi2, degrees, self.curve.samples / float(np.interp(best, self.temperatures, self.kurtosis))),
            Estimate(best, information**-0.5 if information > 0 else float("inf")),
            chi2,
            degrees,
            bool(inside and gaussian),
            dict(zip(names, _over(deviation, covariance), strict=True)),
            distance,
            dict(zip(names, _over(deviation, single), strict=True)),
            _states_to_tell(distance.value, degrees),
        )


def equilibrium_test(states: Held, reference: EquilibriumReference) -> EquilibriumTest:
    """Whether an ensemble is at *any* temperature of the model, jointly in all observables.

    χ²(T) = (x̄ − μ(T))ᵀ C(T)⁻¹ (x̄ − μ(T)) with x the observables of `EquilibriumReference` and C the covariance of x̄ in
    equilibrium, that of the calibrated μ(T) and the interpolation error; the p-value is that of the smallest χ² over T,
    by Hotelling's F distribution with one degree of freedom spent on T. Its denominator has n_calibration / κ degrees,
    κ the multivariate kurtosis of the calibration states (Mardia, Biometrika 57, 519 (1970); 1 if Gaussian), since
    covariances of heavy-tailed observables are known less well.

    Parameters
    ----------
    states : (n_samples, *shape) independent states; (n_chains, n_draws, *shape) correlated draws of chains; or a
        Dataset of `sample`. Real fields are legal (and as a rule rejected).
    reference : calibrated on the same lattice.

    Returns
    -------
    EquilibriumTest. Under equilibrium the p-value is uniform on (0, 1) within the calibrated range, for any number of
    states: what grows with n is the power to see small differences, and `distance` says how large they are.

    Raises
    ------
    SpinsError : another lattice; CalibrationError : a Dataset of another model.
    """
    return reference.test(states)


def _names(model: IsingModel) -> tuple[str, ...]:
    shape = model.shape
    spins = (f"G({r})" for r in distances(shape))
    diagonal = ("S(1,1)",) if model.dimension > 1 else ()
    return ("energy", "|m|", "energy²", "m²", *spins, *(f"S({k})" for k in waves(shape)), *diagonal)


def _observables(model: IsingModel, states: npt.NDArray[Any]) -> Array:
    """(n, F) observables of each state in the order of `_names`."""
    energy = model.energy(states) / model.n_sites
    magnetization = states.mean(axis=tuple(range(1, states.ndim)), dtype=np.float64)
    columns = (energy, np.abs(magnetization), energy**2, magnetization**2)
    return np.column_stack([*columns, pair_correlation(states), structure_factor(states, waves(model.shape))[:, 1:]])


def _skewness(values: Array) -> Array:
    """Largest |skewness| of the observables at each temperature, (K, n, F) → (K,); infinite where one does not vary."""
    centred = values - values.mean(axis=1, keepdims=True)
    variance = np.mean(centred**2, axis=1)
    third = np.abs(np.mean(centred**3, axis=1))
    varies = variance > 0
    return np.asarray(np.where(varies, third / np.where(varies, variance, 1.0) ** 1.5, np.inf).max(axis=1))


def _over(deviation: Array, covariance: Array) -> list[float]:
    return [float(x) for x in deviation / np.sqrt(np.maximum(np.diag(covariance), 1e-300))]


def _distance(deviation: Array, single: Array, covariance: Array) -> Estimate:
    """D with D² = δᵀ Σ⁻¹ δ − tr Σ⁻¹C, less the degree of freedom spent on T, which without deviation has mean 0."""
    modes, variances, basis = standardized(deviation[None], single[None])
    inverse = 1 / np.sqrt(variances[0])
    noise = (basis[0] * inverse).T @ covariance @ (basis[0] * inverse)  # covariance of the whitened deviation
    white = modes[0] * inverse
    rank = max(int(np.isfinite(variances[0]).sum()), 2)
    squared = float(white @ white - np.trace(noise) * (1 - 1 / rank))
    error = float(2 * np.sum(noise * noise) + 4 * white @ noise @ white) ** 0.5
    value = max(squared, 0.0) ** 0.5
    return Estimate(value, min(error / (2 * value), error**0.5) if value > 0 else error**0.5)


def _states_to_tell(distance: float, degrees: int) -> float:
    if distance == 0:
        return float("inf")
    threshold = chi2_distribution.isf(_LEVEL, degrees)
    needed = brentq(lambda x: ncx2.sf(threshold, degrees, x) - 0.5, 1e-6, 10 * threshold + 100)
    return max(1.0, float(needed / distance**2))


def _kurtosis(centred: Array, covariance: Array) -> float:
    """⟨(xᵀΣ⁻¹x)²⟩ / F(F + 2) of centred states (n, F), F the rank of Σ; 1 for Gaussian ones, and at least that."""
    modes, variances, _ = standardized(centred, covariance[None])
    rank = int(np.isfinite(variances).sum())
    return max(1.0, float(np.mean(np.sum(modes**2 / variances, axis=1) ** 2)) / (rank * (rank + 2)))


def _p_value(chi2: float, degrees: int, known: float) -> float:
    """Hotelling: the covariance is itself an estimate, of about `known` degrees of freedom."""
    freedom = max(known - degrees, 1.0)
    return float(f_distribution.sf(chi2 * freedom / (known * degrees), degrees, freedom))
