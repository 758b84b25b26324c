"""Thermodynamic functions of temperature for one lattice size, reweighted from runs at several temperatures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens.lattice.couplings import PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.algorithms import make_algorithm
from spinlens.sampling.swendsen_wang import LongRangeSwendsenWang
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.resampling import block_means, jackknife
from spinlens.statistics.reweighting import Histograms

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

    `binder` is U4, `xi` the second-moment correlation length over L (nan where no Fourier modes were measured),
    `log_m2_slope` is d ln⟨m²⟩/dθ.
    """

    m2: float
    binder: float
    binder_slope: float
    xi: float
    xi_slope: float
    log_m2_slope: float


class Samples(NamedTuple):
    """`Moments` of all data (row 0) and of every jackknife replica, each (1 + blocks,)."""

    m2: Array
    binder: Array
    binder_slope: Array
    xi: Array
    xi_slope: Array
    log_m2_slope: Array


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
    def from_dataset(cls, model: IsingModel, data: xr.Dataset, blocks: int | None = None) -> SizeCurves:
        """From the output of `sample` with a cluster algorithm; the jackknife takes `blocks` stretches of time.

        Without `blocks` there are as many as the length of the runs allows for (`blocks_for`).

        Runs at different temperatures are combined with weights 1/(2 τ_int) of their m².
        """
        theta = np.log(np.asarray(data["fugacity"].values, dtype=np.float64))
        series = [data[name].values for name in ("m2", "m4")]
        modes = [data[name].values for name in _MODES[: model.dimension] if name in data]
        if len(modes) == model.dimension:
            series.append(np.mean(modes, axis=0))
        temperatures = tuple(data["temperature"].values.tolist())
        if blocks is None:
            blocks = blocks_for(data.sizes["draw"], data.sizes["chain"])
        times = [integrated_time(run).value for run in series[0]] if series[0].shape[-1] >= 4 else None
        return cls(model, temperatures, Histograms.from_runs(theta, data["bonds"].values, series, blocks, times))

    @classmethod
    def joined(cls, parts: Sequence[SizeCurves]) -> SizeCurves:
        """Several independent sets of runs of one size, cut into equally many blocks."""
        temperatures = tuple(sorted({T for part in parts for T in part.temperatures}))
        return cls(parts[0].model, temperatures, Histograms.joined([part.histograms for part in parts]))

    def without_xi(self) -> SizeCurves:
        """The same without the Fourier modes."""
        return replace(self, histograms=replace(self.histograms, sums=self.histograms.sums[:2]))

    def theta(self, temperature: float) -> float:
        """ln v(T), what the histograms are reweighted in."""
        return log_fugacity(self.model, temperature)

    def temperature(self, theta: npt.ArrayLike) -> Array:
        """Inverse of `theta`."""
        return temperature_of(self.model, theta)

    def moments(self, temperature: float) -> Moments:
        """⟨m²⟩, U4, ξ/L and slopes at one temperature.

        ξ follows from ⟨m²⟩ and the lowest Fourier mode, with k = 2 sin(π/L):
        ξ = ((⟨m²⟩ / ⟨|s_k|²⟩) − 1)^{1/p} / k, where 1/χ(k) ~ 1 + (kξ)^p; p = 2, or σ for a power law with σ < 2.
        """
        return Moments(*(float(rows[0]) for rows in self.samples(self.theta(temperature))))

    def samples(self, theta: npt.ArrayLike) -> Samples:
        """`moments` of all data and of the jackknife replicas, at one θ or at one for each row."""
        return self._samples(*self.histograms.full.samples(theta))

    def all_data(self, theta: npt.ArrayLike) -> Samples:
        """`moments` of all data at several θ, each (n,)."""
        return self._samples(*self.histograms.full.curve(theta))

    def _samples(self, means: Array, slopes: Array) -> Samples:
        (m2, m4), (m2_slope, m4_slope) = means[:2], slopes[:2]
        u4 = 1 - m4 / (3 * m2**2)
        slope = -(m4_slope / m4 - 2 * m2_slope / m2) * m4 / (3 * m2**2)
        xi, xi_slope = self._xi(means, slopes)
        return Samples(m2, u4, slope, xi, xi_slope, m2_slope / m2)

    def _xi(self, means: Array, slopes: Array) -> tuple[Array, Array]:
        if not self.has_xi:
            return np.full(means.shape[1], np.nan), np.full(means.shape[1], np.nan)
        m2, mode = means[0], means[2]
        power = _dispersion(self.model)
        with np.errstate(divide="ignore", invalid="ignore"):  # every state fully ordered: no mode, ξ infinite
            ratio = np.where(mode > 0, m2 / mode, np.inf)
            ratio_slope = np.where(mode > 0, ratio * (slopes[0] / m2 - slopes[2] / mode), np.nan)
            xi = np.maximum(ratio - 1, 0.0) ** (1 / power) / (2 * math.sin(math.pi / self.L) * self.L)
            return xi, np.where(ratio > 1, xi / power * ratio_slope / (ratio - 1), np.nan)

    def binder_with_error(self, temperature: float) -> tuple[float, float]:
        """U4 at one temperature with its jackknife error."""
        rows = self.samples(self.theta(temperature)).binder
        return float(rows[0]), float(np.sqrt((len(rows) - 2) * rows[1:].var()))

    def specific_heat(self, temperature: float) -> tuple[float, float]:
        """c = d⟨E⟩/dT per spin (k_B), from the frozen bonds alone, with its jackknife error.

        With Z = Σ Ω(n) v^n the energy is −∂ ln Z/∂β = −(dθ/dβ) ⟨n⟩ + constant, so that
        c = β² [(dθ/dβ)² ∂⟨n⟩/∂θ + (d²θ/dβ²) ⟨n⟩] / N, the bracket being ∂² ln Z/∂β².
        """
        mean, variance = self.histograms.full.bonds(self.theta(temperature))
        mean = mean + self.histograms.first
        first, second = self._fugacity_slopes(temperature)
        rows = (first**2 * variance + second * mean) / (temperature**2 * self.model.n_sites)
        return float(rows[0]), float(np.sqrt((len(rows) - 2) * rows[1:].var()))

    def energy(self, temperature: float) -> tuple[float, float]:
        """⟨E⟩ per spin, Σ_{i<j} J / N − (dθ/dβ) ⟨n⟩ / N with n frozen bonds, and its jackknife error."""
        mean, _ = self.histograms.full.bonds(self.theta(temperature))
        bonds = self._fugacity_slopes(temperature)[0] * (mean + self.histograms.first) / self.model.n_sites
        rows = self.model.coupling_sum / 2 - bonds
        return float(rows[0]), float(np.sqrt((len(rows) - 2) * rows[1:].var()))

    def susceptibility(self, temperature: float) -> tuple[float, float]:
        """χ = N ⟨m²⟩ / T per spin, that of the disordered phase, and its jackknife error."""
        rows = self.model.n_sites * self.samples(self.theta(temperature)).m2 / temperature
        return float(rows[0]), float(np.sqrt((len(rows) - 2) * rows[1:].var()))

    def _fugacity_slopes(self, temperature: float) -> tuple[float, float]:
        """dθ/dβ and d²θ/dβ² of θ = ln v."""
        beta, strength = 1 / temperature, _strength(self.model)
        if strength is None:
            return 1 / beta, -1 / beta**2
        v = math.expm1(2 * beta * strength)
        return 2 * strength * (v + 1) / v, -4 * strength**2 * (v + 1) / v**2


def log_fugacity(model: IsingModel, temperature: float) -> float:
    """θ = ln v(T) of the cluster moves."""
    return float(np.log(make_algorithm(model, temperature, "swendsen-wang").fugacity))


def temperature_of(model: IsingModel, theta: npt.ArrayLike) -> Array:
    """Temperature at which ln v = θ: 1/v for power laws and tables, 2J/ln(1 + v) between nearest neighbours."""
    strength, v = _strength(model), np.exp(np.asarray(theta, dtype=np.float64))
    return np.asarray(1 / v if strength is None else 2 * strength / np.log1p(v))


def _strength(model: IsingModel) -> float | None:
    """J of nearest neighbours; None where graphs weigh β^bonds."""
    if isinstance(make_algorithm(model, model.coupling_sum, "swendsen-wang"), LongRangeSwendsenWang):
        return None
    return float(model.coupling_table.max())


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


def blocks_for(draws: int, chains: int) -> int:
    """Blocks of the jackknife: 64 where each gets 50 draws a temperature, else 32 or fewer."""
    wanted = 64 if draws * chains >= 64 * 50 else BLOCKS
    return chains * max(1, min(wanted // chains, draws))
