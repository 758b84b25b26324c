"""What a machine's units see beside block spins: covariance under translations, best RG temperature, layer by layer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array, Fields
from spinlens.errors import InputError
from spinlens.flows.correlators import (
    CorrelationMap,
    SpinCorrelation,
    paired_samples,
    spin_correlation,
    visible_hidden_correlation,
)
from spinlens.flows.localization import Localization, localization
from spinlens.lattice.trajectory import Trajectory
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import bin_edges, estimate_where_defined, jackknife_error

_BINS = 20


@dataclass(frozen=True, eq=False)
class UnitMaps:
    """Sums over bins of samples from which the map of every single unit about its own place can be made.

    `products` (bins, n_hidden, N) is Σ v_x h_a, the displacement from the unit's place as last index; `visible`
    (bins, N) and `hidden` (bins, n_hidden) are Σ v_x and Σ h_a, `counts` (bins,) the samples of each bin, and `sites`
    (n_hidden, N) the site at each displacement.
    """

    products: Array
    visible: Array
    hidden: Array
    counts: npt.NDArray[np.int_]
    sites: npt.NDArray[np.intp]

    def connected(self, keep: npt.NDArray[np.bool_]) -> Array:
        """The unbiased covariance of v_x and h_a over the bins kept, (n_hidden, N)."""
        n = int(self.counts[keep].sum())
        background = self.hidden[keep].sum(axis=0)[:, None] * self.visible[keep].sum(axis=0)[self.sites]
        return np.asarray((self.products[keep].sum(axis=0) - background / n) / (n - 1))


def unit_maps(visible: npt.ArrayLike, hidden: npt.ArrayLike, centres: npt.ArrayLike | None, bins: int) -> UnitMaps:
    """The maps of single units, whose average over units is `visible_hidden_correlation`; parameters as there."""
    v, h, sites, _, _ = paired_samples(visible, hidden, centres)
    edges = bin_edges(len(v), bins)
    return UnitMaps(
        np.stack([np.take_along_axis(h[a:b].T @ v[a:b], sites, axis=1) for a, b in edges]),
        np.stack([v[a:b].sum(axis=0) for a, b in edges]),
        np.stack([h[a:b].sum(axis=0) for a, b in edges]),
        np.array([b - a for a, b in edges]),
        sites,
    )


def translation_covariance(
    visible: npt.ArrayLike, hidden: npt.ArrayLike, centres: npt.ArrayLike | None = None
) -> Estimate | None:
    """How far the units of a layer are copies of one another, moved: 1 where they are, 0 where they share nothing.

    κ = |C̄|² / ⟨|C_a|²⟩_a with C_a the connected ⟨v_x h_a⟩ of unit a about its place, its own mean over sites
    subtracted, and C̄ the mean of C_a over units. Both squares are products of the maps of two halves of the samples,
    so that noise does not enter on average. Independent maps of n units have κ ≈ 1/n.

    Parameters
    ----------
    visible, hidden, centres : as in `visible_hidden_correlation`; at least 8 samples.

    Returns
    -------
    κ with its jackknife error over 20 bins of samples; None where the maps are lost in the noise. Cost O(n N n_hidden).
    """
    maps = unit_maps(visible, hidden, centres, _BINS)
    bins = len(maps.counts)
    if bins < 4:
        raise InputError(f"translation covariance needs at least 4 samples, got {int(maps.counts.sum())}")

    def ratio(keep: npt.NDArray[np.bool_]) -> float:
        halves = []
        for parity in (0, 1):
            half = maps.connected(keep & (np.arange(bins) % 2 == parity))
            halves.append(half - half.mean(axis=1, keepdims=True))
        own = float(np.sum(halves[0] * halves[1])) / len(halves[0])
        shared = float(np.sum(halves[0].mean(axis=0) * halves[1].mean(axis=0)))
        return shared / own if own > 0 else float("nan")

    everything = np.ones(bins, dtype=bool)
    replicas = np.array([ratio(np.arange(bins) != k) for k in range(bins)])
    return estimate_where_defined(ratio(everything), replicas)


@dataclass(frozen=True)
class Match:
    """The block-spin pattern most like a given one.

    Attributes
    ----------
    temperature : of the ensemble whose block spins have the nearest map, with its statistical error; the parabola
        between temperatures offered 5 % apart adds about 1 % to it.
    residual : |C − a C_T|² / |C|² there, noise subtracted: 0 for the same pattern, 1 where nothing is in common, nan
        where the pattern is lost in its noise. The parabola between temperatures offered far apart adds some percent.
    amplitude : a, by which the block-spin map is multiplied (1 unless fitted).
    in_range : the best temperature is not at an end of those offered.
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
    pattern : of the machine's units, from `visible_hidden_correlation`.
    patterns : temperature → map of block spins of the same block side on the same lattice; at least three.
    free_amplitude : fit a for each temperature (only the shape counts; noisy units have weaker correlations), or a = 1.

    Returns
    -------
    Match; errors by jackknife over the bins of `pattern`, plus the noise of the maps it is compared with.
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


@dataclass(frozen=True, eq=False)
class LayerPattern:
    """Correlations of one layer of a flow: number k ≥ 1, ⟨vh⟩ with the layer below, its localization, κ, ⟨hh⟩.

    `raw` and `connected` are the maps of the layer's units in the lattice below them, `unit_spins` the spin
    correlation of the layer itself, `amplitude` its mean square ⟨h²⟩ (1 for spins, less for averages).
    """

    layer: int
    raw: CorrelationMap
    connected: CorrelationMap
    localization: Localization
    covariance: Estimate | None
    unit_spins: SpinCorrelation
    amplitude: float

    def numbers(self) -> dict[str, Estimate | None]:
        """The localization of the connected map, number by number, and `covariance` κ."""
        found = {item.name: getattr(self.localization, item.name) for item in fields(self.localization)}
        return {**found, "covariance": self.covariance}

    def maps(self) -> dict[str, Array]:
        """The maps by name: raw, connected, and the error of the connected one; each of the lattice's shape."""
        return {"raw": self.raw.values, "connected": self.connected.values, "connected_error": self.connected.errors}


def layer_pattern(below: Fields, above: Fields, centres: npt.ArrayLike | None = None, layer: int = 1) -> LayerPattern:
    """Correlations of units `above` (n_samples, *hidden_shape) with the states `below` (n_samples, *shape) them.

    `centres` (n_hidden, d) are the units' positions in sites of `below`; by default the blocks' own centres.
    """
    raw, connected = (visible_hidden_correlation(below, above, kind, centres) for kind in (False, True))
    covariance = translation_covariance(below, above, centres)
    amplitude = float(np.mean(np.asarray(above, dtype=np.float64) ** 2))
    return LayerPattern(
        layer, raw, connected, localization(connected), covariance, spin_correlation(above), amplitude
    )  # fmt: skip


def layer_patterns(trajectory: Trajectory, centres: Mapping[int, npt.ArrayLike] | None = None) -> list[LayerPattern]:
    """Correlations of every layer of a stack or block-spin flow with the layer below it.

    Parameters
    ----------
    trajectory : of `stacked_flow` or `block_spin_flow`; each lattice over one block side of the one before.
    centres : layer → (n_hidden, d) positions of its units in sites of the layer below (`Placement.centres`); by default
        the blocks' own centres.
    """
    places = centres or {}
    pairs = enumerate(itertools.pairwise(trajectory.states), 1)
    return [layer_pattern(below, above, places.get(k), k) for k, (below, above) in pairs]


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
