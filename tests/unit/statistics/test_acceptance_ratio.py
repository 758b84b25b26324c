"""Ratios of partition functions from states of both sides."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.statistics.acceptance_ratio import acceptance_ratio, effective_number


def test_blocks_do_not_change_the_ratio():
    """Bennett's ratio of equal samples is 0, and it follows a shift of Δ."""
    rng = np.random.default_rng(0)
    lattice = rng.normal(0.5, 1, 4000)
    own = rng.normal(-0.5, 1, (400, 10))
    assert acceptance_ratio(own, lattice) == pytest.approx(0.0, abs=0.1)
    assert acceptance_ratio(own + 3, lattice + 3) == pytest.approx(acceptance_ratio(own, lattice) + 3, abs=1e-9)


def gains(n: int, m: int) -> tuple[np.ndarray, np.ndarray]:
    """ln(weight 1 / weight 0) of states of two normal weights, of which 1 is e² times as large and stands one apart."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, n), rng.normal(1, 1, m)
    return 2 + x - 0.5, 2 + y - 0.5


@pytest.mark.parametrize(("n", "m"), [(20_000, 20_000), (40_000, 4000), (4000, 40_000)])
def test_a_known_ratio_from_any_numbers_of_states(n, m):
    assert acceptance_ratio(*gains(n, m)) == pytest.approx(2.0, abs=4 * np.sqrt(1 / n + 1 / m))


def test_sides_that_are_exchanged_give_another():
    forward, backward = gains(20_000, 20_000)
    assert abs(acceptance_ratio(forward, backward + 1) - 2.0) > 0.3


def test_one_weight_that_outweighs_all_is_one():
    assert effective_number(np.array([0.0, 0.0, 50.0])) == pytest.approx(1.0, abs=1e-12)
