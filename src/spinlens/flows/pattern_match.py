"""The temperature at which block spins have the pattern of a machine's units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from spinlens import checks
from spinlens.arrays import Array, Fields
from spinlens.errors import InputError
from spinlens.flows.correlators import CorrelationMap, visible_hidden_correlation
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_error


@dataclass(frozen=True)
class Match:
    """The block-spin pattern most like a given one.

    Attributes
    ----------
    temperature : Estimate
        Of the ensemble whose block spins have the nearest map, with its statistical error; the parabola between
        temperatures offered 5 % apart adds about 1 % to it.
    residual : Estimate
        |C − a C_T|² / |C|² there, noise subtracted: 0 for the same pattern, 1 where nothing is in common, nan where the
        pattern is lost in its noise. The parabola between temperatures offered far apart adds some percent.
    amplitude : Estimate
        a, by which the block-spin map is multiplied (1 unless fitted).
    in_range : bool
        The best temperature is not at an end of those offered.
    """

    temperature: Estimate
    residual: Estimate
    amplitude: Estimate
    in_range: bool


def match_temperature(
    pattern: CorrelationMap, patterns: Mapping[float, CorrelationMap], free_amplitude: bool = True
) -> Match:
    """At which temperature block spins have the pattern ⟨v h⟩ that is most like that of a machine or stack.

    The distance D(T) = Σ_x (C(x) − a C_T(x))² between maps, without what noise adds on average, has its smallest value
    among the temperatures offered and, by a parabola through the three around it, between them.

    Parameters
    ----------
    pattern : CorrelationMap
        Of the machine's units, from `visible_hidden_correlation`.
    patterns : dict of float to CorrelationMap
        Temperature → map of block spins of the same block side on the same lattice; at least three.
    free_amplitude : bool, default True
        Fit a for each temperature (only the shape counts; noisy units have weaker correlations), or a = 1.

    Returns
    -------
    Match
        Errors by jackknife over the bins of `pattern`, plus the noise of the maps it is compared with.

    Raises
    ------
    InputError
        Fewer than three temperatures, or maps of different lattices or kinds.

    Examples
    --------
    A pattern among those offered is matched by itself:

    >>> def made_up(width):
    ...     squared = np.add.outer((np.arange(8) - 3.5) ** 2, (np.arange(8) - 3.5) ** 2)
    ...     values = np.exp(-squared / width)
    ...     return CorrelationMap(values, 0 * values, np.stack([values] * 4), (3.5, 3.5), 2, True)
    >>> offered = {T: made_up(T) for T in (2.8, 2.9, 3.0, 3.1, 3.2)}
    >>> match = match_temperature(made_up(3.0), offered)
    >>> abs(match.temperature.value - 3) < 0.01, round(match.amplitude.value, 1), match.in_range
    (True, 1.0, True)
    """
    grid = np.array(sorted(checks.temperatures(list(patterns))))
    if len(grid) < 3:
        raise InputError(f"match_temperature needs patterns at 3 or more temperatures, got {len(grid)}")
    offered = [patterns[temperature] for temperature in grid.tolist()]
    for entry in offered:
        if entry.values.shape != pattern.values.shape or entry.connected != pattern.connected:
            raise InputError("patterns must be maps of the same lattice, all raw or all connected")
    search = _PatternSearch(pattern, offered, grid, free_amplitude)
    found = np.array([search.nearest(own, search.tables) for own in (search.own, *search.own_replicas)])
    count = min(len(entry.replicas) for entry in offered)
    others = [np.stack([entry.replicas[k].ravel() for entry in offered]) for k in range(count)]
    theirs = np.array([search.nearest(search.own, tables) for tables in others])
    error = np.hypot(jackknife_error(found[1:]), jackknife_error(theirs))
    estimates = [Estimate(float(value), float(width)) for value, width in zip(found[0], error, strict=True)]
    inside = bool(grid[0] < found[0, 0] < grid[-1])
    return Match(estimates[0], estimates[1], estimates[2], inside)


class _PatternSearch:
    """Distances of one map to those of block spins, freed of what noise adds to them on average."""

    def __init__(
        self, pattern: CorrelationMap, offered: list[CorrelationMap], grid: Array, free_amplitude: bool
    ) -> None:
        self.grid, self.free = grid, free_amplitude
        self.own = pattern.values.ravel()
        self.own_replicas = pattern.replicas.reshape(len(pattern.replicas), -1)
        self.tables = np.stack([entry.values.ravel() for entry in offered])
        replicas = [entry.replicas.reshape(len(entry.replicas), -1) for entry in offered]
        self.noise = float(np.sum(pattern.errors**2))
        pairs = zip(self.tables, replicas, strict=True)
        self.own_noise = [self._noise(self.own_replicas, table) for table in self.tables]
        self.their_noise = [self._noise(entry, table) for table, entry in pairs]

    def _noise(self, replicas: Array, table: Array) -> float:
        """Mean square noise of a map; an amplitude that is fitted takes up the part along the map that is fitted."""
        total = float(np.sum(jackknife_error(replicas) ** 2))
        if not self.free:
            return total
        along = replicas @ table / max(float(table @ table), 1e-300) ** 0.5
        return total - float(jackknife_error(along)) ** 2

    def nearest(self, own: Array, tables: Array) -> tuple[float, float, float]:
        """Temperature, residual and amplitude at the smallest distance."""
        distances, amplitudes = [], []
        for table, mine, theirs in zip(tables, self.own_noise, self.their_noise, strict=True):
            a = float(own @ table) / max(float(table @ table), 1e-300) if self.free else 1.0
            distances.append(float(np.sum((own - a * table) ** 2)) - mine - a * a * theirs)
            amplitudes.append(a)
        norm = float(own @ own) - self.noise
        scale = 1 / norm if norm > 0 else float("nan")  # nan: the pattern is lost in its noise
        best = int(np.argmin(distances))
        if best in (0, len(self.grid) - 1):
            return float(self.grid[best]), scale * distances[best], amplitudes[best]
        around = slice(best - 1, best + 2)
        curve = np.polyfit(self.grid[around] - self.grid[best], distances[around], 2)
        offset = -curve[1] / (2 * curve[0])
        temperature = float(self.grid[best] + offset)
        amplitude = float(np.interp(temperature, self.grid, amplitudes))
        return temperature, scale * float(np.polyval(curve, offset)), amplitude


def block_patterns(
    ensembles: Mapping[float, Fields], block: Callable[[Fields], Fields], connected: bool = True
) -> dict[float, CorrelationMap]:
    """Maps of block spins at each temperature, for `match_temperature`.

    `ensembles`: temperature → (n_samples, *shape) states; `block`: states → block spins, for example
    ``lambda s: block_spins(s, 2, "majority", generator=generator)``.
    """
    return {
        temperature: visible_hidden_correlation(states, block(states), connected)
        for temperature, states in ensembles.items()
    }
