"""What the units of a layer see: their maps, how alike they are, layer by layer of a stack or of block spins."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

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
from spinlens.statistics.resampling import bin_edges, estimate_where_defined

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
    so that noise does not enter on average. Independent maps of n units have κ ≈ 1/n. Cost O(n N n_hidden).

    Parameters
    ----------
    visible, hidden : array_like
        As in `visible_hidden_correlation`; at least 4 samples.
    centres : array_like, optional
        As in `visible_hidden_correlation`.

    Returns
    -------
    Estimate or None
        κ with its jackknife error over 20 bins of samples; None where the maps are lost in the noise.

    Raises
    ------
    InputError
        Fewer than 4 samples.

    Examples
    --------
    Decimated spins see their own site each, all in the same way:

    >>> free = np.where(np.random.default_rng(0).random((2000, 8, 8)) < 0.5, 1, -1)
    >>> abs(translation_covariance(free, free[:, ::2, ::2]).deviation(1.0)) < 4
    True
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
    trajectory : Trajectory
        Of `stacked_flow` or `block_spin_flow`; each lattice over one block side of the one before.
    centres : dict of int to array_like, optional
        Layer → (n_hidden, d) positions of its units in sites of the layer below (`Placement.centres`); by default the
        blocks' own centres.

    Returns
    -------
    list of LayerPattern
        One entry a layer: maps of ⟨vh⟩, their localization and covariance under translations, and ⟨hh⟩.

    Examples
    --------
    >>> from spinlens import block_spin_flow
    >>> free = np.where(np.random.default_rng(0).random((100, 8, 8)) < 0.5, 1, -1)
    >>> [pattern.amplitude for pattern in layer_patterns(block_spin_flow(free, 2))]
    [1.0, 1.0]
    """
    places = centres or {}
    pairs = enumerate(itertools.pairwise(trajectory.states), 1)
    return [layer_pattern(below, above, places.get(k), k) for k, (below, above) in pairs]
