"""Several observables against T at once: means, their covariance over states, and how well calibration knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicHermiteSpline

from spinlens.arrays import Array
from spinlens.thermometers.curve import fluctuation_slope, interpolation_error
from spinlens.thermometers.ensembles import inflation, stored

_FINE = 64  # temperatures of an interval between which a root is interpolated


@dataclass(frozen=True, eq=False)
class JointCurve:
    """⟨x⟩(T) of F observables between K calibrated temperatures.

    Attributes
    ----------
    temperatures : (K,) rising, above 0.
    mean, slope : (K, F), ⟨x⟩ and d⟨x⟩/dT = cov(x, E)/T² of the calibration ensembles.
    covariance : (K, F, F) of x over single states.
    noise : (K, 2F, 2F) covariance of the estimates (mean, slope), from the samples' influences on them.
    samples : states per temperature.
    """

    temperatures: Array
    mean: Array
    slope: Array
    covariance: Array
    noise: Array
    samples: int

    @classmethod
    def fit(cls, temperatures: Array, values: Array, energies: Array, chains: int = 0) -> Self:
        """From x (K, n, F) and total energies (K, n) of states; independent, or draws of `chains` chains."""
        n = values.shape[1]
        slope = fluctuation_slope(values, energies, temperatures)
        centred = values - values.mean(axis=1, keepdims=True)
        heat = energies - energies.mean(axis=1, keepdims=True)
        tangent = centred * (heat / temperatures[:, None] ** 2)[:, :, None] - slope[:, None]
        influence = np.concatenate([centred, tangent], axis=2)
        noise = np.einsum("knf,kng->kfg", influence, influence) / (n * (n - 1))
        if chains:
            factors = np.array([[inflation(column, chains) for column in part.T] for part in influence])
            noise = noise * factors[:, :, None] * factors[:, None, :]
        covariance = np.einsum("knf,kng->kfg", centred, centred) / (n - 1)
        return cls(temperatures, values.mean(axis=1), slope, covariance, noise, n)

    def value(self, temperatures: Array) -> Array:
        """⟨x⟩ at S temperatures: (S,) → (S, F)."""
        return np.asarray(self._spline(temperatures))

    def slope_at(self, temperatures: Array) -> Array:
        """d⟨x⟩/dT: (S,) → (S, F), linear between the slopes of the nodes.

        The derivative of the Hermite pieces would contain differences of neighbouring means, whose noise grows without
        limit as nodes come closer: weights of a fit would follow it, and claim too much information.
        """
        left, part, _ = self._place(temperatures)
        part = part[:, None]
        return np.asarray((1 - part) * self.slope[left] + part * self.slope[left + 1])

    def spread(self, temperatures: Array) -> Array:
        """Covariance of x over single states: (S,) → (S, F, F), linear between nodes."""
        left, part, _ = self._place(temperatures)
        part = part[:, None, None]
        return np.asarray((1 - part) * self.covariance[left] + part * self.covariance[left + 1])

    def error(self, temperatures: Array) -> Array:
        """Covariance of `value` itself, calibration and interpolation: (S,) → (S, F, F).

        Between nodes the mean is a cubic Hermite combination of means and slopes at the two ends, so the covariance of
        the calibration follows exactly; the estimated bias b of the interpolation adds b bᵀ.
        """
        left, t, width = self._place(temperatures)
        total = np.zeros((len(t), self.mean.shape[1], self.mean.shape[1]))
        ends = (
            (left, (1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2 * width),
            (left + 1, t**2 * (3 - 2 * t), t**2 * (t - 1) * width),
        )
        size = self.mean.shape[1]
        for node, of_mean, of_slope in ends:
            block = self.noise[node]
            a, b = of_mean[:, None, None], of_slope[:, None, None]
            cross = block[:, :size, size:]
            total += a * a * block[:, :size, :size] + b * b * block[:, size:, size:]
            total += a * b * (cross + cross.transpose(0, 2, 1))
        shape = (4 * t * (1 - t))[:, None] ** 2  # the error of cubic Hermite pieces, ∝ t² (1 − t)²
        bias = shape * ((1 - t)[:, None] * self._bias[left] + t[:, None] * self._bias[left + 1])
        return np.asarray(total + bias[:, :, None] * bias[:, None, :])

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The fields by name."""
        return {item.name: np.asarray(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """The curve that `to_arrays` described."""
        nodes, names = np.asarray(arrays["mean"]).shape
        shapes = {"temperatures": (nodes,), "mean": (nodes, names), "slope": (nodes, names)}
        shapes |= {"covariance": (nodes, names, names), "noise": (nodes, 2 * names, 2 * names)}
        temperatures, mean, slope, covariance, noise = (
            stored(arrays, name, shape).astype(np.float64) for name, shape in shapes.items()
        )
        samples = stored({"samples": np.ravel(arrays["samples"])}, "samples", (1,))
        return cls(temperatures, mean, slope, covariance, noise, int(samples[0]))

    @cached_property
    def fine(self) -> Array:
        """Temperatures all along the curve, `_FINE` in each interval."""
        steps = np.arange(_FINE * (len(self.temperatures) - 1) + 1) / _FINE
        return np.asarray(np.interp(steps, np.arange(len(self.temperatures)), self.temperatures))

    def _place(self, temperatures: Array) -> tuple[npt.NDArray[np.int_], Array, Array]:
        """Node on the left, position 0 … 1 in the interval, and its width."""
        grid = self.temperatures
        left = np.clip(np.searchsorted(grid, temperatures, side="right") - 1, 0, len(grid) - 2)
        width = grid[left + 1] - grid[left]
        return left, (temperatures - grid[left]) / width, width

    @cached_property
    def _spline(self) -> CubicHermiteSpline:
        return CubicHermiteSpline(self.temperatures, self.mean, self.slope)

    @cached_property
    def _bias(self) -> Array:
        return interpolation_error(self.temperatures, self.mean, self.slope)


def best_temperature(curve: JointCurve, mean: Array, covariance: Array, start: float) -> tuple[float, Array]:
    """Zero nearest to `start` of wᵀ(x̄ − ⟨x⟩(T)), the generalized least-squares T, and the weights w (F,), wᵀ⟨x⟩′ = 1.

    w = C⁻¹⟨x⟩′/(⟨x⟩′ᵀC⁻¹⟨x⟩′) at `start`, with C the `covariance` (F, F) there; zero where nothing varies, when T
    is `start`. Without a zero T is the nearer end of the calibration.
    """
    tangent, variances, basis = standardized(curve.slope_at(np.array([start])), covariance[None])
    information = float(np.sum(tangent**2 / variances))
    if information == 0:
        return start, np.zeros(len(mean))
    weights = basis[0] @ (tangent[0] / variances[0]) / information
    fine = curve.fine
    ahead = (mean - curve.value(fine)) @ weights  # falls through 0, about as T̂ − T
    crossings = np.flatnonzero((ahead[:-1] >= 0) & (ahead[1:] < 0))
    if not len(crossings):
        return float(fine[0] if ahead[0] < 0 else fine[-1]), weights
    k = crossings[np.argmin(np.abs(fine[crossings] - start))]
    return float(fine[k] + (fine[k + 1] - fine[k]) * ahead[k] / (ahead[k] - ahead[k + 1])), weights


def standardized(deviation: Array, covariance: Array) -> tuple[Array, Array, Array]:
    """Deviations (S, F) along the eigenvectors of their correlation matrices, from covariances (S, F, F).

    Returns (modes (S, F), variances (S, F), basis (S, F, F)), variances and basis of `eigenmodes`, modes = basisᵀ
    deviation.
    """
    variances, basis = eigenmodes(covariance)
    return np.einsum("sfm,sf->sm", basis, deviation), variances, basis


def eigenmodes(covariance: Array, smallest: float = 1e-9) -> tuple[Array, Array]:
    """Variances (S, F) and basis (S, F, F) of the eigenvectors of correlation matrices, from covariances (S, F, F).

    Variances are infinite where the eigenvalue of the correlation matrix is below `smallest` of the largest (an exact
    dependence between observables), so that such a mode counts for nothing.
    """
    scale = np.sqrt(np.maximum(np.einsum("sff->sf", covariance), 1e-300))
    values, vectors = np.linalg.eigh(covariance / (scale[:, :, None] * scale[:, None, :]))
    return np.where(values > smallest * values[:, -1:], values, np.inf), vectors / scale[:, :, None]
