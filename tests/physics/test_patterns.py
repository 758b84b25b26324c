"""⟨v h⟩ of block spins against exact identities, on hot and on critical lattices, and the temperature it tells."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pytest

from spinlens.flows.correlators import spin_correlation, visible_hidden_correlation
from spinlens.flows.pattern_match import block_patterns, match_temperature
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.renormalization.block_spin import block_spins
from spinlens.thermometers.instruments import sample_independent
from truths import drawn

T_ISING = 2 / np.log(1 + np.sqrt(2))


@functools.cache
def ensemble(relative: float, n: int, seed: int) -> np.ndarray:
    """States of the square lattice of 16 × 16 at T / T_c."""
    return sample_independent(IsingModel((16, 16), NearestNeighbour()), [relative * T_ISING], n, seed)[0]


def invariant_ensemble(L: int, seed: int) -> np.ndarray:
    """All translates and the mirror images of a few states: an ensemble exactly invariant under both."""
    states = drawn(IsingModel((4, 4), PowerLaw(1.2)), 7.0, 3, seed)
    states = np.tile(states, (1, L // 4, L // 4))
    states[:, 0, : L // 2] *= -1
    moves = itertools.product(range(L), range(L))
    moved = np.concatenate([np.roll(states, move, axis=(1, 2)) for move in moves])
    return np.concatenate([moved, -moved])


@pytest.mark.parametrize("scale", [2, 4])
def test_map_of_the_block_average_is_the_block_sum_of_the_lattice_correlation(scale: int) -> None:
    states = invariant_ensemble(8, 0)
    table = spin_correlation(states).table
    found = visible_hidden_correlation(states, block_spins(states, scale, "average"), connected=False)
    corner = 8 // 2 - scale // 2
    offsets = list(itertools.product(range(scale), repeat=2))
    expected = sum(np.roll(table, (corner + x, corner + y), axis=(0, 1)) for x, y in offsets) / scale**2
    assert np.allclose(found.values, expected, atol=1e-12)
    decimated = visible_hidden_correlation(states, block_spins(states, scale, "decimation"), connected=False)
    assert not np.allclose(decimated.values, expected, atol=1e-2)
    connected = visible_hidden_correlation(states, block_spins(states, scale, "average"))
    n = len(states)
    assert np.allclose(connected.values, found.values * n / (n - 1), atol=1e-12)  # ⟨v⟩ = 0 exactly here


def test_connected_map_falls_to_zero_far_from_the_block_when_hot() -> None:
    rng = np.random.default_rng(1)
    free = np.where(rng.random((4000, 8, 8)) < 0.5, 1, -1).astype(np.int8)
    polarised = np.where(rng.random((4000, 8, 8)) < 0.7, 1, -1).astype(np.int8)  # ⟨s⟩ = 0.4, uncorrelated
    for states in (free, polarised):
        found = visible_hidden_correlation(states, block_spins(states, 2, "average"))
        assert abs(found.values[0, 0] / found.errors[0, 0]) < 4
        assert abs(found.values[3, 3] - states.var() / 4) < 4 * found.errors[3, 3]
    raw = visible_hidden_correlation(polarised, block_spins(polarised, 2, "average"), connected=False)
    assert raw.values[0, 0] / raw.errors[0, 0] > 4  # without subtraction it stays at ⟨s⟩²


def test_connected_map_of_a_hot_lattice_falls_to_zero_and_that_of_a_critical_one_does_not() -> None:
    pulls = []
    for relative in (2.2, 1.0):
        states = ensemble(relative, 1500, 12)
        found = visible_hidden_correlation(states, block_spins(states, 2, "average"))
        pulls.append(found.values[0, 0] / found.errors[0, 0])  # L/2 away from the block along both axes
    assert abs(pulls[0]) < 4
    assert pulls[1] > 4


def test_block_spins_match_the_pattern_of_their_own_temperature() -> None:
    rng = np.random.default_rng(13)

    def block(states: np.ndarray) -> np.ndarray:
        return block_spins(states, 2, generator=rng)

    offered = {r * T_ISING: ensemble(r, 1500, 14) for r in (1.0, 1.05, 1.1, 1.15, 1.2)}
    states = ensemble(1.1, 1500, 15)
    patterns = block_patterns(offered, block)
    match = match_temperature(visible_hidden_correlation(states, block(states)), patterns)
    assert match.in_range
    assert abs(match.temperature.deviation(1.1 * T_ISING)) < 4
    assert match.temperature.error < 0.1
    assert abs(match.residual.deviation(0.0)) < 4
    assert match.residual.error < 0.02
    displaced = np.roll(block(states), 1, axis=1)
    wrong = match_temperature(visible_hidden_correlation(states, displaced), patterns)
    assert wrong.residual.deviation(0.0) > 4
    unrelated = np.where(rng.random((1500, 8, 8)) < 0.5, 1, -1)
    bare = match_temperature(visible_hidden_correlation(states, unrelated), patterns)
    assert bare.amplitude.value < 0.2
