"""Thermodynamic functions of temperature for one lattice size, reweighted from runs at several temperatures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens.arrays import Array
from spinlens.lattice.correlation import dispersion_length
from spinlens.lattice.couplings import Coupling, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.cumulants import binder
from spinlens.statistics.resampling import block_means, estimate_of_rows, jackknife
from spinlens.statistics.reweighting import Histograms

BLOCKS = 32
WRAPS = ("wraps_none", "wraps_both")
_MODES = ("mode_x", "mode_y", "mode_z")
_NOT_MEASURED = np.array(math.nan)


class CurveValues(NamedTuple):
    """What is reweighted of one size, and derivatives with respect to θ = ln v; (n,) each.

    `binder` is U4, `xi` the `dispersion_length` (ξ/L), `critical_polynomial` R_p = R_2 − 2 R_0 of wrapping clusters;
    nan where they were not measured. `log_m2_slope` is d ln⟨m²⟩/dθ.
    """

    m2: Array
    binder: Array
    binder_slope: Array
    xi: Array
    xi_slope: Array
    log_m2_slope: Array
    critical_polynomial: Array = _NOT_MEASURED
    critical_polynomial_slope: Array = _NOT_MEASURED


@dataclass(frozen=True)
class SizeCurves:
    """⟨m²⟩(T), U4(T), ξ(T)/L, R_p(T) and slopes of one lattice size; θ is ln v, of the fugacity of a frozen bond.

    `names` are those of the observables in the histograms, in their order: always "m2" and "m4", where they were
    measured "mode" (of the lowest Fourier modes, mean over the axes), "abs_magnetization" and `WRAPS`.
    """

    model: IsingModel
    temperatures: tuple[float, ...]
    histograms: Histograms
    names: tuple[str, ...]

    @property
    def L(self) -> int:
        """Linear size."""
        return self.model.shape[0]

    @property
    def coupling(self) -> Coupling | None:
        """Of the lattice; curves of other programs may have none."""
        return self.model.coupling

    @property
    def dimension(self) -> int:
        """Of the lattice."""
        return self.model.dimension

    @property
    def has_xi(self) -> bool:
        """Whether Fourier modes were measured, so that ξ/L is known."""
        return "mode" in self.names

    @property
    def has_critical_polynomial(self) -> bool:
        """Whether it was measured which clusters wind around the torus, so that R_p is known."""
        return all(name in self.names for name in WRAPS)

    @classmethod
    def from_dataset(cls, model: IsingModel, data: xr.Dataset, blocks: int | None = None) -> SizeCurves:
        """From the output of `sample` with a cluster algorithm; the jackknife takes `blocks` stretches of time.

        Without `blocks` there are as many as the length of the runs allows for (`blocks_for`).

        Runs at different temperatures are combined with weights 1/(2 τ_int) of their m².
        """
        theta, series = _theta(model, data), _series(data, model.dimension)
        temperatures = tuple(data["temperature"].values.tolist())
        if blocks is None:
            blocks = blocks_for(data.sizes["draw"], data.sizes["chain"])
        bonds, times = data["bonds"].values, run_times(series["m2"])
        table = Histograms.from_runs(theta, bonds, list(series.values()), blocks, times)
        return cls(model, temperatures, table, tuple(series))

    @classmethod
    def joined(cls, parts: Sequence[SizeCurves]) -> SizeCurves:
        """Several independent sets of runs of one size, cut into equally many blocks; keeps what all have measured."""
        temperatures = tuple(sorted({T for part in parts for T in part.temperatures}))
        names = [name for name in parts[0].names if all(name in part.names for part in parts)]
        alike = [part.only(names).histograms for part in parts]
        return cls(parts[0].model, temperatures, Histograms.joined(alike), tuple(names))

    def only(self, names: Sequence[str]) -> SizeCurves:
        """The same with these observables alone, in this order."""
        kept = self.histograms.sums[[self.names.index(name) for name in names]]
        return replace(self, histograms=replace(self.histograms, sums=kept), names=tuple(names))

    def without_xi(self) -> SizeCurves:
        """The same without the Fourier modes."""
        return self.only([name for name in self.names if name != "mode"])

    def without_wrapping(self) -> SizeCurves:
        """The same without the probabilities of wrapping clusters."""
        return self.only([name for name in self.names if name not in WRAPS])

    def theta(self, temperature: float) -> float:
        """ln v(T), what the histograms are reweighted in."""
        return self.model.coupling.fugacity.log(temperature)

    def temperature(self, theta: npt.ArrayLike) -> Array:
        """Inverse of `theta`."""
        return self.model.coupling.fugacity.temperature(theta)

    def bond_spread(self, theta: float) -> float:
        """Standard deviation of the number of frozen bonds at θ, or at the end of the runs' support next to it."""
        low, high = self.histograms.support
        return math.sqrt(float(self.histograms.full.bonds(min(max(theta, low), high))[1][0]))

    def samples(self, theta: npt.ArrayLike) -> CurveValues:
        """Values of all data and of the jackknife replicas (1 + blocks,), at one θ or at one for each row.

        ξ follows from ⟨m²⟩ and the lowest Fourier mode, with k = 2 sin(π/L):
        ξ = ((⟨m²⟩ / ⟨|s_k|²⟩) − 1)^{1/p} / k, where 1/χ(k) ~ 1 + (kξ)^p; p = 2, or σ for a power law with σ < 2.
        """
        return self._values(*self.histograms.full.samples(theta))

    def averages(self, theta: npt.ArrayLike) -> dict[str, tuple[Array, Array]]:
        """⟨O⟩ and d⟨O⟩/dθ of every observable, of all data and of the jackknife replicas, each (1 + blocks,)."""
        return dict(zip(self.names, zip(*self.histograms.full.samples(theta), strict=True), strict=True))

    def all_data(self, theta: npt.ArrayLike) -> CurveValues:
        """Values of all data at several θ, each (n,)."""
        return self._values(*self.histograms.full.curve(theta))

    def _values(self, means: Array, slopes: Array) -> CurveValues:
        """From averages and their slopes, (observables, n) each."""
        m2, m4 = (means[self.names.index(name)] for name in ("m2", "m4"))
        m2_slope, m4_slope = (slopes[self.names.index(name)] for name in ("m2", "m4"))
        slope = binder_slope(m2, m4, m2_slope, m4_slope)
        xi, xi_slope = self._xi(m2, m2_slope / m2, means, slopes)
        polynomials = (self._critical_polynomial(rows) for rows in (means, slopes))
        return CurveValues(m2, binder(m2, m4), slope, xi, xi_slope, m2_slope / m2, *polynomials)

    def _xi(self, m2: Array, log_m2_slope: Array, means: Array, slopes: Array) -> tuple[Array, Array]:
        if not self.has_xi:
            return np.full(means.shape[1], np.nan), np.full(means.shape[1], np.nan)
        mode, mode_slope = (rows[self.names.index("mode")] for rows in (means, slopes))
        power = _dispersion(self.model)
        # where every state is fully ordered, or all that count at this θ: no mode, ξ infinite
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = np.where(mode > 0, m2 / mode, np.inf)
            ratio_slope = np.where(mode > 0, ratio * (log_m2_slope - mode_slope / mode), np.nan)
            xi = dispersion_length(ratio, self.L, power)
            return xi, np.where(ratio > 1, xi / power * ratio_slope / (ratio - 1), np.nan)

    def _critical_polynomial(self, rows: Array) -> Array:
        """R_2 − 2 R_0 of averages, or its slope of theirs."""
        if not self.has_critical_polynomial:
            return np.full(rows.shape[1], np.nan)
        none, both = (rows[self.names.index(name)] for name in WRAPS)
        return np.asarray(both - 2 * none)

    def binder_with_error(self, temperature: float) -> tuple[float, float]:
        """U4 at one temperature with its jackknife error."""
        found = estimate_of_rows(self.samples(self.theta(temperature)).binder)
        return found.value, found.error


def binder_slope(m2: Array, m4: Array, m2_slope: Array, m4_slope: Array) -> Array:
    """dU4/dθ from the moments and their derivatives."""
    return -(m4_slope / m4 - 2 * m2_slope / m2) * m4 / (3 * m2**2)


def _dispersion(model: IsingModel) -> float:
    """The leading power of k in 1/χ(k)."""
    return min(model.coupling.sigma, 2.0) if isinstance(model.coupling, PowerLaw) else 2.0


def _series(data: xr.Dataset, dimension: int) -> dict[str, Array]:
    """What is to be reweighted, by name, (temperature, chain, draw)."""
    series: dict[str, Array] = {name: data[name].values for name in ("m2", "m4")}
    modes = [data[name].values for name in _MODES[:dimension] if name in data]
    if len(modes) == dimension:
        series["mode"] = np.mean(modes, axis=0)
    if "magnetization" in data:
        series["abs_magnetization"] = np.abs(data["magnetization"].values)
    return series | {name: data[name].values for name in WRAPS if name in data}


def run_times(m2: Array) -> list[float] | None:
    """τ_int of m² of each run (temperature, chain, draw); None where the runs are too short to tell."""
    return [integrated_time(run).value for run in m2] if m2.shape[-1] >= 4 else None


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


def _theta(model: IsingModel, data: xr.Dataset) -> Array:
    """ln v of each temperature; where v is beyond the floats, from the temperature."""
    v = np.asarray(data["fugacity"].values, dtype=np.float64)
    known = [model.coupling.fugacity.log(float(T)) for T in data["temperature"].values]
    return np.where(np.isinf(v), known, np.log(v))
