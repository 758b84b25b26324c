"""Thermodynamic functions of temperature for one lattice size, reweighted from runs at several temperatures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens.lattice.couplings import PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.statistics.resampling import block_means, jackknife
from spinlens.statistics.reweighting import Histograms, Reweighting

Array = npt.NDArray[np.float64]

BLOCKS = 32
_MODES = ("mode_x", "mode_y", "mode_z")


def binder(m2: float | Array, m4: float | Array) -> float | Array:
    """U4 = 1 − ⟨m⁴⟩ / (3 ⟨m²⟩²): 2/3 in the ordered phase, 0 in the disordered one.

    >>> binder(1.0, 1.0) == 1 - 1 / 3
    True
    """
    return 1 - m4 / (3 * m2**2)


class Moments(NamedTuple):
    """Averages of one size at one temperature, and derivatives with respect to θ = ln v.

    `binder` is U4, `xi` the second-moment correlation length over L (nan where no Fourier modes were measured).
    """

    m2: float
    binder: float
    binder_slope: float
    xi: float
    xi_slope: float


@dataclass(frozen=True)
class SizeCurves:
    """⟨m²⟩(T), U4(T), ξ(T)/L and slopes of one lattice size; θ is the logarithm of the fugacity of a frozen bond."""

    model: IsingModel
    temperatures: tuple[float, ...]
    histograms: Histograms

    @property
    def L(self) -> int:
        """Linear size."""
        return self.model.shape[0]

    @property
    def has_xi(self) -> bool:
        """Whether Fourier modes were measured, so that ξ/L is known."""
        return len(self.histograms.sums) == 3

    @classmethod
    def from_dataset(cls, model: IsingModel, data: xr.Dataset, blocks: int = BLOCKS) -> SizeCurves:
        """From the output of `sample` with a cluster algorithm; the jackknife takes `blocks` stretches of time."""
        theta = np.log(np.asarray(data["fugacity"].values, dtype=np.float64))
        series = [data[name].values for name in ("m2", "m4")]
        modes = [data[name].values for name in _MODES[: model.dimension] if name in data]
        if len(modes) == model.dimension:
            series.append(np.mean(modes, axis=0))
        temperatures = tuple(data["temperature"].values.tolist())
        return cls(model, temperatures, Histograms.from_runs(theta, data["bonds"].values, series, blocks))

    @classmethod
    def from_rounds(cls, model: IsingModel, rounds: Sequence[xr.Dataset], blocks: int = BLOCKS) -> SizeCurves:
        """From several independent runs at the same temperatures, of any lengths, in about `blocks` like blocks."""
        draws = [data.sizes["draw"] * data.sizes["chain"] for data in rounds]
        parts = [
            cls.from_dataset(model, data, max(2 * data.sizes["chain"], round(blocks * n / sum(draws))))
            for data, n in zip(rounds, draws, strict=True)
        ]
        return cls(model, parts[0].temperatures, Histograms.joined([part.histograms for part in parts]))

    def theta(self, temperature: float) -> float:
        """ln v(T), what the histograms are reweighted in."""
        return float(np.log(make_algorithm(self.model, temperature, "swendsen-wang").fugacity))

    def moments(self, temperature: float, replica: Reweighting | None = None) -> Moments:
        """⟨m²⟩, U4, ξ/L and slopes at one temperature.

        ξ follows from ⟨m²⟩ and the lowest Fourier mode, with k = 2 sin(π/L):
        ξ = ((⟨m²⟩ / ⟨|s_k|²⟩) − 1)^{1/p} / k, where 1/χ(k) ~ 1 + (kξ)^p; p = 2, or σ for a power law with σ < 2.
        """
        source = self.histograms.full if replica is None else replica
        means, slopes = source.means(self.theta(temperature))
        (m2, m4), (m2_slope, m4_slope) = means[:2], slopes[:2]
        u4 = 1 - m4 / (3 * m2**2)
        slope = -(m4_slope / m4 - 2 * m2_slope / m2) * m4 / (3 * m2**2)
        if not self.has_xi:
            return Moments(float(m2), float(u4), float(slope), math.nan, math.nan)
        if means[2] <= 0:  # every state fully ordered
            return Moments(float(m2), float(u4), float(slope), math.inf, math.nan)
        power = _dispersion(self.model)
        ratio = m2 / means[2]
        ratio_slope = ratio * (m2_slope / m2 - slopes[2] / means[2])
        xi = max(ratio - 1, 0.0) ** (1 / power) / (2 * math.sin(math.pi / self.L) * self.L)
        xi_slope = xi / power * ratio_slope / (ratio - 1) if ratio > 1 else math.nan
        return Moments(float(m2), float(u4), float(slope), float(xi), float(xi_slope))

    def binder_with_error(self, temperature: float) -> tuple[float, float]:
        """U4 at one temperature with its jackknife error."""
        replicas = np.array([self.moments(temperature, replica).binder for replica in self.histograms.replicas])
        error = float(np.sqrt((len(replicas) - 1) * replicas.var()))
        return self.moments(temperature).binder, error


def _dispersion(model: IsingModel) -> float:
    """The leading power of k in 1/χ(k)."""
    return min(model.coupling.sigma, 2.0) if isinstance(model.coupling, PowerLaw) else 2.0


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
