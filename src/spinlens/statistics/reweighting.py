"""Multi-histogram reweighting of an exponential family p_θ(n) ∝ Ω(n) e^{θ n} with integer n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.errors import ConvergenceError, InputError

LEAST_EFFECTIVE = 20.0  # weighted draws below which an average is not given
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Histograms:
    """Histograms of n, and of observables summed at fixed n, of runs at several θ (Ferrenberg & Swendsen 1989).

    Graph ensembles of cluster moves are such a family: a graph of n frozen bonds weighs v^n, θ = ln v, so that
    improved (graph) estimators are reweighted exactly, which an energy histogram would not do.

    Attributes
    ----------
    theta : (K,) parameters of the runs.
    first : smallest n that occurs.
    draws : (K, blocks) draws by run and block of time, each divided by 2 τ_int of its run when that was given.
    totals : (K, blocks) sums of n over those draws.
    counts : (blocks, width) draws with n = first + index, all runs together.
    sums : (observables, blocks, width) sums of each observable over those draws.
    """

    theta: Array
    first: int
    draws: Array
    totals: Array
    counts: Array
    sums: Array

    @classmethod
    def from_runs(
        cls,
        theta: npt.ArrayLike,
        n: npt.ArrayLike,
        observables: Sequence[npt.ArrayLike],
        blocks: int,
        times: npt.ArrayLike | None = None,
    ) -> Histograms:
        """From series (K, chains, draws) of n and of each observable; `blocks` stretches in time over all chains.

        `times` (K,) are the integrated autocorrelation times of the runs: a draw then counts 1/(2 τ).
        """
        numbers = np.asarray(n)
        if not np.isfinite(numbers).all() or not all(np.isfinite(item).all() for item in map(np.asarray, observables)):
            raise InputError("the runs have entries that are not finite numbers")
        numbers = numbers.astype(np.int64)
        K, chains, draws = numbers.shape
        number = np.broadcast_to(time_blocks(chains, draws, blocks), numbers.shape)
        first = int(numbers.min())
        width, slots = int(numbers.max()) - first + 1, int(number.max()) + 1
        weight = np.full(K, 1.0) if times is None else 0.5 / np.asarray(times, dtype=np.float64)
        run = np.broadcast_to(np.arange(K)[:, None, None], numbers.shape)
        each = np.broadcast_to(weight[:, None, None], numbers.shape)

        def tables(cells: npt.NDArray[np.int64], shape: tuple[int, int], values: npt.ArrayLike) -> Array:
            flat = np.asarray(each * values, dtype=np.float64).ravel()
            return np.bincount(cells.ravel(), flat, shape[0] * shape[1]).reshape(shape).astype(np.float64)

        by_run, by_number = run * slots + number, number * width + numbers - first
        sums = np.stack([tables(by_number, (slots, width), item) for item in map(np.asarray, observables)])
        return cls(
            np.asarray(theta, dtype=np.float64),
            first,
            tables(by_run, (K, slots), 1.0),
            tables(by_run, (K, slots), numbers),
            tables(by_number, (slots, width), 1.0),
            sums,
        )

    @classmethod
    def joined(cls, parts: Sequence[Histograms]) -> Histograms:
        """Histograms of several sets of runs, cut into equally many blocks: block b holds block b of each set."""
        if len({part.blocks for part in parts}) != 1:
            raise InputError(f"the parts have {[part.blocks for part in parts]} blocks: cut them into equally many")
        first = min(part.first for part in parts)
        width = max(part.first + part.counts.shape[-1] for part in parts) - first
        theta = np.unique(np.concatenate([part.theta for part in parts]))
        draws, totals = np.zeros((2, len(theta), parts[0].blocks))
        counts = np.zeros((parts[0].blocks, width))
        sums = np.zeros((len(parts[0].sums), parts[0].blocks, width))
        for part in parts:
            rows = np.searchsorted(theta, part.theta)
            np.add.at(draws, rows, part.draws)
            np.add.at(totals, rows, part.totals)
            here = slice(part.first - first, part.first - first + part.counts.shape[-1])
            counts[:, here] += part.counts
            sums[:, :, here] += part.sums
        return cls(theta, first, draws, totals, counts, sums)

    @property
    def blocks(self) -> int:
        """Number of time blocks, the unit of the jackknife."""
        return int(self.counts.shape[0])

    @property
    def support(self) -> tuple[float, float]:
        """Range of θ that may be asked for: the runs and half a spacing beyond (for one run, 1/√var n)."""
        if len(self.theta) > 1:
            half = 0.5 * float(np.ptp(self.theta)) / (len(self.theta) - 1)
        else:
            seen, n = self.counts.sum(axis=0), np.arange(self.counts.shape[1])
            mean = n @ seen / seen.sum()
            half = 1 / float(np.sqrt((n - mean) ** 2 @ seen / seen.sum() + 1e-300))
        return float(self.theta.min()) - half, float(self.theta.max()) + half

    @cached_property
    def full(self) -> Reweighting:
        """Reweighting of all data, with all jackknife replicas."""
        return Reweighting(self)


def time_blocks(chains: int, draws: int, blocks: int) -> npt.NDArray[np.int64]:
    """The block of time of every draw (chains, draws): stretches of equal length, the rest in the last of each chain.

    >>> time_blocks(2, 5, 4).tolist()
    [[0, 0, 1, 1, 1], [2, 2, 3, 3, 3]]
    """
    per_chain = max(1, blocks // chains)
    length = draws // per_chain
    if length < 1:
        raise ConvergenceError(f"{draws} draws a chain cannot fill {per_chain} blocks: draw more")
    within = np.minimum(np.arange(draws) // length, per_chain - 1)
    return np.asarray(np.arange(chains)[:, None] * per_chain + within, dtype=np.int64)


class Reweighting:
    """Averages of an exponential family at any θ within the support of its runs, with jackknife replicas.

    Attributes
    ----------
    free_energies : (K,) ln Σ_n Ω(n) e^{θ_k n} of n above the smallest that occurs, relative to that of the first run.
    """

    def __init__(self, histograms: Histograms) -> None:
        counts, draws = histograms.counts, histograms.draws
        if not counts.any():
            raise InputError("no data: every histogram is empty")
        self._support = histograms.support
        self._n = np.arange(counts.shape[1], dtype=np.float64)
        self._theta, self._middle = histograms.theta, float(self._n @ counts.sum(axis=0) / counts.sum())
        exponent = np.outer(histograms.theta, self._n)
        seen, drawn = counts.sum(axis=0), draws.sum(axis=1)
        mean_n = histograms.totals.sum(axis=1) / drawn - histograms.first
        f = _solve(exponent, seen, drawn, _integrated(histograms.theta, mean_n))
        self.free_energies: Array = f - f[0]
        self._top = (exponent - f[:, None]).max(axis=0)
        terms = np.exp(exponent - f[:, None] - self._top)  # (K, width)
        without = (drawn[:, None] - draws).T  # (blocks, K)
        left = seen - counts
        factors = _replicas(terms, seen, drawn, without, left)
        self._inverse = 1 / np.concatenate([(drawn @ terms)[None], factors @ terms])  # (1 + blocks, width)
        self._counts = np.concatenate([seen[None], left])
        total = histograms.sums.sum(axis=1, keepdims=True)
        self._sums = np.concatenate([total, total - histograms.sums], axis=1)  # (observables, 1 + blocks, width)

    def means(self, theta: float) -> tuple[Array, Array]:
        """Averages of the observables at θ, and their derivatives with respect to θ: ⟨O n⟩ − ⟨O⟩⟨n⟩.

        Raises
        ------
        ConvergenceError : θ lies outside the support, or hardly any draw of the runs counts there; run there.
        """
        means, slopes = self.samples(theta)
        return means[:, 0], slopes[:, 0]

    def samples(self, theta: npt.ArrayLike) -> tuple[Array, Array]:
        """`means` of all data and of every leave-one-block-out replica: two arrays (observables, 1 + blocks).

        `theta` may be one number, or (1 + blocks,) with a θ for each row.
        """
        return self._averages(self._weights(theta) * self._inverse, self._counts, self._sums)

    def draw_weights(self, theta: float) -> Array:
        """What a draw of n = first + index counts in averages at θ, for all data and each replica (1 + blocks, width).

        For observables too many to be summed at every n; a replica has no draws of its own block.
        """
        return np.asarray(self._weights(theta) * self._inverse)

    def curve(self, theta: npt.ArrayLike) -> tuple[Array, Array]:
        """`means` of all data at several θ (n,): two arrays (observables, n)."""
        return self._averages(self._weights(theta) * self._inverse[:1], self._counts[:1], self._sums[:, :1])

    def _averages(self, weights: Array, counts: Array, sums: Array) -> tuple[Array, Array]:
        """Averages and slopes for each row of weights; counts and sums have as many rows, or one for all."""
        shifted = self._n - self._middle
        weighted = weights * counts
        norm = weighted.sum(axis=1)
        mean_n = weighted @ shifted / norm
        means = (weights * sums).sum(axis=2) / norm
        slopes = (weights * shifted * sums).sum(axis=2) / norm - means * mean_n
        return means, slopes

    def bonds(self, theta: npt.ArrayLike) -> tuple[Array, Array]:
        """⟨n⟩ counted from the smallest n that occurs, and d⟨n⟩/dθ = ⟨n²⟩ − ⟨n⟩²: two arrays (1 + blocks,)."""
        weighted = self._weights(theta) * self._inverse * self._counts
        norm = weighted.sum(axis=1)
        mean = weighted @ self._n / norm
        spread = self._n - mean[:, None]
        return mean, np.einsum("rn,rn->r", weighted, spread**2) / norm

    def effective_draws(self, theta: float) -> float:
        """(Σ w)² / Σ w² over the draws reweighted to θ: how many draws at θ itself the runs are worth (Kish)."""
        weights = np.exp(self._exponents(theta)) * self._inverse[:1]
        total, squares = float((weights @ self._counts[0])[0]), float((weights**2 @ self._counts[0])[0])
        return total**2 / squares if squares > 0 else 0.0

    def _exponents(self, theta: npt.ArrayLike) -> Array:
        """θ n − ln(scale of the denominator), largest 0 where there are data, (1 or rows, width)."""
        values = np.atleast_1d(np.asarray(theta, dtype=np.float64))[:, None] * self._n - self._top
        occupied = self._counts[0] > 0
        return np.where(occupied, values - values[:, occupied].max(axis=1, keepdims=True), -np.inf)

    def _weights(self, theta: npt.ArrayLike) -> Array:
        asked = np.atleast_1d(np.asarray(theta, dtype=np.float64))
        low, high = self._support
        if not (np.isfinite(asked).all() and low - 1e-12 <= asked.min() and asked.max() <= high + 1e-12):
            raise ConvergenceError(
                f"θ = {asked.min():.6g} … {asked.max():.6g} lies outside the runs' support {low:.6g} … {high:.6g}: "
                "run there"
            )
        if (worth := self.effective_draws(float(asked[0]))) < LEAST_EFFECTIVE:
            raise ConvergenceError(
                f"at θ = {asked[0]:.6g} the runs are worth {worth:.1f} independent draws, too few to reweight: "
                "run closer to it"
            )
        return np.exp(self._exponents(asked))


def _integrated(theta: Array, mean_n: Array) -> Array:
    """Free energies by the trapezoidal rule, ∂f/∂θ = ⟨n⟩."""
    order = np.argsort(theta)
    steps = np.diff(theta[order]) * (mean_n[order][1:] + mean_n[order][:-1]) / 2
    f = np.empty(len(theta))
    f[order] = np.concatenate([[0.0], np.cumsum(steps)])
    return f


def _solve(exponent: Array, seen: Array, drawn: Array, start: Array) -> Array:
    """Free energies f_k at the minimum of Σ_n c(n) ln Σ_k N_k e^{θ_k n − f_k} + Σ_k N_k f_k, by Newton's method."""
    occupied = seen > 0
    exponent, seen = exponent[:, occupied], seen[occupied]
    weight = np.log(drawn)[:, None]

    def value(f: Array) -> tuple[float, Array]:
        logs = exponent + weight - f[:, None]
        top = logs.max(axis=0)
        terms = np.exp(logs - top)
        norm = terms.sum(axis=0)
        return float(seen @ (top + np.log(norm)) + drawn @ f), terms / norm

    f = start
    current, shares = value(f)
    for _ in range(200):
        gradient = drawn - shares @ seen
        hessian = np.diag(shares @ seen) - (shares * seen) @ shares.T
        step = -np.linalg.lstsq(hessian, gradient, rcond=1e-13)[0]
        step -= step[0]
        scale = 1.0
        while scale > 1e-6:
            proposed, new_shares = value(f + scale * step)
            if proposed <= current + 1e-12 * abs(current):
                break
            scale /= 2
        f, current, shares = f + scale * step, proposed, new_shares
        if float(np.abs(scale * step).max()) < _TOLERANCE:
            break
    return f


def _replicas(terms: Array, seen: Array, drawn: Array, without: Array, left: Array) -> Array:
    """N_k e^{−δf_k} of every replica, (blocks, K), with δf_k the change of its free energies, by Newton's method.

    The Hessian of all data serves every replica: errors shrink by 1/blocks with each of the steps.
    """
    shares = drawn[:, None] * terms / (drawn @ terms)
    hessian = np.diag(shares @ seen) - (shares * seen) @ shares.T
    inverse = np.linalg.pinv(hessian[1:, 1:], rcond=1e-13, hermitian=True) if len(drawn) > 1 else np.zeros((0, 0))
    change = np.zeros_like(without)
    for _ in range(6):
        factors = without * np.exp(-change)
        gradient = without - factors * ((left / (factors @ terms)) @ terms.T)
        change[:, 1:] -= np.clip(gradient[:, 1:] @ inverse, -1.0, 1.0)
    return without * np.exp(-change)
