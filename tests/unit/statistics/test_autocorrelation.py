"""Autocorrelation times and errors of means, against processes whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from spinlens import Estimate
from spinlens.errors import InputError
from spinlens.statistics.autocorrelation import assess, integrated_time, mean_estimate
from truths import autoregressive


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9, -0.3])
def test_tau_of_an_autoregressive_process(phi):
    tau = integrated_time(autoregressive(phi, (4, 50_000), 1))
    truth = max(0.5, 0.5 * (1 + phi) / (1 - phi))
    assert abs(tau.value - truth) < 4 * tau.error
    if phi == 0.9:
        assert tau.error < 0.5  # so that the other convention, 19, would be far off


def test_pulls_of_a_correlated_mean_have_unit_variance():
    pulls = [mean_estimate(series).deviation(0.0) for series in autoregressive(0.8, (300, 4000), 2)]
    variance = float(np.var(pulls))
    assert abs(variance - 1) < 4 * math.sqrt(2 / 300)
    naive = [series.mean() / (series.std() / math.sqrt(4000)) for series in autoregressive(0.8, (300, 4000), 2)]
    assert abs(np.var(naive) - 1) > 4 * math.sqrt(2 / 300)  # without τ the error bars are wrong, and it shows


def test_constant_and_bad_series():
    assert integrated_time(np.full(100, 3.7)) == Estimate(0.5, 0.0)
    with pytest.raises(InputError, match="n ≥ 4"):
        integrated_time([1.0, 2.0])
    with pytest.raises(InputError, match="finite"):
        integrated_time([1.0, 2.0, float("nan"), 1.0])


def test_short_chains_get_a_flag_and_not_an_error():
    long = assess(autoregressive(0.9, (2, 20_000), 7))
    assert long.reliable
    assert abs(long.tau.deviation(9.5)) < 4
    short = assess(autoregressive(0.9, (2, 200), 7))
    assert not short.reliable
    assert "times as many" in short.text
    assert not assess([1.0]).reliable
    assert not assess([1.0, float("nan"), 2.0, 3.0, 4.0]).reliable
    assert "constant" in assess(np.ones(100)).text


def test_tau_agrees_with_another_program():
    """AR(1) with φ = 0.9 has τ_int = 9.5 as ½ + Σρ; emcee counts twice that."""
    noise = np.random.default_rng(3).normal(size=(4, 60_000))
    series = lfilter([1.0], [1.0, -0.9], noise, axis=-1)[:, 200:]
    tau = integrated_time(series)
    assert abs(tau.deviation(9.5)) < 4
    assert tau.value == pytest.approx(17.93284509 / 2, rel=0.05)  # emcee 3.1.6, c = 6, on this series
