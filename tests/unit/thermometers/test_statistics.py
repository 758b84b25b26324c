"""What thermometers are made of, against sums written out: local fields, scores, S(k), ξ, joint curves."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.exact.enumeration import all_states
from spinlens.lattice.correlation import structure_factor
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.correlation_length import CorrelationLengthThermometer
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.joint_curve import JointCurve, standardized
from spinlens.thermometers.observables import distances, pair_correlation, waves
from spinlens.thermometers.pseudo_likelihood import PseudoLikelihoodThermometer, local_fields

MODELS = [
    IsingModel((3, 3), NearestNeighbour()),
    IsingModel((3, 3), PowerLaw(1.2)),
    IsingModel((9,), PowerLaw(0.8), field=0.3),
    IsingModel((3, 3), NearestNeighbour(), field=-0.4),
]


def matrix(model: IsingModel) -> np.ndarray:
    """J_ij written out."""
    sites = list(itertools.product(*map(range, model.shape)))
    return np.array(
        [
            [model.coupling_table[tuple((a - b) % L for a, b, L in zip(x, y, model.shape, strict=True))] for y in sites]
            for x in sites
        ]
    )


@pytest.mark.parametrize("model", MODELS)
def test_local_fields_are_the_sums_over_all_others(model: IsingModel) -> None:
    states = np.random.default_rng(0).choice([-1, 1], (5, *model.shape)).astype(np.int8)
    expected = states.reshape(5, -1) @ matrix(model) + model.field
    assert np.allclose(local_fields(model, states), expected, atol=1e-10)


@pytest.mark.parametrize("model", MODELS)
def test_the_score_vanishes_at_the_true_temperature_exactly(model: IsingModel) -> None:
    """Summed over all 512 states; the twin has couplings that are a tenth stronger, or another range."""
    grid = np.linspace(1.0, 4.0, 4)
    curve = Curve(grid, grid, np.zeros(4), np.ones(4), np.ones(4))
    thermometer = PseudoLikelihoodThermometer(model, curve)
    states = all_states(9).reshape(-1, *model.shape).astype(np.int8)
    scores, energy = thermometer.statistic(states), model.energy(states)
    wrong = PseudoLikelihoodThermometer(IsingModel(model.shape, PowerLaw(2.0), model.field), curve)
    other = wrong.statistic(states)
    for column in (3, 12, 25):
        weights = np.exp(-thermometer.nodes[column] * (energy - energy.min()))
        weights /= weights.sum()
        assert abs(weights @ scores[:, column]) < 1e-6 * model.coupling_sum
        assert abs(weights @ other[:, column]) > 1e-5 * model.coupling_sum
    weights = np.exp(-(energy - energy.min()) / 2.2)
    counts = np.round(weights / weights.sum() * 400_000).astype(int)
    values = thermometer.pseudo_values(np.repeat(scores, counts, axis=0))
    assert values.mean() == pytest.approx(2.2, abs=5e-3)  # rounding of the counts


def test_instruments_look_at_near_distances_and_ever_fewer_far_ones() -> None:
    wave = np.where((np.arange(12) // 3) % 2 == 0, 1, -1)
    states = np.broadcast_to(wave[:, None], (12, 12))[None].astype(np.int8)
    along = [np.mean(wave * np.roll(wave, -r)) for r in distances((12, 12))]
    assert np.allclose(pair_correlation(states)[0], (np.array(along) + 1) / 2)
    assert distances((64, 64)).tolist() == [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32]
    assert distances((7,)).tolist() == [1, 2, 3]
    assert waves((12, 12)) == (1, 2, 3)
    assert waves((4, 4)) == (1,)


def test_the_correlation_length_of_a_known_ratio() -> None:
    """ξ = √(S(0)/S(k) − 1)/(2 sin π/L) of two states, and its error by the jackknife of many."""
    model = IsingModel((8, 8), NearestNeighbour())
    rng = np.random.default_rng(1)
    grid = np.array([2.0, 3.0, 4.0])
    states = np.where(rng.random((3, 500, 8, 8)) < np.array([0.2, 0.3, 0.4])[:, None, None, None], -1, 1)
    thermometer = CorrelationLengthThermometer.calibrate(model, grid, states)
    reading = thermometer.read(states[1])
    long, short = structure_factor(states[1])[:, :2].T
    xi = np.sqrt(long.mean() / short.mean() - 1) / (2 * np.sin(np.pi / 8))
    found = thermometer.correlation_length(reading)
    assert found.value == pytest.approx(xi, rel=1e-9)
    without = [np.delete(long, k).mean() / np.delete(short, k).mean() for k in range(500)]
    replicas = np.sqrt(np.array(without) - 1) / (2 * np.sin(np.pi / 8))
    assert found.error == pytest.approx(np.sqrt(499 * replicas.var()), rel=0.02)
    assert np.isinf(thermometer.correlation_length(thermometer.read(np.ones((5, 8, 8)))).value)


def spins_in_a_field(temperatures: np.ndarray, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(x, E) of 20 independent spins in a field 1: x = (M, M²), E = −M."""
    rng = np.random.default_rng(seed)
    up = 1 / (1 + np.exp(-2 / temperatures))
    m = 2.0 * rng.binomial(20, up[:, None], (len(temperatures), n)) - 20
    return np.stack([m, m**2], axis=2), -m


def test_the_error_of_a_joint_curve_is_its_scatter_over_calibrations() -> None:
    """400 calibrations: relative errors of variances 0.07. Half-way between nodes the noise of slopes matters."""
    grid = np.array([0.8, 1.0, 1.2, 1.4])
    at = np.array([0.8, 0.87, 1.1, 1.19, 1.4])
    curves = [JointCurve.fit(grid, *spins_in_a_field(grid, 100, seed)) for seed in range(400)]
    scatter = np.array([np.cov(values, rowvar=False) for values in np.stack([c.value(at) for c in curves], axis=1)])
    predicted = np.mean([c.error(at) for c in curves], axis=0)
    assert np.allclose(predicted / scatter, 1, atol=4 * 0.07 + 0.02)
    nodes_only = np.mean([c.noise[1, :2, :2] for c in curves], axis=0)
    assert predicted[2, 0, 0] < 0.8 * nodes_only[0, 0]  # the twin: a node's error half-way is too large
    exact = 20 * np.tanh(1 / at)
    assert np.all(np.abs(np.mean([c.value(at)[:, 0] for c in curves], axis=0) - exact) < 0.05)
    again = JointCurve.from_arrays(curves[0].to_arrays())
    assert np.array_equal(again.error(at), curves[0].error(at))


def test_correlated_calibrations_have_larger_errors() -> None:
    grid = np.array([0.8, 1.0, 1.2])
    values, energies = spins_in_a_field(grid, 500, 1)
    slow, heat = np.repeat(values, 4, axis=1), np.repeat(energies, 4, axis=1)  # τ = 2
    plain, known = JointCurve.fit(grid, slow, heat), JointCurve.fit(grid, slow, heat, chains=4)
    ratio = known.error(grid)[:, 0, 0] / plain.error(grid)[:, 0, 0]
    assert np.allclose(ratio, 4, rtol=0.25)


def test_exact_dependences_count_for_nothing() -> None:
    covariance = np.array([[1.0, 0.5, 2.0], [0.5, 1.0, 1.0], [2.0, 1.0, 4.0]])  # the third is twice the first
    modes, variances, _ = standardized(np.array([[1.0, 0.0, 2.0]]), covariance[None])
    assert np.isfinite(variances).sum() == 2
    expected = np.array([1.0, 0.0]) @ np.linalg.inv(covariance[:2, :2]) @ np.array([1.0, 0.0])
    assert np.sum(modes**2 / variances) == pytest.approx(expected)
