"""Jackknife and bootstrap over blocks: errors and covariances of any function of means.

One convention: *replicas* are estimates from all blocks but one, (blocks, ...). *Rows* have the estimate from all data
before them, (1 + blocks, ...).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.errors import ConvergenceError
from spinlens.statistics.estimate import Estimate


def block_means(series: npt.ArrayLike, blocks: int) -> Array:
    """Means over `blocks` equal stretches of the last axis, (..., n) → (..., blocks); a short rest is left out."""
    values = np.asarray(series, dtype=np.float64)
    length = values.shape[-1] // blocks
    if length == 0:
        raise ConvergenceError(f"{values.shape[-1]} draws cannot fill {blocks} blocks: draw at least one a block")
    return np.asarray(values[..., : blocks * length].reshape(*values.shape[:-1], blocks, length).mean(axis=-1))


def jackknife_covariance(replicas: npt.ArrayLike) -> Array:
    """Covariance (k, k) of k estimates from their leave-one-out replicas (blocks, k)."""
    values = np.asarray(replicas, dtype=np.float64)
    deviations = values - values.mean(axis=0)
    n = len(values)
    return np.asarray((n - 1) / n * deviations.T @ deviations)


def jackknife_error(replicas: npt.ArrayLike) -> Array:
    """Standard errors of estimates from their leave-one-out replicas, (blocks, ...) → (...).

    >>> float(jackknife_error([1.5, 2.0, 2.5]).round(12))
    0.57735026919
    """
    values = np.asarray(replicas, dtype=np.float64)
    return np.asarray(np.sqrt((len(values) - 1) * values.var(axis=0)))


def estimate_of_rows(rows: npt.ArrayLike) -> Estimate:
    """The estimate from all data, row 0 of (1 + blocks,), with the error of its replicas."""
    values = np.asarray(rows, dtype=np.float64)
    return Estimate(float(values[0]), float(jackknife_error(values[1:])))


def estimate_where_defined(value: float, replicas: Array) -> Estimate | None:
    """The estimate of a function of means; None where it or one of its replicas (blocks,) is undefined."""
    if not (np.isfinite(value) and np.all(np.isfinite(replicas))):
        return None
    return Estimate(float(value), float(jackknife_error(replicas)))


def bin_edges(n_samples: int, bins: int) -> list[tuple[int, int]]:
    """`bins` nearly equal ranges of samples (fewer where there are fewer samples).

    >>> bin_edges(5, 2)
    [(0, 2), (2, 5)]
    """
    edges = np.linspace(0, n_samples, min(bins, n_samples) + 1).astype(int)
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]


def leave_one_out(per_sample: Array, bins: int) -> Array:
    """Means over all samples but one bin: (n_samples, ...) → (bins, ...)."""
    edges = bin_edges(len(per_sample), bins)
    sums = np.stack([per_sample[a:b].sum(axis=0) for a, b in edges])
    counts = np.array([len(per_sample) - (b - a) for a, b in edges], dtype=np.float64)
    return np.asarray((sums.sum(axis=0) - sums) / counts.reshape(-1, *([1] * (sums.ndim - 1))))


def jackknife(blocks: npt.ArrayLike, function: Callable[[Array], npt.ArrayLike]) -> tuple[Array, Array]:
    """A function of means with its jackknife covariance.

    Parameters
    ----------
    blocks : array_like
        Block means (n_blocks, m) of m observables; blocks are to be much longer than τ_int.
    function : callable
        Maps the m means to k numbers.

    Returns
    -------
    values : ndarray
        The k numbers at the overall means.
    covariance : ndarray
        Their covariance (k, k).

    Examples
    --------
    >>> values, covariance = jackknife(np.array([[1.0], [2.0], [3.0]]), lambda mean: mean)
    >>> values.tolist(), [[round(float(c), 12) for c in row] for row in covariance]
    ([2.0], [[0.333333333333]])
    """
    data = np.asarray(blocks, dtype=np.float64)
    total, n = data.sum(axis=0), len(data)
    replicas = np.array([np.atleast_1d(function((total - block) / (n - 1))) for block in data], dtype=np.float64)
    value = np.atleast_1d(np.asarray(function(total / n), dtype=np.float64))
    return value, jackknife_covariance(replicas)


def bootstrap(
    blocks: npt.ArrayLike, function: Callable[[Array], npt.ArrayLike], resamples: int = 1000, seed: int = 0
) -> tuple[Array, Array]:
    """A function of means with its bootstrap covariance [Efron1979]_: blocks are drawn again with replacement.

    Slower than `jackknife`, and right also for functions that are not smooth, such as medians or largest values.

    Parameters
    ----------
    blocks : array_like
        Block means (n_blocks, m) of m observables; blocks are to be much longer than τ_int.
    function : callable
        Maps the m means to k numbers.
    resamples : int, default 1000
        Sets of blocks drawn; the relative error of an error is 1/√(2 resamples).
    seed : int, default 0
        The same seed gives the same covariance.

    Returns
    -------
    values : ndarray
        The k numbers at the overall means.
    covariance : ndarray
        Their covariance (k, k), n/(n − 1) included.

    Raises
    ------
    ConvergenceError
        One block has no spread: cut the data into more blocks, or draw more.

    References
    ----------
    .. [Efron1979] B. Efron, Ann. Statist. 7, 1 (1979).

    Examples
    --------
    >>> values, covariance = bootstrap(np.array([[1.0], [2.0], [3.0]]), lambda mean: mean, 20_000)
    >>> values.tolist(), round(float(covariance[0, 0]), 2)
    ([2.0], 0.33)
    """
    data = np.asarray(blocks, dtype=np.float64)
    n = len(data)
    if n < 2:
        raise ConvergenceError(f"{n} block has no spread: cut the data into more blocks, or draw more")
    rng = np.random.default_rng(seed)
    counts = rng.multinomial(n, np.full(n, 1 / n), size=resamples)
    replicas = np.array([np.atleast_1d(function(mean)) for mean in counts @ data / n], dtype=np.float64)
    value = np.atleast_1d(np.asarray(function(data.mean(axis=0)), dtype=np.float64))
    deviations = replicas - replicas.mean(axis=0)
    return value, np.asarray(n / (n - 1) * deviations.T @ deviations / resamples)
