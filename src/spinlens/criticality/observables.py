"""Thermodynamic functions of temperature for one lattice size, reweighted from runs at several temperatures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.statistics.resampling import block_means, jackknife
from spinlens.statistics.reweighting import Histograms, Reweighting

Array = npt.NDArray[np.float64]

BLOCKS = 32


def binder(m2: float | Array, m4: float | Array) -> float | Array:
    """U4 = 1 − ⟨m⁴⟩ / (3 ⟨m²⟩²): 2/3 in the ordered phase, 0 in the disordered one.

    >>> binder(1.0, 1.0) == 1 - 1 / 3
    True
    """
    return 1 - m4 / (3 * m2**2)


@dataclass(frozen=True)
class SizeCurves:
    """⟨m²⟩(T), U4(T) and dU4/dθ of one lattice size; θ is the logarithm of the fugacity of a frozen bond."""

    model: IsingModel
    temperatures: tuple[float, ...]
    histograms: Histograms

    @property
    def L(self) -> int:
        """Linear size."""
        return self.model.shape[0]

    @classmethod
    def from_dataset(cls, model: IsingModel, data: xr.Dataset, blocks: int = BLOCKS) -> SizeCurves:
        """From the output of `sample` with a cluster algorithm; the jackknife takes `blocks` stretches of time."""
        theta = np.log(np.asarray(data["fugacity"].values, dtype=np.float64))
        series = [data[name].values for name in ("m2", "m4")]
        temperatures = tuple(data["temperature"].values.tolist())
        return cls(model, temperatures, Histograms.from_runs(theta, data["bonds"].values, series, blocks))

    def theta(self, temperature: float) -> float:
        """ln v(T), what the histograms are reweighted in."""
        return float(np.log(make_algorithm(self.model, temperature, "swendsen-wang").fugacity))

    def moments(self, temperature: float, replica: Reweighting | None = None) -> tuple[float, float, float]:
        """⟨m²⟩, U4 and dU4/dθ at one temperature."""
        source = self.histograms.full if replica is None else replica
        (m2, m4), (m2_slope, m4_slope) = source.means(self.theta(temperature))
        u4 = 1 - m4 / (3 * m2**2)
        slope = -(m4_slope / m4 - 2 * m2_slope / m2) * m4 / (3 * m2**2)
        return float(m2), float(u4), float(slope)

    def binder_with_error(self, temperature: float) -> tuple[float, float]:
        """U4 at one temperature with its jackknife error."""
        replicas = np.array([self.moments(temperature, replica)[1] for replica in self.histograms.replicas])
        error = float(np.sqrt((len(replicas) - 1) * replicas.var()))
        return self.moments(temperature)[1], error


def measured_binder(data: xr.Dataset, blocks: int = BLOCKS) -> tuple[Array, Array]:
    """U4 at each simulated temperature without reweighting, with jackknife errors: two arrays (temperature,)."""
    values, errors = [], []
    per_chain = max(2, blocks // data.sizes["chain"])
    for m2, m4 in zip(data["m2"].values, data["m4"].values, strict=True):
        means = np.stack([block_means(series, per_chain).ravel() for series in (m2, m4)], axis=1)
        value, covariance = jackknife(means, lambda mean: binder(mean[0], mean[1]))
        values.append(float(value[0]))
        errors.append(float(np.sqrt(covariance[0, 0])))
    return np.array(values), np.array(errors)
