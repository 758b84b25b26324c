"""Invariances of block spins, placements, correlations and thermometer curves, on generated input."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens.flows.correlators import spin_correlation, visible_hidden_correlation
from spinlens.flows.placement import place_units
from spinlens.renormalization.block_spin import block_spins
from spinlens.thermometers.curve import Curve

seeds = st.integers(0, 2**32 - 1)


def random_spins(seed: int, *shape: int) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, dimension=st.integers(1, 3), scale=st.integers(2, 3))
def test_block_averages_keep_the_magnetization_and_repeat_like_one_larger_block(
    seed: int, dimension: int, scale: int
) -> None:
    states = random_spins(seed, 3, *(scale**2,) * dimension)
    once = block_spins(states, scale, "average")
    axes = tuple(range(1, dimension + 1))
    assert np.allclose(once.mean(axis=axes), states.mean(axis=axes))
    assert np.allclose(block_spins(once, scale, "average"), block_spins(states, scale**2, "average"))
    majority = block_spins(states, scale, generator=np.random.default_rng(seed))
    decided = once != 0
    assert np.array_equal(majority[decided], np.sign(once[decided]))


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_placed_units_do_not_depend_on_their_order_and_signs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, hidden = rng.normal(size=(64, 16)), random_spins(seed, 5, 16)
    order, signs = rng.permutation(16), np.where(rng.random(16) < 0.5, 1, -1)
    one = place_units(weights, (8, 8))
    other = place_units((weights * signs)[:, order], (8, 8))
    assert np.allclose(one.centres, other.centres)
    assert np.array_equal(one.arrange(hidden), other.arrange((hidden * signs)[:, order]))


@settings(max_examples=20, deadline=None)
@given(seed=seeds, move=st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_correlations_do_not_notice_translations(seed: int, move: tuple[int, int]) -> None:
    states = random_spins(seed, 6, 8, 8)
    moved = np.roll(states, move, axis=(1, 2))
    assert np.allclose(spin_correlation(states).table, spin_correlation(moved).table)
    by_blocks = np.roll(states, (2 * move[0], 2 * move[1]), axis=(1, 2))
    maps = [visible_hidden_correlation(s, block_spins(s, 2, "average")).values for s in (states, by_blocks)]
    assert np.allclose(*maps)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, nodes=st.integers(3, 12), with_energies=st.booleans())
def test_curves_invert_to_rising_temperatures_inside_the_grid(seed: int, nodes: int, with_energies: bool) -> None:
    rng = np.random.default_rng(seed)
    grid = np.cumsum(rng.uniform(0.05, 1.0, nodes))
    values = np.tanh(grid)[:, None] + rng.normal(size=(nodes, 20)) * rng.uniform(0, 0.5)
    curve = Curve.fit(grid, values, 30 * values if with_energies else None)
    inverse = [curve.invert(value) for value in np.linspace(values.min() - 1, values.max() + 1, 50)]
    sign = 1 if curve.mean[-1] > curve.mean[0] else -1
    assert np.all(sign * np.diff(inverse) >= 0)
    assert grid[0] <= min(inverse)
    assert max(inverse) <= grid[-1]
