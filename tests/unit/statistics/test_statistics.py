"""Autocorrelation, jackknife, reweighting and printing, against processes whose answers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import Estimate, integrated_time
from spinlens.errors import ConvergenceError, InputError
from spinlens.statistics.autocorrelation import assess, mean_estimate
from spinlens.statistics.resampling import block_means, bootstrap, jackknife
from spinlens.statistics.reweighting import Histograms


def autoregressive(phi, shape, seed):
    """AR(1) with unit variance; τ_int = ½ (1 + φ) / (1 − φ)."""
    noise = np.random.default_rng(seed).normal(size=shape) * math.sqrt(1 - phi**2)
    series = np.empty(shape)
    series[..., 0] = noise[..., 0] / math.sqrt(1 - phi**2)
    for t in range(1, shape[-1]):
        series[..., t] = phi * series[..., t - 1] + noise[..., t]
    return series


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


def test_jackknife_of_a_ratio():
    """Error of ⟨x⟩/⟨y⟩ by jackknife against the spread of 300 independent data sets."""
    rng = np.random.default_rng(3)
    ratios, errors = [], []
    for _ in range(300):
        data = rng.normal([2.0, 4.0], 0.5, size=(40, 2))
        value, covariance = jackknife(data, lambda mean: mean[0] / mean[1])
        ratios.append(value[0])
        errors.append(math.sqrt(covariance[0, 0]))
    assert np.mean(errors) == pytest.approx(np.std(ratios), rel=4 / math.sqrt(600) + 0.02)


def test_block_means_refuse_too_few_draws():
    with pytest.raises(ConvergenceError, match="cannot fill"):
        block_means(np.arange(3), 4)


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (2.26919, 0.00031, "2.2692(3)"),
        (0.125, 0.0192, "0.125(19)"),
        (12345.0, 120.0, "12345(120)"),
        (0.0, 0.0, "0"),
        (1.0, 0.096, "1.00(10)"),
        (float("nan"), 1.0, "nan ± 1"),
    ],
)
def test_estimates_print_as_physicists_write(value, error, text):
    assert str(Estimate(value, error)) == text


def poisson_histograms(seed, shift=0.0):
    """Runs of Poisson variables: p_λ(n) ∝ λ^n / n!, an exponential family with θ = ln λ."""
    rng = np.random.default_rng(seed)
    means = np.array([40.0, 46.0, 52.0])
    n = np.stack([rng.poisson(mean, (2, 20_000)) for mean in means])
    observable = (n % 7 + 0.01 * n).astype(np.float64)
    return Histograms.from_runs(np.log(means) + shift, n, [n, observable], 20)


def test_reweighting_interpolates_an_exponential_family():
    histograms = poisson_histograms(1)
    for mean in (42.0, 49.0):
        values, slopes = histograms.full.means(math.log(mean))
        replicas = histograms.full.samples(math.log(mean))[0][0, 1:]
        error = math.sqrt(19 * replicas.var())
        assert abs(values[0] - mean) < 4 * error
        assert error < 0.1
        assert slopes[0] == pytest.approx(mean, rel=0.05)  # d⟨n⟩/dθ = var n = λ


def test_reweighting_with_wrong_parameters_is_found_out():
    histograms = poisson_histograms(1, shift=0.02)
    values, _ = histograms.full.means(math.log(49.0))
    assert abs(values[0] - 49.0) > 0.4


def test_reweighting_refuses_to_extrapolate():
    with pytest.raises(ConvergenceError, match="outside the runs' support"):
        poisson_histograms(1).full.means(math.log(80.0))


def test_reweighting_refuses_gaps_between_runs():
    """Two runs without any overlap: what lies between them is inside their range and yet unknown."""
    rng = np.random.default_rng(4)
    n = np.stack([rng.poisson(mean, (2, 3000)) for mean in (40.0, 400.0)])
    full = Histograms.from_runs(np.log([40.0, 400.0]), n, [n], 20).full
    assert full.means(math.log(41.0))[0][0] == pytest.approx(41.0, rel=0.02)
    with pytest.raises(ConvergenceError, match="independent draws, too few to reweight"):
        full.means(math.log(130.0))


def test_blocks_of_several_runs_are_joined():
    """The same data in two parts and in one give the same averages; parts of other θ add to them."""
    rng = np.random.default_rng(5)
    n = rng.poisson(40.0, (1, 2, 4000))
    parts = [
        Histograms.from_runs([math.log(40.0)], n[:, :, half], [n[:, :, half]], 20)
        for half in (slice(2000), slice(2000, 4000))
    ]
    whole = Histograms.from_runs([math.log(40.0)], n, [n], 20).full.means(math.log(41.0))
    joined = Histograms.joined(parts)
    assert joined.full.means(math.log(41.0))[0] == pytest.approx(whole[0])
    other = rng.poisson(46.0, (1, 2, 4000))
    three = Histograms.joined([*parts, Histograms.from_runs([math.log(46.0)], other, [other], 20)])
    assert three.theta == pytest.approx(np.log([40.0, 46.0]))
    means = three.full.samples(math.log(43.0))[0][0]
    assert abs(means[0] - 43.0) < 4 * math.sqrt(19 * means[1:].var())
    with pytest.raises(InputError, match="equally many"):
        Histograms.joined([parts[0], Histograms.from_runs([math.log(46.0)], other, [other], 10)])


def test_bootstrap_agrees_with_the_jackknife_and_covers_what_is_not_smooth():
    data = np.random.default_rng(6).normal([2.0, 4.0], 0.5, size=(60, 2))

    def both(mean):
        return np.array([mean[0] / mean[1], mean[0] * mean[1]])

    value, covariance = bootstrap(data, both, 4000, seed=1)
    expected, other = jackknife(data, both)
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(covariance, other, rtol=0.15)
    assert np.array_equal(bootstrap(data, both, 50, seed=1)[1], bootstrap(data, both, 50, seed=1)[1])
    with pytest.raises(ConvergenceError, match="1 block has no spread"):
        bootstrap(data[:1], both)


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
