"""Effects and margins: decisions, several numbers at once, and what more data can do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import Effect, decide, difference, effect, over_machines, spread

numbers = st.floats(-1, 1)
errors = st.floats(1e-6, 1)


@pytest.mark.parametrize(
    ("value", "error", "side"),
    [(0.0, 0.006, "inside"), (0.001, 0.0066, "undecided"), (-0.05, 0.009, "outside"), (-0.05, 0.011, "undecided")],
)
def test_one_effect_is_decided_at_three_errors(value, error, side):
    assert decide([Effect("x", value, error, 0.02)])[0] == side


def test_what_was_not_measured_never_decides():
    assert decide([Effect("x", None, None, 0.02)])[0] == "undecided"
    assert decide([Effect("x", None, None, 0.02), Effect("y", 0.0, 0.001, 0.02)])[0] == "undecided"
    assert decide([Effect("x", None, None, 0.02), Effect("y", 1.0, 0.001, 0.02)])[0] == "outside"
    assert effect("x", Estimate(float("nan"), 0.1), 1.0) == Effect("x", None, None, 1.0)


def test_many_numbers_need_more_than_three_errors_for_an_outside():
    """One of twelve that is 3.3 errors out says less than one alone."""
    out, quiet = Effect("x", 0.053, 0.01, 0.02), Effect("y", 0.0, 0.01, 0.02)
    assert decide([out])[0] == "outside"
    assert decide([out, *[quiet] * 11])[0] == "undecided"
    assert decide([Effect("x", 0.06, 0.01, 0.02), *[quiet] * 11])[0] == "outside"


def test_false_outsides_are_as_rare_for_twelve_numbers_as_for_one():
    """At the margin itself, where a wrong decision is likeliest, one set in 740 is outside."""
    x = 0.02 + 0.01 * np.random.default_rng(0).standard_normal((20_000, 12))
    found = sum(decide([Effect("x", value, 0.01, 0.02) for value in row])[0] == "outside" for row in x)
    assert abs(found - 20_000 * 0.00135) < 4 * np.sqrt(20_000 * 0.00135)


@given(numbers, errors, st.floats(0.01, 0.5))
def test_more_data_never_turn_one_decision_into_the_other(value, error, margin):
    sides = [decide([Effect("x", value, error / shrink, margin)])[0] for shrink in (1, 3, 10, 100)]
    decided = {side for side in sides if side != "undecided"}
    assert len(decided) <= 1
    first = next((k for k, side in enumerate(sides) if side != "undecided"), len(sides))
    assert all(side != "undecided" for side in sides[first:])


@given(numbers, errors, st.floats(0.01, 0.5))
def test_as_many_more_data_as_said_decide(value, error, margin):
    found = Effect("x", value, error, margin)
    if found.more is not None and found.more < 1e12:
        enough = Effect("x", value, error / np.sqrt(found.more * 1.0001), margin)
        assert enough.inside or decide([enough])[0] == "outside" or found.more == 1.0


def test_machines_that_agree_by_chance_do_not_shrink_the_error():
    equal = over_machines([Estimate(0.1, 0.04)] * 4, shared=0.0)
    assert (equal.value, equal.error) == (pytest.approx(0.1), pytest.approx(0.02))
    apart = over_machines([Estimate(0.0, 1e-9), Estimate(0.2, 1e-9)], shared=0.0)
    assert apart.error == pytest.approx(0.1)
    shared = over_machines([Estimate(0.1, 0.04)] * 400)
    assert shared.error == pytest.approx(0.04 * np.sqrt(0.5 + 1 / 400))
    assert over_machines([Estimate(0.1, 0.1), None]) is None
    assert over_machines([]) is None


def test_the_error_of_a_mean_over_machines_covers():
    generator = np.random.default_rng(1)
    pulls = []
    for _ in range(2000):
        own = 0.03 * generator.standard_normal(8)
        noise, common = 0.01 * generator.standard_normal(8), 0.01 * generator.standard_normal()
        values = own + np.sqrt(0.5) * noise + np.sqrt(0.5) * common
        found = over_machines([Estimate(value, 0.01) for value in values])
        pulls.append(found.value / found.error)
    assert 0.9 < np.std(pulls) < 1.15


def test_differences_and_spreads():
    found = difference(Estimate(1.0, 0.3), Estimate(0.4, 0.4))
    assert (found.value, found.error) == (pytest.approx(0.6), pytest.approx(0.5))
    assert difference(Estimate(1.0, 0.3), None) is None
    assert spread({"energy": Estimate(1.0, 0.1)}) is None


def test_a_bound_is_outside_one_sided_and_never_inside():
    at_least, at_most = Effect("x", 0.1, 0.01, 0.02, bound="lower"), Effect("x", 0.1, 0.01, 0.02, bound="upper")
    assert decide([at_least])[0] == "outside"
    assert decide([at_most])[0] == "undecided"  # 0 is possible
    assert decide([Effect("x", -0.1, 0.01, 0.02, bound="upper")])[0] == "outside"
    assert decide([Effect("x", 0.0, 0.001, 0.02, bound="lower")])[0] == "undecided"
    assert (at_least.above, at_least.below) == (True, False)
    low = Effect("x", 0.0, 0.001, 0.02, bound="upper")
    assert (low.above, low.below, low.more) == (False, True, None)


def test_the_smallest_detectable_effect_is_the_margin_and_three_errors():
    assert Effect("x", 0.0, 0.01, 0.02).detectable == pytest.approx(0.05)
    assert Effect("x", None, None, 0.02).detectable is None


def test_the_scatter_of_four_machines_counts_as_students_law_says():
    """Three errors of a mean over four machines are as rare as three errors of one over eight."""
    few, enough = ([Estimate(x, 1e-9) for x in (-1.0, 1.0) * n] for n in (2, 4))
    deviation = {4: np.sqrt(4 / 3), 8: np.sqrt(8 / 7)}
    assert over_machines(enough).error == pytest.approx(deviation[8] / np.sqrt(8))
    assert over_machines(few).error == pytest.approx(deviation[4] / np.sqrt(4) * 9.2187 / 4.5299, rel=1e-4)


def test_decisions_of_four_machines_are_hardly_rarer_or_commoner_than_of_eight():
    generator, rates = np.random.default_rng(2), []
    for n in (4, 8):
        means = [over_machines([Estimate(x, 1e-9) for x in row]) for row in generator.standard_normal((4000, n))]
        rates.append(np.mean([abs(mean.value) > 3 * mean.error for mean in means]))
    assert rates[0] < 0.008  # a Student law of 3 degrees beyond 6.1: 0.0088; of 7 beyond 3: 0.020
    assert rates[1] < 0.03
