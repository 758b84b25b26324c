"""Online averages of a run of any length in a fixed amount of memory: bin means and logarithmic blocking.

Both take stretches of consecutive draws, (k, n) for k observables, and both are plain arrays, so that a checkpoint
holds all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray, Array, Integers
from spinlens.errors import CheckpointError
from spinlens.sampling.chains.checkpoint import taken
from spinlens.statistics.autocorrelation import integrated_time

CAPACITY = 1024
_LEVELS = 48  # blocks of up to 2^47 draws


class Bins:
    """Means of k observables over bins of equal length, at most `capacity` of them (an even number).

    When all bins are full, neighbours are merged and the bins become twice as long: a long run has between
    capacity/2 and capacity bins of 2^l draws. Draws that do not fill a bin yet wait in `rest` (k,).
    """

    def __init__(self, k: int, capacity: int = CAPACITY) -> None:
        self.means: Array = np.zeros((k, capacity))
        self.rest: Array = np.zeros(k)
        self.filled, self.length, self.waiting = 0, 1, 0

    @property
    def values(self) -> Array:
        """Means of the full bins, (k, bins)."""
        return self.means[:, : self.filled]

    @property
    def draws(self) -> int:
        """Draws taken so far, those in the rest included."""
        return self.filled * self.length + self.waiting

    def add(self, values: Array) -> None:
        """Take n further draws, (k, n)."""
        while (n := values.shape[1]) > 0:
            if self.waiting == 0 and n >= self.length:
                bins = min(n // self.length, self.means.shape[1] - self.filled)
                taken = bins * self.length
                stretch = values[:, :taken].reshape(len(values), bins, self.length)
                self.means[:, self.filled : self.filled + bins] = stretch.mean(axis=2)
                self.filled += bins
            else:
                taken = min(self.length - self.waiting, n)
                self.rest += values[:, :taken].sum(axis=1)
                self.waiting += taken
                if self.waiting == self.length:
                    self._close()
            values = values[:, taken:]
            if self.filled == self.means.shape[1]:
                self._merge()

    def _close(self) -> None:
        self.means[:, self.filled] = self.rest / self.length
        self.filled += 1
        self.rest[:] = 0.0
        self.waiting = 0

    def _merge(self) -> None:
        half = self.filled // 2
        self.means[:, :half] = (self.means[:, 0 : 2 * half : 2] + self.means[:, 1 : 2 * half : 2]) / 2
        self.filled, self.length = half, 2 * self.length

    def total(self) -> Array:
        """Mean over all draws, the rest included, (k,)."""
        return np.asarray((self.values.sum(axis=1) * self.length + self.rest) / max(1, self.draws))

    def arrays(self) -> dict[str, AnyArray]:
        """All of the state, for a checkpoint."""
        counts = np.array([self.filled, self.length, self.waiting], dtype=np.int64)
        return {"means": self.values.copy(), "rest": self.rest.copy(), "counts": counts}

    def restore(self, arrays: Mapping[str, AnyArray]) -> None:
        """Take over the state that `arrays` gave."""
        self.filled, self.length, self.waiting = (int(n) for n in taken(arrays, "counts", (3,), np.int64))
        k, capacity = self.means.shape
        if not (0 <= self.filled < capacity and 0 <= self.waiting < self.length):
            raise CheckpointError(f"saved bins are {self.filled} of {capacity}, {self.waiting} draws wait for another")
        self.means[:, : self.filled] = taken(arrays, "means", (k, self.filled), np.float64)
        self.rest[:] = taken(arrays, "rest", (k,), np.float64)


@dataclass
class Blocking:
    """Variances of block means of 1, 2, 4, 8, … draws [FlyvbjergPetersen1989].

    `count` (levels,) is the number of blocks of 2^level draws; `mean` and `squares` (k, levels) their mean and the sum
    of their squared deviations; `pending` (k, levels) is the first of a pair whose second is still to come.
    """

    count: Integers
    mean: Array
    squares: Array
    pending: Array
    waiting: npt.NDArray[np.bool_]

    @classmethod
    def empty(cls, k: int) -> Blocking:
        """No draws yet of k observables."""
        mean, squares, pending = np.zeros((3, k, _LEVELS))
        return cls(np.zeros(_LEVELS, np.int64), mean, squares, pending, np.zeros(_LEVELS, np.bool_))

    def add(self, values: Array) -> None:
        """Take n further draws, (k, n), at O(n) whatever the number of levels."""
        level = 0
        while values.shape[1] > 0:
            self._merge_moments(level, values)
            if self.waiting[level]:
                values = np.concatenate([self.pending[:, level : level + 1], values], axis=1)
            pairs = values.shape[1] // 2
            self.waiting[level] = values.shape[1] % 2 == 1
            if self.waiting[level]:
                self.pending[:, level] = values[:, -1]
            values = (values[:, 0 : 2 * pairs : 2] + values[:, 1 : 2 * pairs : 2]) / 2
            level += 1

    def _merge_moments(self, level: int, values: Array) -> None:
        """Mean and squared deviations of two samples together [Chan1983]."""
        n, m = int(self.count[level]), values.shape[1]
        mean = values.mean(axis=1)
        difference = mean - self.mean[:, level]
        self.squares[:, level] += ((values - mean[:, None]) ** 2).sum(axis=1) + difference**2 * (n * m / (n + m))
        self.mean[:, level] += difference * (m / (n + m))
        self.count[level] = n + m

    def variances(self) -> Array:
        """Variance of the block means, (k, levels); nan where there are fewer than two blocks."""
        freedom = np.where(self.count > 1, self.count - 1, 1)
        return np.where(self.count > 1, self.squares / freedom, np.nan)

    def errors(self) -> Array:
        """Error of the mean as the blocks of each level give it, (k, levels): it rises to a plateau with the level."""
        return np.asarray(np.sqrt(self.variances() / np.maximum(self.count, 1)))

    def arrays(self) -> dict[str, AnyArray]:
        """All of the state, for a checkpoint."""
        return {name: np.array(value) for name, value in vars(self).items()}

    def restore(self, arrays: Mapping[str, AnyArray]) -> None:
        """Take over the state that `arrays` gave."""
        for name, value in vars(self).items():
            value[...] = taken(arrays, name, value.shape, value.dtype)


def binned_tau(bins: Array, length: int, variance: float) -> float:
    """τ_int in draws from bin means of `length` draws and the variance of single draws.

    The error of the mean does not depend on the binning: 2 τ_bin var_bin / n_bins = 2 τ var / n, where τ_bin, of the
    series of bin means, takes care of bins that are not much longer than τ.

    Parameters
    ----------
    bins : ndarray
        Bin means (chains, n_bins).
    length : int
        Draws a bin.
    variance : float
        Variance of single draws, pooled over the chains.

    Returns
    -------
    float
        τ_int in draws; nan for fewer than four bins.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> draws = rng.standard_normal((2, 65536))
    >>> round(binned_tau(draws.reshape(2, 1024, 64).mean(axis=2), 64, float(draws.var())), 1)
    0.5
    """
    spread = float(bins.var())
    if variance <= 0 or spread == 0 or bins.shape[1] < 4:
        return 0.5 if bins.shape[1] >= 4 else float("nan")
    return integrated_time(bins).value * spread * length / variance
