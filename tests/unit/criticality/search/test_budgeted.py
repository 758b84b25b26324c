"""Searches with a budget: it is kept, clocks are held, and the result is the same for any number of workers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import NearestNeighbour, find_critical_point
from spinlens.criticality.search import budgeted, windows
from spinlens.criticality.search.budget import TimeBudget
from spinlens.criticality.search.budgeted import Budget
from spinlens.criticality.search.find import search


def spend(amount, **options):
    return search(NearestNeighbour(), (6, 8, 12), Budget(amount), seed=2, **options)


@pytest.fixture(scope="module")
def planned():
    said = []
    return spend(6e6, tell=lambda step: said.append(step) if step.lasting else None), said


def test_the_budget_is_kept_and_rounds_are_reported(planned):
    result, said = planned
    assert result.updates == pytest.approx(6e6, rel=0.05)
    assert [str(line).split(":")[0] for line in said] == [f"round {number}" for number in range(1, len(said) + 1)]
    assert len(said) >= 4
    assert f"T_c = {result.point.temperature}; draws L = 6: {result.draws[6]}, " in str(said[-1])
    assert [line.left for line in said] == [None] * len(said)
    shares = [line.share for line in said]
    assert shares == sorted(shares)
    assert shares[-1] > 0.95


def test_the_answer_is_right(planned):
    assert abs(planned[0].point.temperature.deviation(2.269185)) < 4


def test_workers_do_not_matter(planned):
    assert spend(6e6, workers=2) == planned[0]


class Machine:
    """A clock that moves when spins are updated: so many a second, and half of that from some moment on."""

    def __init__(self, monkeypatch, speed, slower_after=np.inf):
        self.now, self.speed, self.slower_after = 1000.0, speed, slower_after
        self.end = None
        sample, start = windows.sample, budgeted.start_sampling

        def pilot(model, grid, draws, chains, *arguments, **named):
            self.spend(len(grid) * draws * chains * model.n_sites)
            return sample(model, grid, draws, chains, *arguments, **named)

        def started(threads, request, *arguments):
            self.spend(len(request.temperatures) * request.draws * request.chains * request.model.n_sites)
            return start(threads, request, *arguments)

        monkeypatch.setattr(windows, "sample", pilot)
        monkeypatch.setattr(budgeted, "start_sampling", started)
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
    found = spend(machine.budget(60.0))
    assert machine.elapsed == pytest.approx(58.0, rel=0.05)
    assert found.updates > (2.1e7 if slower_after > 60 else 1.4e7)


def test_what_follows_the_search_is_part_of_the_time(monkeypatch):
    machine = Machine(monkeypatch, 4e5)
    spend(machine.budget(60.0, after=15.0))
    assert machine.elapsed == pytest.approx(44.0, rel=0.05)


def test_a_time_budget_counts_what_earlier_calls_took(monkeypatch, tmp_path):
    machine = Machine(monkeypatch, 4e5)
    spend(machine.budget(40.0), checkpoint=tmp_path)
    assert machine.elapsed == pytest.approx(39.0, rel=0.1)
    machine.now += 1e4  # nothing runs in between
    begun = machine.now
    spend(machine.budget(40.0), checkpoint=tmp_path)
    assert machine.now - begun < 2
    spend(machine.budget(60.0), checkpoint=tmp_path)
    assert machine.now - begun == pytest.approx(20.0, rel=0.2)


def test_find_critical_point_takes_budgets(planned):
    assert find_critical_point(NearestNeighbour(), (6, 8, 12), seed=2, budget=6e6) == planned[0].point
    assert [size.L for size in planned[0].curves] == [6, 8, 12]
    assert sum(size.histograms.draws.sum() > 0 for size in planned[0].curves) == 3
