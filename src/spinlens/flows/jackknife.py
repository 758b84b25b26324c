"""Jackknife over bins of samples, for functions of means."""

from __future__ import annotations

import itertools

import numpy as np

from spinlens.arrays import Array
from spinlens.statistics.estimate import Estimate


def bin_edges(n_samples: int, bins: int) -> list[tuple[int, int]]:
    """`bins` nearly equal ranges of samples (fewer where there are fewer samples)."""
    edges = np.linspace(0, n_samples, min(bins, n_samples) + 1).astype(int)
    return [(int(a), int(b)) for a, b in itertools.pairwise(edges)]


def leave_one_out(per_sample: Array, bins: int) -> Array:
    """Means over all samples but one bin: (n_samples, ...) → (bins, ...)."""
    edges = bin_edges(len(per_sample), bins)
    sums = np.stack([per_sample[a:b].sum(axis=0) for a, b in edges])
    counts = np.array([len(per_sample) - (b - a) for a, b in edges], dtype=np.float64)
    return np.asarray((sums.sum(axis=0) - sums) / counts.reshape(-1, *([1] * (sums.ndim - 1))))


def jackknife_error(replicas: Array) -> Array:
    """Standard error from leave-one-bin-out replicas (bins, ...)."""
    bins = len(replicas)
    return np.asarray(np.sqrt((bins - 1) * replicas.var(axis=0)))


def jackknife(value: float, replicas: Array) -> Estimate | None:
    """The estimate of a function of means; None where it or one of its replicas is undefined."""
    if not (np.isfinite(value) and np.all(np.isfinite(replicas))):
        return None
    return Estimate(float(value), float(jackknife_error(replicas)))
