"""Are these states at any temperature of this Hamiltonian? A joint test of energy, magnetization and G(r)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicHermiteSpline
from scipy.stats import f as f_distribution

from spinlens import checks
from spinlens.errors import InputError
from spinlens.flows.correlators import axis_correlation
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.calibration import calibration_input
from spinlens.thermometers.curve import Array, fluctuation_slope, interpolation_error

_SCAN = 8  # temperatures tried per calibration interval, and again within one such step around the best
_LARGEST_SKEWNESS = (
    0.15  # of mean e and |m| over the tested states; beyond it (few excitations) p-values are not uniform
)
_SMALLEST = 1e-9  # eigenvalues of the correlation matrix below this are exact dependences between observables


@dataclass(frozen=True)
class EquilibriumTest:
    """Outcome of the test.

    Attributes
    ----------
    p_value : probability that an equilibrium ensemble, at its best temperature, deviates as much.
    temperature : the best temperature; its error is where χ² rises by one, or 1/√(Fisher information) if larger.
    chi2, degrees : χ² at the best temperature and its degrees of freedom.
    in_range : the best temperature lies inside the calibrated ones, not at an end of them, and there are enough states
        for means to be Gaussian there (at low T a few excitations are not). The p-value counts only in range.
    pulls : (observable) deviation of each observable at the best temperature in units of its own error.
    """

    p_value: float
    temperature: Estimate
    chi2: float
    degrees: int
    in_range: bool
    pulls: dict[str, float]


class EquilibriumReference:
    """Means and covariances of e, |m|, e², m² and G(r) (r = 1 … L/2 along the axes) against T, on one lattice."""

    def __init__(
        self,
        model: IsingModel,
        temperatures: Array,
        mean: Array,
        slope: Array,
        covariance: Array,
        skewness: Array,
        samples: int,
    ) -> None:
        self.model = model
        self.temperatures = temperatures
        self.mean = mean
        self.slope = slope
        self.covariance = covariance
        self.skewness = skewness
        self.samples = samples

    @classmethod
    def calibrate(cls, model: IsingModel, temperatures: npt.ArrayLike, states: npt.ArrayLike) -> Self:
        """Measure the reference; parameters as in `EnergyThermometer.calibrate`. T = 0 and infinity are left out."""
        grid, ensembles = calibration_input(temperatures, states, model.shape)
        grid, ensembles = grid[grid > 0], ensembles[grid > 0]
        if len(grid) < 3:
            raise InputError(f"the equilibrium test needs at least 3 temperatures above 0, got {len(grid)}")
        values = np.stack([_observables(model, ensemble) for ensemble in ensembles])  # (K, n, F)
        slope = fluctuation_slope(values, model.energy(ensembles), grid)
        covariance = np.stack([np.cov(table, rowvar=False) for table in values])
        return cls(model, grid, values.mean(axis=1), slope, covariance, _skewness(values[:, :, :2]), ensembles.shape[1])

    def test(self, states: npt.ArrayLike) -> EquilibriumTest:
        """Test an ensemble (n_samples, *shape) of independent states; see `equilibrium_test`."""
        field = checks.field("states", states, self.model.shape)
        if field.ndim != self.model.dimension + 1 or len(field) < 2:
            raise InputError(f"the test needs at least 2 states (n_samples, *{self.model.shape}), got {field.shape}")
        mean = _observables(self.model, field).mean(axis=0)
        coarse = np.linspace(0, len(self.temperatures) - 1, _SCAN * (len(self.temperatures) - 1) + 1)
        chi2, rank = _distances(*self._expect(mean, len(field), coarse))
        centre = coarse[np.argmin(chi2 - rank)]
        fine = np.clip(centre + np.linspace(-4, 4, 8 * _SCAN + 1) / _SCAN, 0, coarse[-1])
        deviation, covariance = self._expect(mean, len(field), fine)
        chi2, rank = _distances(deviation, covariance)
        trial = self._at(fine)
        best = int(np.argmin(chi2 - rank))
        degrees = max(int(rank[best]) - 1, 1)
        skewness = float(np.interp(trial[best], self.temperatures, self.skewness))
        near = trial[chi2 <= chi2[best] + 1]
        slope = (deviation[0] - deviation[-1]) / (trial[-1] - trial[0])
        information, _ = _distances(slope[None], covariance[best][None])
        scanned = (float(np.ptp(near)) + float(np.diff(trial).max())) / 2  # cut off where χ² is wider than the scan
        error = max(scanned, float(information[0]) ** -0.5)
        return EquilibriumTest(
            _p_value(float(chi2[best]), degrees, self.samples),
            Estimate(float(trial[best]), error),
            float(chi2[best]),
            degrees,
            0 < fine[best] < coarse[-1] and skewness < _LARGEST_SKEWNESS * len(field) ** 0.5,
            dict(zip(_names(self.model), _pulls(deviation[best], covariance[best]), strict=True)),
        )

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Everything that determines the test, as named arrays; `from_arrays` takes it back."""
        return {
            "temperatures": self.temperatures,
            "mean": self.mean,
            "slope": self.slope,
            "covariance": self.covariance,
            "skewness": self.skewness,
            "samples": np.array(self.samples),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]], model: IsingModel) -> Self:
        """The reference that `to_arrays` described; `model` is the one it was calibrated with."""
        if arrays["mean"].shape[1] != len(_names(model)):
            raise InputError(f"this equilibrium reference belongs to another lattice than {model.shape}")
        temperatures, mean, slope, covariance, skewness = (
            np.asarray(arrays[name]) for name in ("temperatures", "mean", "slope", "covariance", "skewness")
        )
        return cls(model, temperatures, mean, slope, covariance, skewness, int(arrays["samples"]))

    def _at(self, steps: Array) -> Array:
        """Temperatures at real-valued positions along the calibration grid."""
        return np.interp(steps, np.arange(len(self.temperatures)), self.temperatures)

    def _expect(self, mean: Array, n: int, steps: Array) -> tuple[Array, Array]:
        """Deviations (S, F) of `mean` at trial positions, and covariances (S, F, F) of a mean over n states there."""
        expected = CubicHermiteSpline(self.temperatures, self.mean, self.slope)(self._at(steps))
        between = interpolation_error(self.temperatures, self.mean, self.slope)
        left = np.minimum(steps.astype(int), len(self.temperatures) - 2)
        part = (steps - left)[:, None]
        shift = (1 - part) * between[left] + part * between[left + 1]
        part = part[:, :, None]
        single = (1 - part) * self.covariance[left] + part * self.covariance[left + 1]
        covariance = single * (1 / n + 1 / self.samples)
        covariance += shift[:, :, None] * shift[:, None, :]  # keeps exact dependences between observables exact
        return mean - expected, covariance


def equilibrium_test(states: npt.ArrayLike, reference: EquilibriumReference) -> EquilibriumTest:
    """Whether an ensemble is at *any* temperature of the model, jointly in all observables.

    χ²(T) = (x̄ − μ(T))ᵀ C(T)⁻¹ (x̄ − μ(T)) with x the observables of `EquilibriumReference` and
    C = Σ(T) (1/n + 1/n_calibration) their equilibrium covariance plus the interpolation error; the p-value is that
    of the smallest χ² over T, by Hotelling's F distribution with one degree of freedom spent on T.

    Parameters
    ----------
    states : (n_samples, *shape) independent states; real fields are legal (and as a rule rejected).
    reference : calibrated on the same lattice.

    Returns
    -------
    EquilibriumTest. Under equilibrium the p-value is uniform on (0, 1) within the calibrated range.
    """
    return reference.test(states)


def _names(model: IsingModel) -> tuple[str, ...]:
    reach = min(model.shape) // 2
    return ("energy", "|m|", "energy²", "m²", *(f"G({r})" for r in range(1, reach + 1)))


def _observables(model: IsingModel, states: npt.NDArray[Any]) -> Array:
    """(n, F) observables of each state in the order of `_names`."""
    axes = tuple(range(1, states.ndim))
    energy = model.energy(states) / model.n_sites
    magnetization = states.mean(axis=axes, dtype=np.float64)
    columns = (energy, np.abs(magnetization), energy**2, magnetization**2)
    return np.column_stack([*columns, axis_correlation(states)[:, 1:]])


def _skewness(values: Array) -> Array:
    """Largest |skewness| of the observables at each temperature, (K, n, F) → (K,); infinite where one does not vary."""
    centred = values - values.mean(axis=1, keepdims=True)
    variance = np.mean(centred**2, axis=1)
    third = np.abs(np.mean(centred**3, axis=1))
    varies = variance > 0
    return np.asarray(np.where(varies, third / np.where(varies, variance, 1.0) ** 1.5, np.inf).max(axis=1))


def _distances(deviation: Array, covariance: Array) -> tuple[Array, npt.NDArray[np.int_]]:
    """χ² and rank of each (S, F) deviation with (S, F, F) covariances; exact dependences are left out."""
    scale = np.sqrt(np.maximum(np.einsum("sff->sf", covariance), 1e-300))
    correlation = covariance / (scale[:, :, None] * scale[:, None, :])
    values, vectors = np.linalg.eigh(correlation)
    kept = values > _SMALLEST * values[:, -1:]
    modes = np.einsum("sfm,sf->sm", vectors, deviation / scale)
    chi2 = np.sum(np.where(kept, modes**2 / np.where(kept, values, 1.0), 0.0), axis=1)
    return chi2, kept.sum(axis=1)


def _pulls(deviation: Array, covariance: Array) -> list[float]:
    return [float(x) for x in deviation / np.sqrt(np.maximum(np.diag(covariance), 1e-300))]


def _p_value(chi2: float, degrees: int, samples: int) -> float:
    """Hotelling: the covariance is itself an estimate, with about 2 · samples degrees (two neighbouring nodes)."""
    freedom = max(2 * samples - degrees, 1)
    return float(f_distribution.sf(chi2 * freedom / (2 * samples * degrees), degrees, freedom))
