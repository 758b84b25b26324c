"""Mutual information of blocks against transfer matrices and sums of another kind; every rule below the best."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.errors import InputError
from spinlens.exact import block_information

SQUARE = IsingModel((4, 4), NearestNeighbour())


def of_table(joint):
    """Σ p ln[p / (p_row p_column)] of a dict (row, column) → p."""
    rows, columns = {}, {}
    for (row, column), p in joint.items():
        rows[row] = rows.get(row, 0) + p
        columns[column] = columns.get(column, 0) + p
    return sum(p * math.log(p / rows[r] / columns[c]) for (r, c), p in joint.items() if p > 0)


def ring(K, steps):
    """p(s_0; s_a, s_b) of a ring whose two spins of interest stand `steps` = (a, b − a, N − b) bonds apart."""
    way = [np.linalg.matrix_power(np.exp(K * np.array([[1, -1], [-1, 1]])), n) for n in steps]
    weight = {
        (i, (j, k)): way[0][i, j] * way[1][j, k] * way[2][k, i] for i, j, k in itertools.product((0, 1), repeat=3)
    }
    total = sum(weight.values())
    return {key: value / total for key, value in weight.items()}


@pytest.mark.parametrize("buffer", [0, 1, 3])
def test_a_spin_of_a_ring_feels_its_nearest_spins_of_the_environment_alone(buffer):
    model, T, away = IsingModel((10,), NearestNeighbour()), 1.3, buffer + 1
    found = block_information(model, T, block=1, buffer=buffer)
    expected = of_table(ring(1 / T, (away, 10 - 2 * away, away)))
    for value in (found.block, found.average, found.majority, found.decimation, found.best):
        assert value == pytest.approx(expected, abs=1e-13)
    assert found.environment == 9 - 2 * buffer
    warmer = of_table(ring(1 / (1.02 * T), (away, 10 - 2 * away, away)))
    assert abs(found.block - warmer) > 1e-3 * expected


def test_a_block_of_a_ring_is_its_two_ends():
    """p(V, E) of three spins among nine by plain sums, the spins of a power law all feeling one another."""
    model, T = IsingModel((9,), PowerLaw(0.6)), 3.0
    states = np.array(list(itertools.product((-1, 1), repeat=9)), np.int8)
    weight = np.exp(-model.energy(states) / T)
    joint, units = {}, {}
    for state, w in zip(states, weight / weight.sum(), strict=True):
        key = tuple(state[:3]), tuple(state[3:])
        joint[key] = joint.get(key, 0) + w
        units[int(np.sign(state[:3].sum())), key[1]] = units.get((int(np.sign(state[:3].sum())), key[1]), 0) + w
    found = block_information(model, T, block=3)
    assert found.block == pytest.approx(of_table(joint), abs=1e-13)
    assert found.majority == pytest.approx(of_table(units), abs=1e-13)


@pytest.mark.parametrize("coupling", [NearestNeighbour(), PowerLaw(1.2)], ids=["nearest neighbour", "power law"])
def test_no_unit_keeps_more_than_the_best_and_that_not_more_than_the_block(coupling):
    model, T = IsingModel((4, 4), coupling), 2.3 if coupling == NearestNeighbour() else 6.8
    rng = np.random.default_rng(1)
    found = block_information(model, T, filters=rng.normal(0, 2, (300, 2, 2)))
    assert found.filters.max() <= found.best <= found.block
    assert found.filters.max() > found.decimation  # so that the bound is near
    assert found.decimation < found.majority < found.best
    assert found.majority < found.average < found.block


def test_the_best_rule_of_a_small_block_is_a_majority():
    found = block_information(SQUARE, 2.5)
    bits = (np.arange(16)[:, None] >> np.arange(4)) & 1
    total = (2 * bits - 1).sum(axis=1)
    np.testing.assert_array_equal(found.best_rule[total != 0], np.sign(total[total != 0]))  # a majority, ties decided
    assert set(found.best_rule) == {-1, 1}


def test_the_best_of_merged_environments_is_the_best(monkeypatch):
    """Rules are tried on merged environments first; without merging the same comes out, with too much of it not."""
    from spinlens.exact import information

    model = IsingModel((3, 4), PowerLaw(1.5))
    found = block_information(model, 5.0).best
    monkeypatch.setattr(information, "_merged", lambda joint: joint)
    assert block_information(model, 5.0).best == found
    monkeypatch.setattr(information, "_merged", lambda joint: joint.sum(axis=1, keepdims=True))  # says nothing
    assert block_information(model, 5.0).best == pytest.approx(found, abs=1e-14)


def test_strong_filters_decide_and_weak_ones_forget():
    found = block_information(SQUARE, 2.4, filters=[np.full((2, 2), w) for w in (1e-6, 0.2, 30.0)])
    assert found.filters[0] < 1e-10
    assert found.filters[0] < found.filters[1] < found.filters[2]
    assert found.filters[2] == pytest.approx(found.majority, abs=1e-12)


def test_blocks_of_many_spins_have_no_best_rule():
    found = block_information(SQUARE, 2.4, block=3)
    assert math.isnan(found.best)
    assert found.best_rule.shape == (0,)
    assert (found.environment, found.filters.shape) == (7, (0,))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"block": 4}, "must be smaller than the sides of the lattice"),
        ({"buffer": 1}, "nothing is left beyond a buffer of 1"),
        ({"filters": np.ones((3, 3))}, r"of the block's shape \(2, 2\), got shape"),
        ({"filters": np.full((2, 2), np.nan)}, "must be finite"),
        ({"temperature": 0.0}, "temperature"),
        ({"model": IsingModel((5, 5), NearestNeighbour())}, "at most 20 spins, the model has 25"),
    ],
)
def test_what_cannot_be_is_said(options, said):
    with pytest.raises(InputError, match=said):
        block_information(**{"model": SQUARE, "temperature": 2.3} | options)
