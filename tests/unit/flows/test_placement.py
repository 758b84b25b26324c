"""Placement of hidden units: quality and concentration where they are known, and what must not look placed."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.placement import place_units

SIDE, BLOCK = 12, 3
COARSE = SIDE // BLOCK


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
    placed = place_units(block_weights(shift=1), (SIDE, SIDE))
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


def test_units_that_fill_no_coarse_lattice_are_refused() -> None:
    with pytest.raises(InputError, match="give hidden_shape"):
        place_units(np.ones((16, 3)), (4, 4))
