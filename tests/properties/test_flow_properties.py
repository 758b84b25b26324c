"""Invariances of block spins, placements, correlations and flows, on generated input."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from spinlens.flows.correlators import spin_correlation, visible_hidden_correlation
from spinlens.flows.flow_field import field_of_changes
from spinlens.flows.patterns import translation_covariance
from spinlens.flows.placement import place_units
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.machines.rbm import RBM
from spinlens.machines.units.passage import chosen_steps
from spinlens.renormalization.block_spin import block_spins
from spinlens.statistics.estimate import Estimate

seeds = st.integers(0, 2**32 - 1)


def random_spins(seed: int, *shape: int) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, dimension=st.integers(1, 3), scale=st.integers(2, 3))
def test_block_averages_keep_the_magnetization_and_repeat_like_one_larger_block(
    seed: int, dimension: int, scale: int
) -> None:
    states = random_spins(seed, 3, *(scale**2,) * dimension)
    once = block_spins(states, scale, "average", shape=states.shape[1:])
    assume(not {0.0, 1.0}.issuperset(once.ravel()))  # these would be taken for bits
    axes = tuple(range(1, dimension + 1))
    assert np.allclose(once.mean(axis=axes), states.mean(axis=axes))
    assert np.allclose(
        block_spins(once, scale, "average", shape=once.shape[1:]),
        block_spins(states, scale**2, "average", shape=states.shape[1:]),
    )
    majority = block_spins(states, scale, generator=np.random.default_rng(seed), shape=states.shape[1:])
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


@settings(max_examples=20, deadline=None)
@given(seed=seeds, kind=st.sampled_from(["sampled", "mean", "mixed"]))
def test_a_flow_knows_no_order_or_sign_of_hidden_units_and_mirrored_states_flow_to_mirror_images(
    seed: int, kind: str
) -> None:
    rng = np.random.default_rng(seed)
    weights, states = rng.normal(size=(16, 6)), random_spins(seed, 4000, 4, 4)
    order, signs = rng.permutation(6), np.where(rng.random(6) < 0.5, 1, -1)
    same = [RBM.from_weights(weights), RBM.from_weights((weights * signs)[:, order])]
    ends = [rbm_flow(machine, states, 2, kind=kind, seed=seed % 1000).at(2) for machine in same]
    ends.append(-rbm_flow(same[0], -states, 2, kind=kind, seed=seed % 1000).at(2))
    if kind == "mean":
        assert np.allclose(ends[0], ends[1], atol=1e-5)
        assert np.allclose(ends[0], ends[2], atol=1e-5)
    products = [(end[:, :, :-1] * end[:, :, 1:]).mean(axis=(1, 2), dtype=float) for end in ends]
    for other in products[1:]:
        error = np.hypot(products[0].std(), other.std()) / len(other) ** 0.5
        assert abs(products[0].mean() - other.mean()) < 5.5 * error + 1e-6


@settings(max_examples=40, deadline=None)
@given(seed=seeds, factor=st.floats(0.1, 10))
def test_fixed_points_scale_with_the_unit_of_temperature_and_turn_with_the_direction_of_the_flow(
    seed: int, factor: float
) -> None:
    rng = np.random.default_rng(seed)
    grid = np.cumsum(rng.uniform(0.1, 1, 9))
    changes = [Estimate(float(value), 0.05) for value in rng.normal(size=9)]
    field = field_of_changes(grid.tolist(), changes)
    scaled = [Estimate(factor * change.value, factor * change.error) for change in changes]
    wide = field_of_changes((factor * grid).tolist(), scaled)
    back = field_of_changes(grid.tolist(), [Estimate(-change.value, change.error) for change in changes])
    assert len(field.fixed_points) == len(wide.fixed_points) == len(back.fixed_points)
    for one, large, turned in zip(field.fixed_points, wide.fixed_points, back.fixed_points, strict=True):
        assert np.isclose(large.temperature.value, factor * one.temperature.value, rtol=1e-6)
        assert np.isclose(large.temperature.error, factor * one.temperature.error, rtol=1e-5)
        assert np.isclose(large.slope.value, one.slope.value, rtol=1e-5)
        assert grid[0] <= one.temperature.value <= grid[-1]
        assert one.stable != turned.stable


@settings(max_examples=50, deadline=None)
@given(steps=st.integers(1, 10**6), count=st.integers(2, 200))
def test_chosen_steps_rise_from_zero_to_the_end(steps: int, count: int) -> None:
    chosen = chosen_steps(steps, count)
    assert chosen[0] == 0
    assert chosen[-1] == steps
    assert np.all(np.diff(chosen) > 0)
    assert len(chosen) <= count + 1


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_covariance_under_translations_does_not_notice_permuted_samples_of_block_spins(seed: int) -> None:
    states = random_spins(seed, 400, 8, 8)
    found = translation_covariance(states, block_spins(states, 2, "average"))
    assert found is not None
    assert abs(found.value - 1) < 6 * found.error + 0.1
    assert abs(translation_covariance(-states, block_spins(-states, 2, "average")).value - found.value) < 1e-9
