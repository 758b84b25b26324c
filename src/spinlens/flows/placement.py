"""Where a hidden unit sits: its sign and its place on the coarse lattice, from its receptive field."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from spinlens import checks, seeding
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.flows.correlators import block_side
from spinlens.machines.units.translations import Translations

_NULL_DRAWS = 20


@dataclass(frozen=True, eq=False)
class Placement:
    """Hidden units as a lattice; every array is ordered by coarse site, in C order.

    Attributes
    ----------
    hidden_shape : tuple of int
        The coarse lattice.
    index : ndarray of int
        (n_hidden,) the unit that sits at each coarse site.
    signs : ndarray of int8
        (n_hidden,) ±1, by which that unit is multiplied so that its receptive field sums to a positive number.
    centres : ndarray
        (n_hidden, d) centroid of |W|² of that unit on the torus, in visible sites.
    distance : float
        Mean distance of the centroids from their sites, in coarse lattice spacings; 0 of one filter moved from block to
        block, whose units are a lattice wherever it begins.
    null_distance : float
        The same for centroids thrown at random on the torus and assigned as well as possible.
    quality : float
        1 − distance / null_distance: 1 where units sit on the grid, 0 where their positions look random.
    concentration : float
        Mean over units of |Σ W² e^{2πi x/L}| / Σ W²: 1 for a point, 0 for a field without a position.
    coherence : float
        Mean over units of |Σ W| / Σ |W|: 1 for a field of one sign (a block spin), ≈ 0 for one that the choice of sign
        cannot mend.
    """

    hidden_shape: tuple[int, ...]
    index: npt.NDArray[np.intp]
    signs: npt.NDArray[np.int8]
    centres: Array
    distance: float
    null_distance: float
    quality: float
    concentration: float
    coherence: float

    def arrange(self, hidden: npt.ArrayLike) -> npt.NDArray[Any]:
        """Hidden states (n_samples, n_hidden) as placed and gauge-fixed lattices (n_samples, *hidden_shape)."""
        units = np.asarray(hidden)
        if units.ndim != 2 or units.shape[1] != len(self.index):
            raise InputError(f"hidden must have shape (n_samples, {len(self.index)}), got {units.shape}")
        placed = units[:, self.index] * self.signs.astype(units.dtype)
        return np.asarray(placed.reshape(len(units), *self.hidden_shape))


@checked
def place_units(
    weights: npt.ArrayLike, visible_shape: tuple[int, ...], hidden_shape: tuple[int, ...] | None = None
) -> Placement:
    """Place the hidden units of a machine on a coarse lattice.

    Each unit's sign is that of Σ_i W_ia (the machine is unchanged by h_a → −h_a, W_ia → −W_ia), its position the
    centroid of W_ia² on the torus (the angle of Σ_i W_ia² e^{2πi x_i/L}), and units go to coarse sites so that the
    sum of squared distances on the torus is smallest (Hungarian algorithm). Block a of side b sits at b·a + (b − 1)/2.
    Units that are one filter, moved from block to block (`RBM` with a torus and a stride), all go where their common
    position is nearest. Cost O(n_hidden³) otherwise.

    Parameters
    ----------
    weights : array_like
        (n_visible, n_hidden), visible units being the sites of `visible_shape` in C order.
    visible_shape : tuple of int
        Sides of the fine lattice.
    hidden_shape : tuple of int, optional
        Sides of the coarse one; by default `visible_shape` over b, with b^d = n_visible / n_hidden.

    Returns
    -------
    Placement
        Order, signs and positions of the units, and how well that worked.

    Raises
    ------
    InputError
        Units that fill no lattice over one block side: give `hidden_shape`.

    Examples
    --------
    Two units, each looking at one half of a ring of four, in the wrong order and one with the wrong sign:

    >>> placed = place_units([[0, -1], [0, -1], [1, 0], [1, 0]], (4,))
    >>> placed.index.tolist(), placed.signs.tolist(), round(placed.quality, 12)
    ([1, 0], [-1, 1], 1.0)
    """
    table = np.asarray(weights, dtype=np.float64)
    fine = tuple(checks.positive_integer("visible side", side) for side in visible_shape)
    if table.ndim != 2 or len(table) != int(np.prod(fine)):
        raise InputError(f"weights must have shape ({int(np.prod(fine))}, n_hidden), got {table.shape}")
    coarse = coarse_shape(fine, table.shape[1]) if hidden_shape is None else tuple(hidden_shape)
    if int(np.prod(coarse)) != table.shape[1]:
        raise InputError(f"hidden lattice {coarse} has no room for {table.shape[1]} units")
    block = block_side(fine, coarse)
    centres, concentration = _centroids(table**2, fine)
    sites = np.array(list(itertools.product(*(np.arange(side) * block + (block - 1) / 2 for side in coarse))))
    squared = _squared_distances(sites, centres, fine)
    index, distance = _moved_filter(table, centres[0], fine, coarse, block), 0.0
    if index is None:
        index = linear_sum_assignment(squared)[1]
        distance = float(np.sqrt(squared[np.arange(len(sites)), index]).mean()) / block
    null = _null_distance(sites, fine) / block
    total = table.sum(axis=0)
    coherence = np.abs(total) / np.maximum(np.abs(table).sum(axis=0), 1e-300)
    return Placement(
        coarse,
        index,
        np.where(total < 0, -1, 1).astype(np.int8)[index],
        centres[index],
        distance,
        null,
        1 - distance / null,
        concentration,
        float(coherence.mean()),
    )


def coarse_shape(visible_shape: tuple[int, ...], n_hidden: int) -> tuple[int, ...]:
    """The lattice of `n_hidden` units that is `visible_shape` over one integer block side.

    >>> coarse_shape((16, 16), 64)
    (8, 8)
    """
    n_visible = int(np.prod(visible_shape))
    block = round((n_visible / n_hidden) ** (1 / len(visible_shape)))
    if block < 1 or block ** len(visible_shape) * n_hidden != n_visible or any(side % block for side in visible_shape):
        raise InputError(f"{n_hidden} hidden units do not fill {visible_shape} over one block side: give hidden_shape")
    return tuple(side // block for side in visible_shape)


def _centroids(mass: Array, shape: tuple[int, ...]) -> tuple[Array, float]:
    """(n_hidden, d) centroids on the torus and the mean resultant length of the masses (n_visible, n_hidden)."""
    angles = 2 * np.pi * np.stack(np.unravel_index(np.arange(len(mass)), shape)) / np.array(shape)[:, None]
    total = np.maximum(mass.sum(axis=0), 1e-300)
    moments = np.exp(1j * angles) @ mass / total  # (d, n_hidden)
    centres = np.angle(moments) % (2 * np.pi) / (2 * np.pi) * np.array(shape)[:, None]
    return np.asarray(centres.T), float(np.abs(moments).mean())


def _moved_filter(
    table: Array, centre: Array, fine: tuple[int, ...], coarse: tuple[int, ...], block: int
) -> npt.NDArray[np.intp] | None:
    """Unit at each coarse site, where all units are one filter moved by whole blocks; None where they are not."""
    tied = Translations(fine, table.shape[1], block)
    if not np.array_equal(table, tied.spread(tied.filters(table).ravel())):
        return None
    shift = np.rint((centre - (block - 1) / 2) / block).astype(int)  # `centre` is that of unit 0
    units = np.arange(table.shape[1]).reshape(coarse)
    return np.asarray(np.roll(units, tuple(shift), axis=tuple(range(len(coarse)))).ravel())


def _squared_distances(sites: Array, centres: Array, shape: tuple[int, ...]) -> Array:
    offset = np.abs(sites[:, None, :] - centres[None, :, :])
    return np.asarray(np.sum(np.minimum(offset, np.array(shape) - offset) ** 2, axis=2))


def _null_distance(sites: Array, shape: tuple[int, ...]) -> float:
    """Mean distance after the best assignment of as many random points, in visible sites."""
    generator = seeding.generator(0, "random placement", len(sites))
    distances = []
    for _ in range(max(1, min(_NULL_DRAWS, 2000 // len(sites)))):
        points = generator.random(sites.shape) * np.array(shape)
        squared = _squared_distances(sites, points, shape)
        distances.append(float(np.sqrt(squared[linear_sum_assignment(squared)]).mean()))
    return float(np.mean(distances))
