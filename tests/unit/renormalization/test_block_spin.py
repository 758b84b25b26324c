"""Block-spin rules against slow references, their limits and their bad input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.errors import InputError, SpinsError
from spinlens.renormalization import block_spin
from spinlens.renormalization.block_spin import RULES, block_spin_flow, block_spins


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


def slow_sums(state: np.ndarray, scale: int) -> np.ndarray:
    coarse = np.zeros([side // scale for side in state.shape], dtype=int)
    for site in itertools.product(*(range(side) for side in state.shape)):
        coarse[tuple(x // scale for x in site)] += state[site]
    return coarse


@pytest.mark.parametrize(("shape", "scale"), [((12,), 3), ((8, 8), 2), ((9, 6), 3), ((4, 4, 6), 2)])
def test_rules_agree_with_a_loop_over_sites(shape: tuple[int, ...], scale: int) -> None:
    states = random_spins(5, *shape)
    sums = np.stack([slow_sums(state, scale) for state in states])
    majority = block_spins(states, scale, generator=np.random.default_rng(1), shape=shape)
    assert np.array_equal(block_spins(states, scale, "average", shape=shape), sums / scale ** len(shape))
    assert np.array_equal(majority[sums != 0], np.sign(sums[sums != 0]))
    assert majority.dtype == np.int8
    corners = states[(slice(None), *(slice(None, None, scale) for _ in shape))]
    assert np.array_equal(block_spins(states, scale, "decimation", shape=shape), corners)


def test_ties_are_fair_coins_and_not_always_up() -> None:
    tied = np.tile(np.array([[1, -1], [-1, 1]], dtype=np.int8), (4000, 1, 1))
    mean = block_spins(tied, generator=np.random.default_rng(2)).mean()
    assert abs(mean) < 4 / np.sqrt(4000)


def test_kadanoff_has_its_probabilities(monkeypatch: pytest.MonkeyPatch) -> None:
    states = np.tile(np.array([[1, 1], [1, -1]], dtype=np.int8), (20000, 1, 1))

    def pull() -> float:
        mean = block_spins(states, rule="kadanoff", p=0.3, generator=np.random.default_rng(3)).mean()
        return abs(mean - np.tanh(0.3 * 2)) * np.sqrt(20000)

    assert pull() < 4
    right = block_spin._probability_up
    monkeypatch.setattr(
        block_spin, "_probability_up", lambda sums, p: right(sums, p / 2)
    )  # the twin: σ(pΣ), not σ(2pΣ)
    assert pull() > 4


def test_kadanoff_at_large_p_is_the_majority_rule() -> None:
    states = random_spins(50, 8, 8)
    majority = block_spins(states, generator=np.random.default_rng(4))
    for p in (60.0, np.inf):
        assert np.array_equal(block_spins(states, rule="kadanoff", p=p, generator=np.random.default_rng(4)), majority)


@pytest.mark.parametrize("rule", RULES)
def test_rules_commute_with_translations_by_blocks_and_spin_flips(rule: str) -> None:
    states = random_spins(10, 6, 6)  # blocks of nine spins have no ties
    p = 50.0 if rule == "kadanoff" else None
    coarse = block_spins(states, 3, rule, p, np.random.default_rng(5))
    moved = block_spins(np.roll(states, (3, 0), axis=(1, 2)), 3, rule, p, np.random.default_rng(5))
    assert np.array_equal(moved, np.roll(coarse, 1, axis=1))
    assert np.array_equal(block_spins(-states, 3, rule, p, np.random.default_rng(5)), -coarse)


def test_flow_repeats_the_step_and_its_seed_decides_the_coins() -> None:
    states = random_spins(20, 16, 16)
    flow = block_spin_flow(states, 3, seed=7)
    assert flow.steps == (0, 1, 2, 3)
    assert flow.shapes == ((16, 16), (8, 8), (4, 4), (2, 2))
    again = block_spin_flow(states, 3, seed=7)
    other = block_spin_flow(states, 3, seed=8)
    assert all(np.array_equal(a, b) for a, b in zip(flow.states, again.states, strict=True))
    assert not np.array_equal(flow.at(1), other.at(1))
    fewer = block_spin_flow(states[:5], 3, seed=7)
    assert all(np.array_equal(a[:5], b) for a, b in zip(flow.states, fewer.states, strict=True))
    twice = block_spin_flow(states, 2, rule="average").at(2)
    assert np.allclose(twice, block_spins(states, 4, "average"))


def test_bad_input_gets_one_clear_error() -> None:
    states = random_spins(3, 6, 6)
    with pytest.raises(InputError, match="scale 4 must divide"):
        block_spins(states, 4)
    with pytest.raises(InputError, match="pass generator"):
        block_spins(states)
    with pytest.raises(SpinsError, match="2 \\* x - 1"):
        block_spins((states + 1) // 2, 2)
    with pytest.raises(InputError, match="p is the strength"):
        block_spins(states, 2, "kadanoff")
    with pytest.raises(InputError, match="p must be"):
        block_spins(states, 2, "kadanoff", -1.0)
    with pytest.raises(InputError, match="p must be"):
        block_spins(states, 2, "kadanoff", np.nan)
    with pytest.raises(InputError, match="p must be"):
        block_spins(states, 2, "kadanoff", "strong")
    with pytest.raises(InputError, match="of one to three sides"):
        block_spins(np.ones((1, 2, 2, 2, 2)), 2)
    with pytest.raises(InputError, match="scale must be"):
        block_spins(states, 1)
    with pytest.raises(InputError, match="rule must be one of"):
        block_spins(states, 2, "median")
    with pytest.raises(InputError, match="n_samples"):
        block_spins(states.ravel(), 2)
    with pytest.raises(InputError, match="was not recorded"):
        block_spin_flow(states, 1).at(2)
