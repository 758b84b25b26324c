"""Correlation functions against slow references: sums over sites, loops over units, repeated ensembles."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.correlators import (
    spin_correlation,
    visible_hidden_correlation,
)


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


@pytest.mark.parametrize("shape", [(7,), (4, 6), (3, 4, 4)])
def test_spin_correlation_agrees_with_a_sum_over_sites(shape: tuple[int, ...]) -> None:
    states = random_spins(4, *shape)
    found = spin_correlation(states)
    axes = tuple(range(1, states.ndim))
    for move in itertools.product(*(range(side) for side in shape)):
        slow = (states * np.roll(states, [-x for x in move], axis=axes)).mean(axis=axes)
        assert found.table[move] == pytest.approx(slow.mean(), abs=1e-12)
        assert found.table_error[move] == pytest.approx(slow.std(ddof=1) / 2, abs=1e-12)
    first = [found.table[tuple(int(axis == k) for k in range(len(shape)))] for axis in range(len(shape))]
    assert found.value[1] == pytest.approx(np.mean(first))
    assert found.value[0] == pytest.approx(1.0)


def test_visible_hidden_map_agrees_with_loops() -> None:
    visible, hidden = random_spins(30, 4, 4), random_spins(30, 2, 2, seed=1)
    hidden[visible[:, ::2, ::2] == 1] = 1
    found = visible_hidden_correlation(visible, hidden)
    slow = np.zeros((4, 4))
    for a, b, x, y in itertools.product(range(2), range(2), range(4), range(4)):
        covariance = np.cov(visible[:, (2 * a + x) % 4, (2 * b + y) % 4], hidden[:, a, b])[0, 1]
        slow[(x + 1) % 4, (y + 1) % 4] += covariance / 4  # block sites 0 and 1 go to the middle, 1 and 2
    assert np.allclose(found.values, slow, atol=1e-12)
    assert found.centre == (1.5, 1.5)


def test_errors_of_the_map_are_those_of_repeated_ensembles() -> None:
    maps = []
    for seed in range(40):
        visible = random_spins(100, 4, 4, seed=seed)
        maps.append(visible_hidden_correlation(visible, visible[:, ::2, ::2]))
    observed = np.std([found.values for found in maps], axis=0)
    expected = np.mean([found.errors for found in maps], axis=0)
    away = np.ones((4, 4), dtype=bool)
    away[1, 1] = False  # there v h = 1 always
    assert np.mean(observed[away] / expected[away]) == pytest.approx(1.0, abs=0.15)


def test_given_centres_move_the_map_with_the_units() -> None:
    visible = random_spins(200, 8, 8)
    hidden = np.roll(visible, (-3, -2), axis=(1, 2))[:, ::2, ::2]
    corners = np.array(list(itertools.product(range(0, 8, 2), repeat=2)))
    found = visible_hidden_correlation(visible, hidden, centres=corners + np.array([3.4, 2.6]))
    assert np.unravel_index(found.values.argmax(), (8, 8)) == (3, 3)
    assert found.values.max() > 0.9
    plain = visible_hidden_correlation(visible, hidden)
    assert np.unravel_index(plain.values.argmax(), (8, 8)) == (6, 5)


def test_bad_input_gets_one_clear_error() -> None:
    with pytest.raises(InputError, match="not the visible one"):
        visible_hidden_correlation(random_spins(5, 8, 8), random_spins(5, 3, 3))
    with pytest.raises(InputError, match="same samples"):
        visible_hidden_correlation(random_spins(5, 8, 8), random_spins(4, 4, 4))
    with pytest.raises(InputError, match="centres must have shape"):
        visible_hidden_correlation(random_spins(5, 8, 8), random_spins(5, 4, 4), centres=[[0, 0]])
    with pytest.raises(InputError, match="n_samples ≥ 2"):
        spin_correlation(random_spins(1, 4, 4))


def test_connected_spin_correlation_subtracts_the_mean_of_every_site() -> None:
    rng = np.random.default_rng(1)
    pattern = np.where(rng.random((6, 6)) < 0.5, 0.8, -0.8)
    spins = np.where(rng.random((4000, 6, 6)) < (1 + pattern) / 2, 1, -1)  # free spins in a random field
    plain, connected = spin_correlation(spins), spin_correlation(spins, connected=True)
    away = connected.table.ravel()[1:] / connected.table_error.ravel()[1:]
    assert np.abs(away).max() < 4.5
    assert np.abs(plain.table.ravel()[1:] / plain.table_error.ravel()[1:]).max() > 4.5
    assert connected.value[0] == pytest.approx(1 - 0.64, abs=0.02)
    single = np.cov(spins[:, 0, 0], spins[:, 0, 0])[0, 1]
    assert single == pytest.approx(1 - 0.64, abs=0.05)


def test_displacements_of_the_map_are_those_of_the_block() -> None:
    visible = random_spins(500, 8, 8, seed=8)
    for a, b in itertools.product(range(2), range(2)):
        found = visible_hidden_correlation(visible, visible[:, a::2, b::2])
        assert np.unravel_index(found.values.argmax(), (8, 8)) == (3 + a, 3 + b)


def test_a_correlation_is_a_line_and_a_table():
    found = spin_correlation(np.where(np.random.default_rng(0).random((40, 6, 6)) < 0.5, 1, -1))
    assert repr(found) == "SpinCorrelation(6×6, r to 3)"
    assert str(found).splitlines()[-4].split() == ["0", "1"]
    assert found.to_dataframe()["value"].tolist() == found.value.tolist()
