"""Correlation functions of lattice states: G(r), and of visible spins with hidden units or block spins."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked, drawing
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.lattice.correlation import along_axes, self_correlation
from spinlens.showing import Card, Shown, data_frame, sides
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import bin_edges, jackknife_error

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_BINS = 20


@dataclass(frozen=True, eq=False, repr=False)
class SpinCorrelation(Shown):
    """G(r) = ⟨s_x s_{x+r}⟩ averaged over x, minus ⟨s_x⟩⟨s_{x+r}⟩ where connected.

    Attributes
    ----------
    distance : ndarray of int
        r = 0 … L/2 of the shortest side.
    value, error : ndarray
        G at `distance` along the axes, averaged over directions.
    table, table_error : ndarray
        Of the lattice's shape, with the displacement r as index.
    """

    distance: npt.NDArray[np.int_]
    value: Array
    error: Array
    table: Array
    table_error: Array

    def _card(self) -> Card:
        rows = [(r, Estimate(value, error)) for r, value, error in zip(*self._columns(), strict=True)]
        return Card(f"SpinCorrelation({sides(self.table.shape)}, r to {self.distance[-1]})", {}, [("r", "G(r)"), *rows])

    def _columns(self) -> tuple[npt.NDArray[np.int_], Array, Array]:
        return self.distance, self.value, self.error

    def to_dataframe(self) -> pd.DataFrame:
        """A row a distance r along the axes: `value` of G and its `error`."""
        names = ("r", "value", "error")
        return data_frame([dict(zip(names, row, strict=True)) for row in zip(*self._columns(), strict=True)], names[0])

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw G(r) on logarithmic axes; see `spinlens.plot.correlation`."""
        from spinlens.plot.spin_correlations import correlation

        return drawing(correlation)(self, ax, **options)


@checked
def spin_correlation(states: Held, connected: bool = False) -> SpinCorrelation:
    """Translation-averaged spin–spin correlation of an ensemble: ⟨vv⟩ of visible states, ⟨hh⟩ of placed hidden ones.

    G(r) = ⟨s_x s_{x+r}⟩ averaged over x. Cost O(n N log N) by the Wiener–Khinchin theorem.

    Parameters
    ----------
    states : array_like, Dataset or path
        (n_samples ≥ 2, *shape) independent states, ±1 or a real field.
    connected : bool, default False
        Subtract ⟨s_x⟩⟨s_{x+r}⟩ site by site (n/(n − 1) times, without bias).

    Returns
    -------
    SpinCorrelation
        Along the axes and as a table over displacements, with standard errors over samples.

    Raises
    ------
    InputError
        Fewer than two samples, or no lattice: give (n_samples, L_1, …).

    Examples
    --------
    >>> stripes = np.tile([[1, 1, 1, 1], [-1, -1, -1, -1]], (2, 2, 1))
    >>> spin_correlation(stripes).value.tolist()  # mean of −1 across and +1 along the stripes at r = 1
    [1.0, 0.0, 1.0]
    """
    field = _ensemble("states", states)
    n = len(field)
    tables = n / (n - 1) * self_correlation(field - field.mean(axis=0)) if connected else self_correlation(field)
    lines = along_axes(tables)
    root = math.sqrt(len(field))
    return SpinCorrelation(
        np.arange(lines.shape[1]),
        lines.mean(axis=0),
        lines.std(axis=0, ddof=1) / root,
        tables.mean(axis=0),
        tables.std(axis=0, ddof=1) / root,
    )


@dataclass(frozen=True, eq=False)
class CorrelationMap:
    """⟨v_x h_a⟩ against the displacement of x from the centre of unit a, averaged over the units.

    Attributes
    ----------
    values, errors : ndarray
        Of the visible lattice's shape, the unit sitting at `centre`.
    replicas : ndarray
        (bins, *shape), the leave-one-bin-out means.
    centre : tuple of float
        Index coordinates of the unit, in the middle of the array.
    block : int
        Side of a unit's block in visible sites.
    connected : bool
        Whether ⟨v_x⟩⟨h_a⟩ was subtracted.
    """

    values: Array
    errors: Array
    replicas: Array
    centre: tuple[float, ...]
    block: int
    connected: bool

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the map with the block of the unit; see `spinlens.plot.correlation_map`."""
        from spinlens.plot.maps import correlation_map

        return drawing(correlation_map)(self, ax, **options)


@checked
def visible_hidden_correlation(
    visible: npt.ArrayLike,
    hidden: npt.ArrayLike,
    connected: bool = True,
    centres: npt.ArrayLike | None = None,
    bins: int = _BINS,
) -> CorrelationMap:
    """Correlation of visible spins with hidden units, machine or block spins alike.

    ⟨v_x h_a⟩, connected: − ⟨v_x⟩⟨h_a⟩ (n/(n − 1) times, without bias), shifted so that the unit's block lies in the
    middle of the map, and averaged over the units. For the block average h_a = b^{−d} Σ_{y∈a} v_y it is exactly
    b^{−d} Σ_{y∈a} G(x − y) in an ensemble that is invariant under translations. Published for machines beside blocks in
    [DeMelloKoch2020]_. Cost O(n N n_hidden).

    Parameters
    ----------
    visible : array_like
        (n_samples ≥ 2, *visible_shape) states.
    hidden : array_like
        (n_samples, *hidden_shape) units that descend from the same samples; `hidden_shape` = `visible_shape` over one
        block side b.
    connected : bool, default True
        Whether to subtract the product of means.
    centres : array_like, optional
        (n_hidden, d) positions of the units in visible sites; each is rounded to the nearest position that a block of
        side b can have. By default the blocks' own centres b·a + (b − 1)/2.
    bins : int, default 20
        Jackknife bins.

    Returns
    -------
    CorrelationMap
        The map with jackknife errors over bins of samples.

    Raises
    ------
    InputError
        Lattices that are not one over the other, different numbers of samples, or centres of another shape.

    References
    ----------
    .. [DeMelloKoch2020] de Mello Koch, de Mello Koch, Kastanos & Cheng, Phys. Rev. E 102, 013307 (2020).

    Examples
    --------
    Units that copy the first site of their block are correlated with that site alone:

    >>> free = np.where(np.random.default_rng(0).random((4000, 4, 4)) < 0.5, 1, -1)
    >>> found = visible_hidden_correlation(free, free[:, ::2, ::2], connected=False)
    >>> float(found.values[1, 1]), found.centre
    (1.0, (1.5, 1.5))
    """
    v, h, sites, shape, block = paired_samples(visible, hidden, centres)
    edges = bin_edges(len(v), checks.positive_integer("bins", bins, 2))
    products = np.stack([_unit_average(h[a:b].T @ v[a:b], sites) for a, b in edges])
    v_sums = np.stack([v[a:b].sum(axis=0) for a, b in edges])
    h_sums = np.stack([h[a:b].sum(axis=0) for a, b in edges])
    counts = np.array([b - a for a, b in edges])

    def mean(keep: npt.NDArray[np.bool_]) -> Array:
        n = int(counts[keep].sum())
        raw = products[keep].sum(axis=0)
        if not connected:
            return np.asarray(raw / n)
        background = _unit_average(np.outer(h_sums[keep].sum(axis=0), v_sums[keep].sum(axis=0)), sites)
        return np.asarray((raw - background / n) / (n - 1))

    everything = np.ones(len(edges), dtype=bool)
    replicas = np.stack([mean(np.arange(len(edges)) != k) for k in range(len(edges))])
    centre = tuple(side // 2 - block // 2 + (block - 1) / 2 for side in shape)
    return CorrelationMap(
        mean(everything).reshape(shape),
        jackknife_error(replicas).reshape(shape),
        replicas.reshape(-1, *shape),
        centre,
        block,
        connected,
    )


def paired_samples(
    visible: npt.ArrayLike, hidden: npt.ArrayLike, centres: npt.ArrayLike | None
) -> tuple[Array, Array, npt.NDArray[np.intp], tuple[int, ...], int]:
    """Flat visible (n, N) and hidden (n, n_hidden) samples, the sites about each unit, the lattice, the block side."""
    spins, units = _ensemble("visible", visible), _ensemble("hidden", hidden)
    block = block_side(spins.shape[1:], units.shape[1:])
    if len(spins) != len(units):
        raise InputError(f"visible and hidden must be the same samples, got {len(spins)} and {len(units)}")
    sites = _shifted_sites(spins.shape[1:], units.shape[1:], block, centres)
    v = spins.reshape(len(spins), -1).astype(np.float64)
    h = units.reshape(len(units), -1).astype(np.float64)
    return v, h, sites, tuple(spins.shape[1:]), block


def block_side(visible: tuple[int, ...], hidden: tuple[int, ...]) -> int:
    """The block side b with `visible` = b × `hidden`."""
    block = visible[0] // max(hidden[0], 1)
    if len(visible) != len(hidden) or tuple(block * side for side in hidden) != tuple(visible):
        raise InputError(f"hidden lattice {hidden} is not the visible one {visible} over one block side")
    return block


def _ensemble(name: str, states: Held) -> npt.NDArray[Any]:
    field = checks.field(name, states)
    if field.ndim < 2 or len(field) < 2:
        raise InputError(f"{name} must have shape (n_samples ≥ 2, L_1, …), got {field.shape}")
    return field


def _shifted_sites(
    visible: tuple[int, ...], hidden: tuple[int, ...], block: int, centres: npt.ArrayLike | None
) -> npt.NDArray[np.intp]:
    """(n_hidden, n_visible): for each unit the visible site that belongs at each place of the centred map."""
    corners = np.array(list(itertools.product(*(range(0, block * side, block) for side in hidden))))
    if centres is not None:
        positions = np.asarray(centres, dtype=np.float64)
        if positions.shape != corners.shape:
            raise InputError(f"centres must have shape {corners.shape}, got {positions.shape}")
        corners = np.rint(positions - (block - 1) / 2).astype(int)
    places = np.array(list(np.ndindex(*visible)))
    middle = np.array(visible) // 2 - block // 2
    coordinates = (places[None, :, :] - middle + corners[:, None, :]) % np.array(visible)
    return np.asarray(np.ravel_multi_index(tuple(np.moveaxis(coordinates, 2, 0)), visible), dtype=np.intp)


def _unit_average(table: Array, sites: npt.NDArray[np.intp]) -> Array:
    """Mean over units of the rows of `table` (n_hidden, n_visible), each brought to its own centre."""
    return np.asarray(np.take_along_axis(table, sites, axis=1).mean(axis=0))
