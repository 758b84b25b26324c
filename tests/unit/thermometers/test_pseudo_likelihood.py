"""The pseudo-likelihood against sums written out: local fields, scores, and a thermometer without a range."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.optimize import brentq

from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.pseudo_likelihood import PseudoLikelihoodThermometer, local_fields
from truths import all_states, boltzmann, drawn

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
    """Summed over all 512 states; the twin has couplings of another range."""
    grid = np.linspace(0.3, 1.1, 4) * model.coupling_sum
    curve = Curve(grid, grid, np.zeros(4), np.ones(4), np.ones(4))
    thermometer = PseudoLikelihoodThermometer(model, curve)
    states = all_states(9).reshape(-1, *model.shape)
    scores = thermometer.statistic(states)
    wrong = PseudoLikelihoodThermometer(IsingModel(model.shape, PowerLaw(2.0), model.field), curve)
    other = wrong.statistic(states)
    for column in (2, 6, 12):
        weights = boltzmann(model, 1 / thermometer.nodes[column])[1]
        assert abs(weights @ scores[:, column]) < 1e-6 * model.coupling_sum
        assert abs(weights @ other[:, column]) > 1e-5 * model.coupling_sum
    counts = np.round(boltzmann(model, 0.6 * model.coupling_sum)[1] * 400_000).astype(int)
    values = thermometer.pseudo_values(np.repeat(scores, counts, axis=0))
    assert values.mean() == pytest.approx(0.6 * model.coupling_sum, rel=3e-3)  # rounding of the counts


@pytest.mark.parametrize("model", MODELS[:2])
def test_the_temperature_is_the_zero_of_the_score_to_millionths(model: IsingModel) -> None:
    states = drawn(model, 2.5, 400, 0)
    grid = np.linspace(1.0, 5.0, 6)  # a factor of 11 of β with the margins
    thermometer = PseudoLikelihoodThermometer(model, Curve(grid, grid, np.zeros(6), np.ones(6), np.ones(6)))
    fields, spins = local_fields(model, states), states.reshape(400, -1)
    beta = brentq(lambda b: float(np.sum(fields * (spins - np.tanh(b * fields)))), 0.1, 1.0)
    assert thermometer.pseudo_values(thermometer.statistic(states)).mean() == pytest.approx(1 / beta, rel=2e-6)


def test_where_few_states_resolve_no_temperature_there_is_no_range() -> None:
    model, grid = MODELS[0], [1.5, 2.5, 3.5, 4.5]
    few = PseudoLikelihoodThermometer.calibrate(model, grid, np.stack([drawn(model, T, 4, 1) for T in grid]))
    assert np.isnan(few.range).all()
    assert not few.read(drawn(model, 2.5, 400, 2)).in_range
    again = PseudoLikelihoodThermometer.from_arrays(few.to_arrays(), model)
    assert np.isnan(again.range).all()
    many = PseudoLikelihoodThermometer.calibrate(model, grid, np.stack([drawn(model, T, 2000, 1) for T in grid]))
    assert many.read(drawn(model, 2.5, 400, 2)).in_range


def test_arrays_of_before_unresolved_ones_could_be_kept_are_read() -> None:
    grid = np.array([2.0, 2.5, 3.0])
    kept = PseudoLikelihoodThermometer(MODELS[0], Curve(grid, grid, 0 * grid, np.ones(3), np.ones(3))).to_arrays()
    del kept["resolved"]
    assert PseudoLikelihoodThermometer.from_arrays(kept, MODELS[0]).range == (2.0, 3.0)
