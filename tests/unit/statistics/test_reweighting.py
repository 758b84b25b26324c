"""Reweighting of an exponential family whose averages are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens.errors import ConvergenceError, InputError
from spinlens.statistics.reweighting import Histograms


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


@pytest.mark.filterwarnings("ignore")
def test_pymbar_finds_the_same_free_energies_averages_and_errors():
    """Cross-test: binomial draws, p_θ(n) ∝ C(60, n) e^{θ n}; MBAR weighs every draw, histograms every n."""
    pymbar = pytest.importorskip("pymbar", reason="pip install 'spinlens[neighbours]'")
    theta, rng = np.array([-0.4, 0.0, 0.5]), np.random.default_rng(7)
    n = np.stack([rng.binomial(60, 1 / (1 + math.exp(-value)), (1, 2000)) for value in theta])
    observable = np.cos(n / 3)
    ours = Histograms.from_runs(theta, n, [observable], 50).full
    theirs = pymbar.MBAR(-np.outer(theta, n.ravel()), np.full(3, 2000), relative_tolerance=1e-12)
    counted_from_zero = ours.free_energies + (theta - theta[0]) * n.min()
    np.testing.assert_allclose(counted_from_zero, theirs.f_k[0] - theirs.f_k, atol=1e-8)
    found = theirs.compute_expectations(observable.ravel(), u_kn=-0.25 * n.reshape(1, -1))
    values = ours.samples(0.25)[0][0]
    assert values[0] == pytest.approx(found["mu"][0], abs=1e-9)
    assert math.sqrt(49 * values[1:].var()) == pytest.approx(found["sigma"][0], rel=0.35)  # 50 blocks know 10 %
