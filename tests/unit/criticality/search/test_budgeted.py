"""The planner: budget kept, draws where they help, the same result for any number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, find_critical_point
from spinlens.criticality.search import planned_run as rounds
from spinlens.criticality.search.budget import TimeBudget, allot, seconds_of
from spinlens.criticality.search.budgeted import plan_critical_point
from spinlens.errors import InputError


@pytest.fixture(scope="module")
def planned():
    said = []
    return plan_critical_point(NearestNeighbour(), (6, 8, 12), 6e6, seed=2, report=said.append), said


def test_the_budget_is_kept_and_rounds_are_reported(planned):
    result, said = planned
    assert result.updates == pytest.approx(6e6, rel=0.05)
    assert [str(line).split(":")[0] for line in said] == [f"round {number}" for number in range(1, len(said) + 1)]
    assert len(said) >= 4
    assert f"T_c = {result.point.temperature}; draws L = 6: {result.draws[6]}, " in str(said[-1])
    assert said[-1].temperature == result.point.temperature
    assert [line.left for line in said] == [None] * len(said)
    shares = [line.share for line in said]
    assert shares == sorted(shares)
    assert shares[-1] > 0.95


def test_the_answer_is_right(planned):
    assert abs(planned[0].point.temperature.deviation(2.269185)) < 4


def test_workers_do_not_matter(planned):
    assert plan_critical_point(NearestNeighbour(), (6, 8, 12), 6e6, seed=2, workers=2) == planned[0]


def test_allotment_is_neymans():
    """Minimise Σ v_k / n_k at fixed Σ c_k n_k: shares of the cost ∝ √(v_k c_k), apart from the margin of each size."""
    variances, costs = np.array([4.0, 1.0]), np.array([1, 16])
    parts = allot(variances / 10, [10, 10], costs, 1000.0)
    expected = np.sqrt(variances * costs) / np.sqrt(variances * costs).sum()
    np.testing.assert_allclose(parts + 10 * costs, (0.96 * expected + 0.02) * 1170)
    assert parts.sum() == pytest.approx(1000.0)


def test_a_size_that_has_more_than_its_share_waits():
    parts = allot([1e-9, 1.0], [1000, 10], [1, 1], 100.0)
    np.testing.assert_allclose(parts, [0.0, 100.0])


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
        sample, start = rounds.sample, rounds.start_sampling

        def pilot(model, grid, draws, chains, *arguments, **named):
            self.spend(len(grid) * draws * chains * model.n_sites)
            return sample(model, grid, draws, chains, *arguments, **named)

        def started(threads, request, *arguments):
            self.spend(len(request.temperatures) * request.draws * request.chains * request.model.n_sites)
            return start(threads, request, *arguments)

        monkeypatch.setattr(rounds, "sample", pilot)
        monkeypatch.setattr(rounds, "start_sampling", started)
        monkeypatch.setattr(TimeBudget, "speed", lambda *_: 1.4 * speed)

    def spend(self, updates):
        self.now += updates / (self.speed / (2 if self.elapsed > self.slower_after else 1))

    def budget(self, seconds, after=0.0):
        return TimeBudget(seconds, 1, after, lambda: self.now)

    @property
    def elapsed(self):
        return self.now - 1000.0


@pytest.mark.parametrize("slower_after", [np.inf, 20.0])
def test_a_time_budget_holds_the_clock_though_the_machine_is_misjudged(monkeypatch, slower_after):
    machine = Machine(monkeypatch, 4e5, slower_after)
    found = plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(60.0), seed=2)
    assert machine.elapsed == pytest.approx(58.0, rel=0.05)
    assert found.updates > (2.1e7 if slower_after > 60 else 1.4e7)


def test_what_follows_the_search_is_part_of_the_time(monkeypatch):
    machine = Machine(monkeypatch, 4e5)
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(60.0, after=15.0), seed=2)
    assert machine.elapsed == pytest.approx(44.0, rel=0.05)


def test_a_time_budget_counts_what_earlier_calls_took(monkeypatch, tmp_path):
    machine = Machine(monkeypatch, 4e5)
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(40.0), seed=2, checkpoint=tmp_path)
    assert machine.elapsed == pytest.approx(39.0, rel=0.1)
    machine.now += 1e4  # nothing runs in between
    begun = machine.now
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(40.0), seed=2, checkpoint=tmp_path)
    assert machine.now - begun < 2
    plan_critical_point(NearestNeighbour(), (6, 8, 12), machine.budget(60.0), seed=2, checkpoint=tmp_path)
    assert machine.now - begun == pytest.approx(20.0, rel=0.2)


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
