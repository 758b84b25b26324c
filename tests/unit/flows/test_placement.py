"""Placement of hidden units: quality and concentration where they are known, and what must not look placed."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.placement import place_units
from spinlens.machines.controls import kadanoff_machine
from spinlens.machines.units.translations import Translations

SIDE, BLOCK = 12, 3
COARSE = SIDE // BLOCK


def block_machine(shape: tuple[int, ...], block: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Weights of block receptive fields with shuffled units and random signs; the order and the signs."""
    coarse = tuple(side // block for side in shape)
    sites = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1) // block
    home = np.ravel_multi_index(tuple(sites.T), coarse)
    weights = np.zeros((len(home), np.prod(coarse)))
    weights[np.arange(len(home)), home] = rng.uniform(0.8, 1.2, len(home))
    order, signs = rng.permutation(weights.shape[1]), np.where(rng.random(weights.shape[1]) < 0.5, -1, 1)
    return (weights * signs)[:, order], order, signs[order]


def block_weights(shift: int = 0) -> np.ndarray:
    """W (144, 16) of units that each see one 3 × 3 block, moved by `shift` sites along the first axis."""
    fields = np.zeros((COARSE * COARSE, SIDE, SIDE))
    for unit, (x, y) in enumerate(np.ndindex(COARSE, COARSE)):
        fields[unit, BLOCK * x : BLOCK * (x + 1), BLOCK * y : BLOCK * (y + 1)] = 1.0
    return np.roll(fields, shift, axis=1).reshape(len(fields), -1).T


def test_units_on_their_sites_have_quality_one_and_the_concentration_of_a_block() -> None:
    placed = place_units(block_weights(), (SIDE, SIDE))
    assert placed.index.tolist() == list(range(16))
    assert placed.distance == pytest.approx(0.0, abs=1e-12)
    assert placed.quality == pytest.approx(1.0, abs=1e-12)
    # |(1 + 2 cos 2π/L) / 3| along each axis: the mean of three neighbouring phases
    assert placed.concentration == pytest.approx((1 + 2 * np.cos(2 * np.pi / SIDE)) / 3, abs=1e-12)
    assert placed.coherence == pytest.approx(1.0)


def test_units_beside_their_sites_lose_the_distance_over_the_random_one() -> None:
    almost = block_weights(shift=1)
    almost[:, 0] *= 1.01  # units that are not one filter
    placed = place_units(almost, (SIDE, SIDE))
    assert placed.distance == pytest.approx(1 / BLOCK)
    assert placed.quality == pytest.approx(1 - 1 / BLOCK / placed.null_distance)
    assert placed.quality < 0.5
    np.testing.assert_allclose(placed.centres[0], (2.0, 1.0), atol=1e-12)


def test_a_field_of_two_signs_is_placed_but_not_coherent() -> None:
    signs = np.where(np.arange(SIDE * SIDE) % 2, -1.0, 1.0)[:, None]
    placed = place_units(block_weights() * signs, (SIDE, SIDE))
    assert placed.quality == pytest.approx(1.0, abs=1e-12)
    assert placed.coherence == pytest.approx(1 / 3)  # columns of one sign: five to four, in each row of three alike


def test_the_same_units_read_on_shuffled_sites_are_not_placed() -> None:
    shuffled = np.random.default_rng(0).permutation(block_weights())
    placed = place_units(shuffled, (SIDE, SIDE))
    assert placed.quality < 0.3
    assert placed.concentration < 0.5


@pytest.mark.parametrize(("shape", "block"), [((16,), 2), ((16, 16), 2), ((9, 9), 3), ((4, 4, 4), 2)])
def test_placement_recovers_a_known_permutation_and_signs(shape: tuple[int, ...], block: int) -> None:
    weights, order, signs = block_machine(shape, block, np.random.default_rng(2))
    placed = place_units(weights, shape)
    assert np.array_equal(order[placed.index], np.arange(len(order)))
    assert np.array_equal(placed.signs, signs[placed.index])
    assert placed.coherence == pytest.approx(1.0)
    assert placed.quality > 0.8


def test_placement_of_random_weights_is_no_better_than_chance() -> None:
    weights = np.random.default_rng(3).normal(size=(256, 64))
    placed = place_units(weights, (16, 16))
    assert placed.quality < 0.2
    assert placed.concentration < 0.2
    assert placed.coherence < 0.2


def test_overlapping_bells_are_placed_by_their_middles() -> None:
    """One bell at every block of 2 × 2, wider than the block; units shuffled, signs at random."""
    rng, x = np.random.default_rng(16), np.arange(16)
    bell = np.exp(-(np.minimum(np.abs(x - 0.5), 16 - np.abs(x - 0.5)) ** 2) / 4)
    fields = [np.outer(np.roll(bell, 2 * a), np.roll(bell, 2 * b)).ravel() for a, b in np.ndindex(8, 8)]
    order, signs = rng.permutation(64), np.where(rng.random(64) < 0.5, -1, 1)
    placed = place_units((np.array(fields)[order] * signs[:, None]).T, (16, 16))
    assert np.array_equal(order[placed.index], np.arange(64))
    assert np.array_equal(signs[placed.index], placed.signs)
    assert placed.quality > 0.95


def test_mistakes_are_said() -> None:
    with pytest.raises(InputError, match="give hidden_shape"):
        place_units(np.ones((16, 3)), (4, 4))
    with pytest.raises(InputError, match="no room"):
        place_units(np.ones((16, 5)), (4, 4), (2, 2))
    with pytest.raises(InputError, match="weights must have shape"):
        place_units(np.ones((12, 4)), (4, 4))
    with pytest.raises(InputError, match="hidden must have shape"):
        place_units(np.ones((16, 4)), (4, 4)).arrange(np.ones((2, 3)))


def test_one_filter_on_every_block_is_placed_as_a_whole_wherever_it_lies() -> None:
    rng = np.random.default_rng(3)
    shape = (8, 8)
    for _ in range(20):
        tied = Translations(shape, 16, 2)
        wide = rng.normal(size=shape) + 3 * (rng.random(shape) < 0.1)
        placed = place_units(-tied.spread(wide.ravel()), shape)
        first = divmod(int(placed.index[0]), 4)
        assert np.array_equal(
            placed.index, np.roll(np.arange(16).reshape(4, 4), (-first[0], -first[1]), (0, 1)).ravel()
        )
        assert np.ptp(placed.signs) == 0
        assert (placed.distance, placed.quality) == (0.0, 1.0)
        sites = 2 * np.stack(np.unravel_index(np.arange(16), (4, 4)), axis=1)
        offset = (placed.centres - placed.centres[0] - sites) % 8
        assert np.allclose(np.minimum(offset, 8 - offset), 0, atol=1e-9)


def test_a_filter_on_its_own_block_keeps_the_order_and_its_twin_with_two_units_exchanged_is_assigned() -> None:
    weights = kadanoff_machine((8, 8), 1.0).weights_
    assert place_units(weights, (8, 8)).index.tolist() == list(range(16))
    weights[:, [0, 5]] = weights[:, [5, 0]]
    assert place_units(weights, (8, 8)).index.tolist() == [5, 1, 2, 3, 4, 0, *range(6, 16)]
