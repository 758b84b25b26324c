"""Numbers that may be bounds."""

import pytest

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.bounded import Bounded, bounded_effect, mean, minus

ONE, HALF = Estimate(1.0, 0.01), Estimate(0.5, 0.01)


@pytest.mark.parametrize(
    ("first", "second", "bound"),
    [("", "", ""), ("lower", "", "lower"), ("", "lower", "upper"), ("lower", "upper", "lower"), ("upper", "", "upper")],
)
def test_a_difference_is_bounded_as_its_parts_are(first, second, bound):
    found = minus(Bounded(ONE, first), Bounded(HALF, second))
    assert found.bound == bound
    assert found.estimate.value == pytest.approx(0.5)


def test_bounds_that_leave_nothing_known_and_what_is_missing_give_nothing():
    assert minus(Bounded(ONE, "lower"), Bounded(HALF, "lower")) is None
    assert minus(None, Bounded(ONE)) is None
    assert mean([Bounded(ONE, "lower"), Bounded(ONE, "upper")]) is None
    assert mean([Bounded(ONE), None]) is None
    assert mean([]) is None
    assert bounded_effect("x", None, 0.1).measured is False


def test_a_mean_with_a_bound_in_it_is_a_bound():
    found = mean([Bounded(ONE), Bounded(HALF, "lower")])
    assert (found.estimate.value, found.bound) == (pytest.approx(0.75), "lower")
