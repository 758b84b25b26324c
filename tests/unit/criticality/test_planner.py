"""The planner: budget kept, draws where they help, the same result for any number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, find_critical_point
from spinlens.criticality import planner
from spinlens.criticality.budget import TimeBudget, seconds_of
from spinlens.criticality.planner import allot, plan_critical_point
from spinlens.errors import InputError


@pytest.fixture(scope="module")
def planned():
    said = []
    return plan_critical_point(NearestNeighbour(), (6, 8, 12), 6e6, seed=2, report=said.append), said


def test_the_budget_is_kept_and_rounds_are_reported(planned):
    result, said = planned
    assert result.updates == pytest.approx(6e6, rel=0.05)
    assert [line.split(":")[0] for line in said] == [f"round {number}" for number in range(1, len(said) + 1)]
    assert len(said) >= 4
    assert f"T_c = {result.point.temperature}; draws L = 6: {result.draws[6]}, " in said[-1]


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
    assert TimeBudget(10.0).speed(models, 2.27) > 1e5


class Machine:
    """A clock that moves when spins are updated: so many a second, and half of that from some moment on."""

    def __init__(self, monkeypatch, speed, slower_after=np.inf):
        self.now, self.speed, self.slower_after = 1000.0, speed, slower_after
        self.end = None
        sample = planner.sample

        def timed(model, grid, draws, chains, *arguments, **named):
            speed = self.speed / (2 if self.now - 1000.0 > self.slower_after else 1)
            self.now += len(grid) * draws * chains * model.n_sites / speed
            return sample(model, grid, draws, chains, *arguments, **named)

        monkeypatch.setattr(planner, "sample", timed)
        monkeypatch.setattr(TimeBudget, "speed", lambda *_: 1.4 * speed)

    def budget(self, seconds):
        return TimeBudget(seconds, 1, lambda: self.now)

    @property
    def elapsed(self):
        return self.now - 1000.0


@pytest.mark.parametrize("slower_after", [np.inf, 20.0])
def test_a_time_budget_holds_the_clock_though_the_machine_is_misjudged(monkeypatch, slower_after):
    machine = Machine(monkeypatch, 1e5, slower_after)
    found = plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(60.0), seed=2)
    assert machine.elapsed == pytest.approx(54.0, rel=0.1)
    assert found.updates > (3.5e6 if slower_after > 60 else 2.5e6)


def test_a_time_budget_counts_what_earlier_calls_took(monkeypatch, tmp_path):
    machine = Machine(monkeypatch, 1e5)
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(40.0), seed=2, checkpoint=tmp_path)
    assert machine.elapsed == pytest.approx(36.0, rel=0.1)
    machine.now += 1e4  # nothing runs in between
    begun = machine.now
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(40.0), seed=2, checkpoint=tmp_path)
    assert machine.now - begun < 2
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(60.0), seed=2, checkpoint=tmp_path)
    assert machine.now - begun == pytest.approx(18.0, rel=0.2)


def test_find_critical_point_takes_budgets(planned):
    assert find_critical_point(NearestNeighbour(), (6, 8, 12), seed=2, budget=6e6) == planned[0].point
    runs = []
    find_critical_point(NearestNeighbour(), (6, 8, 12), seed=2, budget="1s", runs=runs)
    assert [size.L for size in runs] == [6, 8, 12]
    with pytest.raises(InputError, match="either budget, or draws and chains"):
        find_critical_point(NearestNeighbour(), (6, 8, 12), budget="1s", draws=100)
    with pytest.raises(InputError, match="90s, 5m or 2h"):
        find_critical_point(NearestNeighbour(), (6, 8, 12), budget="long")
    with pytest.raises(InputError, match="draws"):
        find_critical_point(NearestNeighbour(), (6, 8, 12), draws=0)
