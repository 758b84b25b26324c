"""Integrated autocorrelation time τ_int = ½ + Σ_{t≥1} ρ(t), in units of the series' own step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.fft

from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.statistics.estimate import Estimate

LEAST_TIMES = 50.0
"""Lengths of τ_int that a series must have for its error to be believed."""

_DIRECT = 48  # lags that are summed before a Fourier transform gives them all
_WINDOW = 6.0  # Sokal (1997): the sum stops at the first t ≥ 6 τ_int(t)


def autocovariance(series: npt.ArrayLike) -> Array:
    """Autocovariance Γ(t) = ⟨δ_s δ_{s+t}⟩ along the last axis, divided by n − t, by FFT; (..., n) → (..., n).

    δ is the deviation from the mean over all axes, so that chains of one process that disagree look correlated.
    """
    values = np.asarray(series, dtype=np.float64)
    n = values.shape[-1]
    centred = values - values.mean()
    padded = scipy.fft.next_fast_len(2 * n, real=True)
    modes = scipy.fft.rfft(centred, padded, axis=-1)
    raw = scipy.fft.irfft(np.abs(modes) ** 2, padded, axis=-1)[..., :n]
    return np.asarray(raw / (n - np.arange(n)))


@checked
def integrated_time(series: npt.ArrayLike) -> Estimate:
    """Integrated autocorrelation time τ_int = ½ + Σ_{t≥1} ρ(t) of one series, or of several chains of one process.

    The sum stops at the first t ≥ 6 τ_int(t) [Sokal1997]_; the error of the mean of n data is √(2 τ_int var / n).
    Cost O(n τ) for short times, O(n log n) else. Series of fewer than 50 τ_int say little about it.

    Parameters
    ----------
    series : array_like
        (n,) or (chains, n), n ≥ 4; each chain is centred on the common mean, so that chains that disagree look
        correlated.

    Returns
    -------
    Estimate
        τ_int in steps of the series; independent draws and constants give ½. Its error is τ √(2 (2 W + 1) / n) for
        window W and n data in all [MadrasSokal1988]_.

    Raises
    ------
    InputError
        The series is too short or has entries that are not finite numbers: draw more, leave those out.

    References
    ----------
    .. [Sokal1997] A. D. Sokal, in Functional Integration (1997), p. 131.
    .. [MadrasSokal1988] N. Madras and A. D. Sokal, J. Stat. Phys. 50, 109 (1988).

    Examples
    --------
    Draws that are repeated four times each have ρ(t) = 1 − t/4, hence τ_int = ½ + ¾ + ½ + ¼:

    >>> draws = np.random.default_rng(0).normal(size=50_000)
    >>> abs(integrated_time(np.repeat(draws, 4)).deviation(2.0)) < 3
    True
    """
    chains = np.atleast_2d(np.asarray(series, dtype=np.float64))
    if chains.ndim != 2 or chains.shape[1] < 4 or not chains.size:
        raise InputError(f"a series must be (n,) or (chains, n) with n ≥ 4, got shape {chains.shape}")
    if not np.all(np.isfinite(chains)):
        raise InputError("the series has entries that are not finite numbers")
    times = _partial_sums(chains)
    if times is None:
        return Estimate(0.5, 0.0)
    window = _first_window(times)
    tau = max(0.5, float(times[window]))
    return Estimate(tau, tau * math.sqrt(2 * (2 * window + 1) / chains.size))


def _partial_sums(chains: Array) -> Array | None:
    """½ + Σ_{1 ≤ t ≤ W} ρ(t) for W = 0, 1, … up to the window or beyond; None for a constant.

    The first lags are sums of products, which take less time than the Fourier transform that all lags need.
    """
    centred, n = chains - chains.mean(), chains.shape[1]
    variance = _lag(centred, 0)
    if variance <= 1e-28 * float(np.mean(chains**2)):
        return None
    times = [0.5]
    for t in range(1, min(n, _DIRECT)):
        if len(times) - 1 >= _WINDOW * times[-1]:
            return np.array(times)
        times.append(times[-1] + _lag(centred, t) / variance)
    return np.asarray(np.cumsum(autocovariance(chains).mean(axis=0) / variance) - 0.5)


def _lag(centred: Array, t: int) -> float:
    """Γ(t), mean over chains."""
    n = centred.shape[1]
    return float(np.einsum("ct,ct->", centred[:, : n - t], centred[:, t:]) / (len(centred) * (n - t)))


def mean_estimate(series: npt.ArrayLike) -> Estimate:
    """Mean of a correlated series with error² = 2 τ_int var / n.

    >>> print(mean_estimate(np.tile([1.0, -1.0, -1.0, 1.0], 100)))
    0.00(5)
    """
    chains = np.atleast_2d(np.asarray(series, dtype=np.float64))
    tau = integrated_time(chains).value
    variance = float(chains.var(ddof=1)) if chains.size > 1 else 0.0
    return Estimate(float(chains.mean()), math.sqrt(2 * tau * variance / chains.size))


@dataclass(frozen=True)
class Reliability:
    """Mean and τ_int of a series with a word on whether they can be trusted; made for any series, however short.

    `reliable` is whether the series is at least `LEAST_TIMES` τ_int long; `text` says what is missing.
    """

    mean: Estimate
    tau: Estimate
    draws: int
    reliable: bool
    text: str


def assess(series: npt.ArrayLike) -> Reliability:
    """`mean_estimate` and `integrated_time` with a flag instead of an error where the chains are short.

    >>> assess([1.0, 2.0, 3.0]).text
    '3 draws are too few to estimate an autocorrelation time: draw at least 4, better hundreds'
    >>> assess(np.random.default_rng(0).normal(size=(2, 1000))).reliable
    True
    """
    chains = np.atleast_2d(np.asarray(series, dtype=np.float64))
    draws, nan = chains.size, float("nan")
    if not np.all(np.isfinite(chains)):
        return Reliability(Estimate(nan, nan), Estimate(nan, nan), draws, False, "some entries are not finite numbers")
    if chains.shape[-1] < 4:
        mean = float(chains.mean()) if draws else nan
        text = f"{chains.shape[-1]} draws are too few to estimate an autocorrelation time"
        text += ": draw at least 4, better hundreds"
        return Reliability(Estimate(mean, nan), Estimate(nan, nan), draws, False, text)
    tau, mean_value = integrated_time(chains), mean_estimate(chains)
    length = chains.shape[-1] / tau.value
    if float(np.ptp(chains)) == 0:
        return Reliability(mean_value, tau, draws, False, "the series is constant: it has no error to estimate")
    if length < LEAST_TIMES:
        text = f"chains are {length:.0f} τ_int long: draw {math.ceil(LEAST_TIMES / length)} times as many"
        return Reliability(mean_value, tau, draws, False, text)
    return Reliability(mean_value, tau, draws, True, f"chains are {length:.0f} τ_int long")


def _first_window(times: Array) -> int:
    steps = np.arange(len(times))
    inside = steps >= _WINDOW * times
    return int(np.argmax(inside)) if inside.any() else len(times) - 1
