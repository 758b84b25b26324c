"""Series of anyone's Monte Carlo by size: curves of each, reweighted in the energy, for the analysis of a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens import checks
from spinlens.arrays import Array
from spinlens.criticality.reweighting.energy_histograms import EnergyCurves
from spinlens.criticality.reweighting.energy_series import energy_runs
from spinlens.criticality.reweighting.runs import checked_runs
from spinlens.criticality.reweighting.size_curves import CurveValues, SizeCurves, binder_slope
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.model_document import model_of
from spinlens.statistics.cumulants import binder


@dataclass(frozen=True)
class _Extent:
    """What an analysis asks of histograms."""

    support: tuple[float, float]
    blocks: int


@dataclass(frozen=True)
class SeriesCurves:
    """One size with the interface of `SizeCurves`; θ = −1/T, the same for all sizes."""

    L: int
    dimension: int
    coupling: Coupling | None
    temperatures: tuple[float, ...]
    energies: EnergyCurves

    has_xi = False
    has_critical_polynomial = False

    @property
    def histograms(self) -> _Extent:
        """Where the runs are, and how many blocks they have."""
        table, width = self.energies.histograms, self.energies.width
        low, high = table.support
        return _Extent((low / width, high / width), table.blocks)

    def theta(self, temperature: float) -> float:
        """−1/T."""
        return -1 / temperature

    def temperature(self, theta: npt.ArrayLike) -> Array:
        """Inverse of `theta`."""
        return np.asarray(-1 / np.asarray(theta, dtype=np.float64))

    def bond_spread(self, theta: float) -> float:
        """Standard deviation of the energy, which is what θ multiplies here."""
        low, high = self.energies.histograms.support
        inside = min(max(theta * self.energies.width, low), high)
        return self.energies.width * float(np.sqrt(self.energies.histograms.full.bonds(inside)[1][0]))

    def samples(self, theta: npt.ArrayLike) -> CurveValues:
        """See `SizeCurves.samples`."""
        return self._values(*self.energies.histograms.full.samples(np.asarray(theta) * self.energies.width))

    def all_data(self, theta: npt.ArrayLike) -> CurveValues:
        """See `SizeCurves.all_data`."""
        return self._values(*self.energies.histograms.full.curve(np.asarray(theta) * self.energies.width))

    def _values(self, means: Array, slopes: Array) -> CurveValues:
        second, fourth = (self.energies.names.index(name) for name in ("m2", "m4"))
        m2, m4, nothing = means[second], means[fourth], np.full(means.shape[1], np.nan)
        m2_slope, m4_slope = slopes[second] * self.energies.width, slopes[fourth] * self.energies.width
        slope = binder_slope(m2, m4, m2_slope, m4_slope)
        return CurveValues(m2, binder(m2, m4), slope, nothing, nothing, m2_slope / m2)


def is_series(data: object) -> TypeGuard[Mapping[int, Any]]:
    """Whether it is a mapping from sizes L."""
    return isinstance(data, Mapping) and bool(data) and all(isinstance(key, int | np.integer) for key in data)


def series_curves(data: Mapping[int, Any], coupling: Coupling | None, dimension: int) -> list[SizeCurves]:
    """Curves of every size, by increasing L: in frozen bonds where all have them, else in energies.

    Raises
    ------
    InputError : something else than series, or series without energy or magnetization.
    ConvergenceError : series too short for errors.
    """
    sizes = sorted(checks.positive_integer("size", int(L), minimum=2) for L in data)
    if all(_has_bonds(item) for item in data.values()):
        return [_of_bonds(L, data[L]) for L in sizes]
    made: Any = [_of_energies(L, data[L], coupling, dimension) for L in sizes]
    return cast(list[SizeCurves], made)


def _has_bonds(data: object) -> bool:
    return isinstance(data, xr.Dataset) and "bonds" in data


def _of_bonds(L: int, data: xr.Dataset) -> SizeCurves:
    runs, model = checked_runs(data, None)
    if model.shape != (L,) * model.dimension:
        raise InputError(f"the data of L = {L} were drawn from {model}: give each under its own size")
    return SizeCurves.from_dataset(model, runs)


def _of_energies(L: int, data: Any, coupling: Coupling | None, dimension: int) -> SeriesCurves:
    if isinstance(data, xr.Dataset) and "draw" not in data.dims:
        raise InputError(
            f"what was given for L = {L} has no draws: points that were reweighted already have errors that depend on "
            "one another. Give the series, or one table of means at the temperatures that were simulated"
        )
    runs = energy_runs(data, None, L**dimension)
    if any("m2" not in run.series for run in runs.runs):
        raise InputError(f"series of the magnetization are needed for U4; those of L = {L} have energies only")
    if coupling is None and isinstance(data, xr.Dataset) and "model" in data.attrs:
        coupling = model_of(data).coupling
    temperatures = tuple(run.temperature for run in runs.runs)
    return SeriesCurves(L, dimension, coupling, temperatures, EnergyCurves.from_runs(runs))
