"""Estimators of published flows as they were used, to be run beside ours and on machines that learned nothing."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens import checks
from spinlens.arrays import Array, Fields
from spinlens.errors import InputError
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import estimate_where_defined, leave_one_out
from spinlens.thermometers.network import NetworkThermometer

SMALLEST = 6
"""Side from which raw correlations have two distances."""

_BINS = 20
_FLOOR = 1e-5  # correlations below it were set to zero


@dataclass(frozen=True)
class PublishedDimensions:
    """Δ of a set of states as published flows measured it; None where fewer than two correlations are above 1e-5.

    Attributes
    ----------
    delta_spin, delta_energy : Estimate or None
        −½ of the slope of ln C against ln r, with jackknife errors over 20 bins of states.
    states : int
        How many states these were.
    """

    delta_spin: Estimate | None
    delta_energy: Estimate | None
    states: int


def published_dimensions(states: npt.ArrayLike) -> PublishedDimensions:
    """Δ_s and Δ_ε by raw correlations between all pairs of sites nearer than L/2, not wrapped round the torus.

    C(r) is the mean of s_x s_y over pairs at the Euclidean distance r, and of ε_x ε_y with ε_x = s_x s_{x+e₁} less its
    mean over states and sites; correlations below 1e-5 count as zero [DeMelloKoch2020a]_. The fit was not published:
    here a straight line through ln C against ln r, every distance counted once. Neither the magnetization nor the torus
    is taken out, so that at a given |m| it says little about a critical point: compare it with states that have none.
    `effective_dimensions` is the estimator to trust. Cost O(n N log N).

    Parameters
    ----------
    states : array_like
        (n_samples ≥ 2, L_1, …) spins ±1 or a real field, every L ≥ 6.

    Returns
    -------
    PublishedDimensions
        Errors are those of the states alone.

    Raises
    ------
    InputError
        A lattice too small to have two distances below L/2, or fewer than two states.

    References
    ----------
    .. [DeMelloKoch2020a] de Mello Koch, de Mello Koch & Cheng, IEEE Access 8, 106487 (2020), and the code beside it.

    Examples
    --------
    States of one sign that know nothing of a lattice have the same correlation at every distance, Δ_s = 0:

    >>> drawn = np.where(np.random.default_rng(0).random((2000, 8, 8)) < 0.9, 1, -1)
    >>> abs(published_dimensions(drawn).delta_spin.value) < 0.01
    True
    """
    field = checks.field("states", states)
    if field.ndim < 2 or len(field) < 2 or min(field.shape[1:]) < SMALLEST:
        raise InputError(f"states must have shape (n_samples ≥ 2, L_1 ≥ {SMALLEST}, …), got {field.shape}")
    bonds = field[:, :-1] * field[:, 1:].astype(np.float64)  # s_x s_{x+e₁}, not wrapped
    reach = min(field.shape[1:]) / 2
    return PublishedDimensions(_dimension(field, reach), _dimension(bonds - bonds.mean(), reach), len(field))


def dimensions_by_label(
    states: npt.ArrayLike, network: NetworkThermometer, labels: Collection[float] | None = None
) -> dict[float, PublishedDimensions]:
    """`published_dimensions` of states that are sorted by the temperature that a network finds most likely.

    Published flows were sorted so, state by state, before anything was measured. A network reads mostly |m|: sorting
    chooses a magnetization, whatever made the states.

    Parameters
    ----------
    states : array_like
        (n_samples, *shape) states of any origin, such as all steps of a flow together.
    network : NetworkThermometer
        Of that lattice.
    labels : collection of float, optional
        Those wanted of the network's classes; all by default.

    Returns
    -------
    dict of float to PublishedDimensions
        By label, a temperature of the network's classes; labels of fewer than 2 states are left out.

    Examples
    --------
    See `published_dimensions`; the network of `calibrate_instruments` is its "network".
    """
    field = checks.field("states", states, network.shape)
    label = np.argmax(network.posterior(field), axis=1)
    counts = np.bincount(label, minlength=len(network.classes))
    return {
        float(T): published_dimensions(field[label == k])
        for k, T in enumerate(network.classes)
        if counts[k] > 1 and (labels is None or T in labels)
    }


def pair_correlation(field: Fields, reach: float) -> tuple[Array, Array]:
    """Distances r below `reach`, and the mean of f_x f_y over pairs at each that need no wrapping, (n, n_distances).

    >>> distance, found = pair_correlation(np.array([[1.0, 2.0, 3.0, 4.0]]), 2.5)
    >>> distance.tolist(), [round(float(x), 9) for x in found[0]]  # (2 + 6 + 12) / 3 and (3 + 8) / 2
    ([1.0, 2.0], [6.666666667, 5.5])
    """
    shape = field.shape[1:]
    axes, wide = tuple(range(1, field.ndim)), [2 * side for side in shape]
    modes = scipy.fft.rfftn(field.astype(np.float64), s=wide, axes=axes)
    products = scipy.fft.irfftn(modes.real**2 + modes.imag**2, s=wide, axes=axes)  # Σ_x f_x f_{x+d} within the lattice
    ring, pairs, distance = _rings(shape, reach)
    chosen = ring >= 0
    flat, home = products.reshape(len(field), -1)[:, chosen], ring[chosen]
    sums = np.stack([flat[:, home == k].sum(axis=1) for k in range(len(distance))], axis=1)
    return distance, np.asarray(sums / pairs)


@cache
def _rings(shape: tuple[int, ...], reach: float) -> tuple[npt.NDArray[np.intp], Array, Array]:
    """Which distance each displacement of the doubled lattice has (−1: none wanted), pairs at each, distances."""
    offsets = [np.minimum(np.arange(2 * side), 2 * side - np.arange(2 * side)) for side in shape]
    mesh = np.meshgrid(*offsets, indexing="ij")
    squared = np.asarray(sum(part**2 for part in mesh)).ravel()
    count = np.asarray(math.prod((np.maximum(side - part, 0) for side, part in zip(shape, mesh, strict=True)), start=1))
    wanted = np.unique(squared[(squared > 0) & (squared < reach**2 - 1e-9)])
    ring = np.where(np.isin(squared, wanted), np.searchsorted(wanted, squared), -1)
    pairs = np.array([count.ravel()[ring == k].sum() for k in range(len(wanted))], dtype=np.float64)
    return ring, pairs, np.sqrt(wanted)


def _dimension(field: Fields, reach: float) -> Estimate | None:
    distance, table = pair_correlation(field, reach)
    values = np.array([_slope(distance, row) for row in (table.mean(axis=0), *leave_one_out(table, _BINS))])
    return estimate_where_defined(float(values[0]), values[1:])


def _slope(distance: Array, correlation: Array) -> float:
    """−½ d ln C / d ln r over the distances at which C is not taken for zero; nan of fewer than two."""
    used = correlation > _FLOOR
    if used.sum() < 2:
        return math.nan
    return -0.5 * float(np.polyfit(np.log(distance[used]), np.log(correlation[used]), 1)[0])
