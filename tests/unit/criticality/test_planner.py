"""The planner: budget kept, draws where they help, the same result for any number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour
from spinlens.criticality.budget import TimeBudget, seconds_of
from spinlens.criticality.planner import allot, plan_critical_point
from spinlens.errors import InputError


@pytest.fixture(scope="module")
def planned():
    rounds = []
    result = plan_critical_point(
        NearestNeighbour(), (6, 8, 12), 6e6, seed=2, report=lambda number, point, draws: rounds.append((number, point))
    )
    return result, rounds


def test_the_budget_is_kept_and_rounds_are_reported(planned):
    result, rounds = planned
    assert result.updates == pytest.approx(6e6, rel=0.05)
    assert [number for number, _ in rounds] == list(range(1, len(rounds) + 1))
    assert len(rounds) >= 6
    assert rounds[-1][1] == result.point
    assert rounds[-1][1].temperature.error < rounds[0][1].temperature.error


def test_the_answer_is_right(planned):
    assert abs(planned[0].point.temperature.deviation(2.269185)) < 4


def test_workers_do_not_matter(planned):
    assert plan_critical_point(NearestNeighbour(), (6, 8, 12), 6e6, seed=2, workers=2) == planned[0]


def test_allotment_is_neymans():
    """Minimise Σ v_k / n_k at fixed Σ c_k n_k: shares of the cost ∝ √(v_k c_k), apart from the margin of each size."""
    variances, costs = np.array([4.0, 1.0]), np.array([1.0, 16.0])
    shares = allot(variances / 10, [10, 10], costs)
    expected = np.sqrt(variances * costs) / np.sqrt(variances * costs).sum()
    np.testing.assert_allclose(shares, 0.92 * expected + 0.04)
    assert shares.sum() == pytest.approx(1.0)


def test_budgets_in_words():
    assert seconds_of("90s") == 90
    assert seconds_of("2h") == 7200
    for text in ("", "5", "m", "-3m", "5 minutes", "nanm"):
        with pytest.raises(InputError, match="90s, 5m or 2h"):
            seconds_of(text)


def test_the_machine_is_timed():
    models = [IsingModel((L, L), NearestNeighbour()) for L in (8, 16)]
    assert TimeBudget(10.0).updates(models, 2.27) > 1e6
