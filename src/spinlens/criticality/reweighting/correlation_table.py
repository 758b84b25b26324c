"""G(r) and the connected energy correlator as functions of temperature, reweighted draw by draw in frozen bonds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from spinlens.arrays import Array, Spins
from spinlens.criticality.reweighting.size_curves import SizeCurves, run_times
from spinlens.errors import ConvergenceError
from spinlens.lattice.correlation import axis_correlation, local_bonds
from spinlens.statistics.resampling import jackknife_error
from spinlens.statistics.reweighting import time_blocks

_NAMES = {
    "correlation": "spin correlation ⟨s_0 s_r⟩ along the axes",
    "energy_correlation": "connected energy correlation ⟨ε_0 ε_r⟩ − ⟨ε⟩² along the axes",
}
_SITES, _DRAWS = 1 << 20, 1 << 12  # sites transformed, and draws weighed, at a time


def state_correlations(spins: Spins) -> Array:
    """Of each state (n, *shape), equal sides L: s_0 s_r, ε_0 ε_r for r = 0 … L/2, and ε, (n, 2 (L//2 + 1) + 1).

    Averages over all sites and axes; ε_i is the mean of s_i s_j over the neighbours j ahead of i along each axis.

    >>> state_correlations(np.array([[1, 1, -1, -1]], dtype=np.int8)).tolist()
    [[1.0, 0.0, -1.0, 1.0, -1.0, 1.0, 0.0]]
    """
    energy = local_bonds(spins) / (spins.ndim - 1)
    mean = energy.reshape(len(spins), -1).mean(axis=1)
    return np.column_stack([axis_correlation(spins), axis_correlation(energy), mean])


def correlation_table(size: SizeCurves, data: xr.Dataset, grid: Sequence[float]) -> xr.Dataset:
    """`correlation` and `energy_correlation` (temperature, r) with errors; nan where the runs do not reach."""
    draws = _Draws(size, data)
    length = size.L // 2 + 1
    tables = {name: np.full((len(grid), length), np.nan) for own in _NAMES for name in (own, f"{own}_error")}
    for k, temperature in enumerate(grid):
        try:
            rows = draws.means(temperature)  # (1 + blocks, columns)
        except ConvergenceError:
            continue
        connected = rows[:, length:-1] - rows[:, -1:] ** 2
        for name, values in zip(_NAMES, (rows[:, :length], connected), strict=True):
            tables[name][k], tables[f"{name}_error"][k] = values[0], jackknife_error(values[1:])
    dims, notes = ("temperature", "r"), dict(_NAMES)
    notes |= {f"{name}_error": f"error of {text}" for name, text in _NAMES.items()}
    variables = {name: (dims, table, {"long_name": notes[name], "units": "1"}) for name, table in tables.items()}
    r = ("r", np.arange(length), {"long_name": "distance along an axis", "units": "1"})
    return xr.Dataset(variables, coords={"r": r})


class _Draws:
    """The correlations of every draw, with the number of bonds, block of time and weight of each: (draws, columns)."""

    def __init__(self, size: SizeCurves, data: xr.Dataset) -> None:
        self.size, spins, bonds = size, data["spins"].values, data["bonds"].values
        runs, chains, draws = bonds.shape
        self.columns = _in_parts(spins.reshape(-1, *size.model.shape))
        self.number = bonds.astype(np.int64).ravel() - size.histograms.first
        blocks = time_blocks(chains, draws, size.histograms.blocks)
        self.block = np.broadcast_to(blocks, bonds.shape).ravel()
        times = run_times(data["m2"].values)
        weight = np.ones(runs) if times is None else 0.5 / np.asarray(times)
        self.weight = np.repeat(weight, chains * draws)

    def means(self, temperature: float) -> Array:
        """Reweighted averages of all columns, of all data and of the jackknife replicas, (1 + blocks, columns)."""
        table = self.size.histograms.full.draw_weights(self.size.theta(temperature))
        total, norm = np.zeros((len(table), self.columns.shape[1])), np.zeros((len(table), 1))
        for begin in range(0, len(self.number), _DRAWS):
            part = slice(begin, begin + _DRAWS)
            weights = table[:, self.number[part]] * self.weight[part]
            weights[1 + self.block[part], np.arange(weights.shape[1])] = 0.0  # a replica lacks its block
            total += weights @ self.columns[part]
            norm += weights.sum(axis=1, keepdims=True)
        return total / norm


def _in_parts(states: Spins) -> Array:
    """`state_correlations` of many states with room for a few only."""
    step = max(1, _SITES // states[0].size)
    return np.concatenate([state_correlations(states[k : k + step]) for k in range(0, len(states), step)])
