"""Thermodynamic functions from histograms of the energy: p(E) ∝ Ω(E) e^{−E/T}, of any moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spinlens.arrays import Array
from spinlens.criticality.reweighting.energy_series import EnergyRun, EnergyRuns
from spinlens.criticality.reweighting.size_curves import binder_slope
from spinlens.errors import ConvergenceError
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.cumulants import binder
from spinlens.statistics.reweighting import Histograms

_FINE = 0.01  # of 1/(spread of β): widths of bins of energies that lie on no grid; their weights are off by 1e-5
_GRID = 1e-6  # relative, within which differences of energies are multiples of the smallest one
_LONGEST = 500_000  # bins
_BLOCKS, _FEWEST, _LENGTH = 64, 8, 10.0  # of the jackknife: at most, at least, and how many τ_int one is long


@dataclass(frozen=True)
class EnergyCurves:
    """Functions of temperature of one lattice; E = origin + width · n, and θ = −width/T is what n is reweighted in."""

    histograms: Histograms
    names: tuple[str, ...]
    width: float
    n_sites: int

    @classmethod
    def from_runs(cls, data: EnergyRuns) -> EnergyCurves:
        """Runs count 1/(2 τ_int) a draw, blocks are at least 10 τ_int long.

        Raises
        ------
        ConvergenceError : the runs are too short for errors; the message says by how much.
        """
        energies = [run.series["energy"] * data.n_sites for run in data.runs]
        first, width = _grid(np.concatenate([item.ravel() for item in energies]), data)
        names = [name for name in data.runs[0].series if all(name in run.series for run in data.runs)]
        times = [_time(run) for run in data.runs]
        blocks = _blocks(data, times)
        parts = [
            Histograms.from_runs(
                [-width / run.temperature], np.rint((energy - first) / width)[None],
                [run.series[name][None] for name in names], blocks, [tau],
            )
            for run, energy, tau in zip(data.runs, energies, times, strict=True)
        ]  # fmt: skip
        return cls(Histograms.joined(parts), tuple(names), width, data.n_sites)

    def theta(self, temperature: float) -> float:
        """−width/T."""
        return -self.width / temperature

    def functions(self, temperature: float) -> dict[str, Array]:
        """Every function at one temperature, of all data and of the jackknife replicas, each (1 + blocks,).

        Raises
        ------
        ConvergenceError : the runs do not reach it.
        """
        theta = self.theta(temperature)
        means, slopes = self.histograms.full.samples(theta)
        found = dict(zip(self.names, means, strict=True))
        spread = self.histograms.full.bonds(theta)[1] * self.width**2  # ⟨E²⟩ − ⟨E⟩²
        found["specific_heat"] = spread / (temperature**2 * self.n_sites)
        if "m2" in found:
            found |= self._of_moments(temperature, found, dict(zip(self.names, slopes * -self.width, strict=True)))
        return found

    def functions_known(self, order: tuple[str, ...]) -> list[str]:
        """Names of `functions`, those of `order` first."""
        of_moments = ("binder", "susceptibility", "binder_slope", "log_m2_slope") if "m2" in self.names else ()
        own = {*self.names, "specific_heat", *of_moments}
        return [name for name in order if name in own] + [name for name in self.names if name not in order]

    def _of_moments(self, T: float, mean: Mapping[str, Array], slope: Mapping[str, Array]) -> dict[str, Array]:
        """With slopes in β = 1/T."""
        m2, m4 = mean["m2"], mean["m4"]
        return {
            "binder": binder(m2, m4),
            "susceptibility": self.n_sites * m2 / T,
            "binder_slope": binder_slope(m2, m4, slope["m2"], slope["m4"]),
            "log_m2_slope": slope["m2"] / m2,
        }


def _grid(energies: Array, data: EnergyRuns) -> tuple[float, float]:
    """Smallest energy and the step of the grid that all lie on, exactly where there is one, else a fine one."""
    levels = np.unique(energies)
    span, scale = float(levels[-1] - levels[0]), max(1.0, float(np.abs(levels).max()))
    steps = np.diff(levels)
    steps = steps[steps > 1e-9 * scale]  # rounding of one level
    if not len(steps):
        return float(levels[0]), 1.0
    smallest = float(steps.min())
    multiples = (levels - levels[0]) / smallest
    if span / smallest < _LONGEST and np.abs(multiples - np.rint(multiples)).max() < _GRID * max(1.0, span / smallest):
        return float(levels[0]), smallest
    betas = [1 / run.temperature for run in data.runs]
    reach = max(max(betas) - min(betas), 1 / float(energies.std()))
    return float(levels[0]), max(_FINE / reach, span / _LONGEST)


def _time(run: EnergyRun) -> float:
    """The longest τ_int of what is reweighted."""
    return max(integrated_time(series).value for series in run.series.values())


def _blocks(data: EnergyRuns, times: list[float]) -> int:
    chains = data.runs[0].series["energy"].shape[0]
    lengths = [run.series["energy"].size / tau for run, tau in zip(data.runs, times, strict=True)]
    worst = int(np.argmin(lengths))
    room = int(lengths[worst] / _LENGTH)
    if room < _FEWEST:
        raise ConvergenceError(
            f"the run at T = {data.runs[worst].temperature:g} is {lengths[worst]:.0f} τ_int long, too short for an "
            f"error: draw {int(np.ceil(_FEWEST * _LENGTH / lengths[worst]))} times as many"
        )
    return int(chains * max(1, min(_BLOCKS, room) // chains))
