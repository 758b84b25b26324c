"""Multi-histogram reweighting of an exponential family p_θ(n) ∝ Ω(n) e^{θ n} with integer n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from spinlens.errors import ConvergenceError, InputError

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Histograms:
    """Histograms of n, and of observables summed at fixed n, of runs at several θ (Ferrenberg & Swendsen 1989).

    Graph ensembles of cluster moves are such a family: a graph of n frozen bonds weighs v^n, θ = ln v, so that
    improved (graph) estimators are reweighted exactly, which an energy histogram would not do.

    Attributes
    ----------
    theta : (K,) parameters of the runs.
    first : smallest n that occurs.
    counts : (K, blocks, width) draws with n = first + index, by run and block of time.
    sums : (observables, K, blocks, width) sums of each observable over those draws.
    """

    theta: Array
    first: int
    counts: Array
    sums: Array

    @classmethod
    def from_runs(
        cls, theta: npt.ArrayLike, n: npt.ArrayLike, observables: Sequence[npt.ArrayLike], blocks: int
    ) -> Histograms:
        """From series (K, chains, draws) of n and of each observable; `blocks` stretches in time over all chains."""
        numbers = np.asarray(n).astype(np.int64)
        K, chains, draws = numbers.shape
        per_chain = max(1, blocks // chains)
        length = draws // per_chain
        if length < 1:
            raise ConvergenceError(f"{draws} draws a chain cannot fill {per_chain} blocks: draw more")
        first = int(numbers.min())
        width = int(numbers.max()) - first + 1
        block = np.minimum(np.arange(draws) // length, per_chain - 1)
        number = np.arange(chains)[:, None] * per_chain + block  # (chains, draws)
        slots = chains * per_chain
        cell = (np.arange(K)[:, None, None] * slots + number) * width + numbers - first
        shape = (K, slots, width)

        def fill(weights: npt.ArrayLike | None) -> Array:
            flat = None if weights is None else np.asarray(weights, dtype=np.float64).ravel()
            return np.bincount(cell.ravel(), flat, K * slots * width).reshape(shape).astype(np.float64)

        sums = np.stack([fill(observable) for observable in observables])
        return cls(np.asarray(theta, dtype=np.float64), first, fill(None), sums)

    @classmethod
    def joined(cls, parts: Sequence[Histograms]) -> Histograms:
        """Histograms of several sets of runs at the same θ; their blocks stand side by side."""
        first = min(part.first for part in parts)
        width = max(part.first + part.counts.shape[-1] for part in parts) - first

        def padded(table: Array, part: Histograms) -> Array:
            before = part.first - first
            room = [(0, 0)] * (table.ndim - 1) + [(before, width - before - table.shape[-1])]
            return np.pad(table, room)

        counts = np.concatenate([padded(part.counts, part) for part in parts], axis=1)
        sums = np.concatenate([padded(part.sums, part) for part in parts], axis=2)
        return cls(parts[0].theta, first, counts, sums)

    @property
    def blocks(self) -> int:
        """Number of time blocks, the unit of the jackknife."""
        return int(self.counts.shape[1])

    @property
    def support(self) -> tuple[float, float]:
        """Range of θ that may be asked for: the runs and half a spacing (or one e-fold of overlap) beyond."""
        half = 0.5 * float(np.ptp(self.theta)) / max(1, len(self.theta) - 1)
        return float(self.theta.min()) - half, float(self.theta.max()) + half

    def without_block(self, block: int) -> Reweighting:
        """Reweighting of all data but one block, a jackknife replica."""
        counts = self.counts.sum(axis=1) - self.counts[:, block]
        sums = self.sums.sum(axis=2) - self.sums[:, :, block]
        return Reweighting(self, counts, sums, self.full.free_energies)

    @cached_property
    def full(self) -> Reweighting:
        """Reweighting of all data."""
        return Reweighting(self, self.counts.sum(axis=1), self.sums.sum(axis=2))

    @cached_property
    def replicas(self) -> tuple[Reweighting, ...]:
        """All jackknife replicas."""
        return tuple(self.without_block(block) for block in range(self.blocks))


class Reweighting:
    """Averages of an exponential family at any θ within the support of its runs."""

    def __init__(self, histograms: Histograms, counts: Array, sums: Array, start: Array | None = None) -> None:
        self._support = histograms.support
        self._n = np.arange(counts.shape[1], dtype=np.float64)
        self._first = histograms.first
        self._counts = counts.sum(axis=0)  # (width,)
        self._sums = sums.sum(axis=1)  # (observables, width)
        self._log_denominator, self.free_energies = _solve(histograms.theta, self._n, counts, start)

    def means(self, theta: float) -> tuple[Array, Array]:
        """Averages of the observables at θ, and their derivatives with respect to θ: ⟨O n⟩ − ⟨O⟩⟨n⟩.

        Raises
        ------
        ConvergenceError : θ lies outside the support; run there.
        """
        low, high = self._support
        if not low - 1e-12 <= theta <= high + 1e-12:
            raise ConvergenceError(f"θ = {theta:.6g} lies outside the runs' support {low:.6g} … {high:.6g}: run there")
        log_weights = theta * self._n - self._log_denominator
        weights = np.exp(log_weights - log_weights.max())
        norm = float(weights @ self._counts)
        mean_n = float((weights * self._counts) @ self._n) / norm
        means = self._sums @ weights / norm
        slopes = self._sums @ (weights * self._n) / norm - means * mean_n
        return means, slopes


def _solve(theta: Array, n: Array, counts: Array, start: Array | None, tolerance: float = 1e-10) -> tuple[Array, Array]:
    """ln Σ_k N_k e^{θ_k n − f_k} at every n, and the free energies f_k, made self-consistent from `start`."""
    seen = counts.sum(axis=0)
    if not seen.any():
        raise InputError("no data: every histogram is empty")
    occupied = seen > 0
    log_seen = np.log(seen[occupied])
    exponent = np.outer(theta, n)
    weighted = exponent + np.log(np.maximum(counts.sum(axis=1), 1e-300))[:, None]
    f = exponent @ seen / seen.sum() if start is None else start
    for _ in range(10_000):
        log_denominator = _log_sum_exp(weighted[:, occupied] - f[:, None], 0)
        new = _log_sum_exp(exponent[:, occupied] + (log_seen - log_denominator), 1)
        new -= new[0]
        converged = bool(np.max(np.abs(new - (f - f[0]))) < tolerance)
        f = new
        if converged:
            break
    return _log_sum_exp(weighted - f[:, None], 0), f


def _log_sum_exp(values: Array, axis: int) -> Array:
    """ln Σ e^x along one axis of a table of finite numbers; scipy's general one costs ten times as much here."""
    top = values.max(axis=axis)
    return np.asarray(top + np.log(np.exp(values - np.expand_dims(top, axis)).sum(axis=axis)))
