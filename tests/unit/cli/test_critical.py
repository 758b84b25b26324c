"""What `spinlens critical` shows: lines in a pipe, on a terminal one line with T_c, what is done and time left."""

from __future__ import annotations

import io

import pytest

from spinlens import Estimate
from spinlens.cli import progress as cli_progress
from spinlens.criticality.search.status import Standing
from spinlens.progress import Step


def step(share=0.0):
    return Step("", share)


@pytest.fixture
def bar(monkeypatch):
    """A bar whose clock is set by hand; `shown` is what it draws."""
    clock = [100.0]
    monkeypatch.setattr(cli_progress.time, "monotonic", lambda: clock[0])
    display = cli_progress.SearchBar()
    display.clock = clock
    display.shown = lambda: display._display.tasks[0]
    return display


def test_lines_in_a_pipe():
    stream = io.StringIO()
    lines = cli_progress.SearchLines(stream)
    with lines:
        lines.report(Standing("L = 8: 5 temperatures from 2 to 3"))
        lines.step(step())
    assert stream.getvalue() == "L = 8: 5 temperatures from 2 to 3\n"
    assert type(cli_progress.search_display()) is cli_progress.SearchLines  # stderr is no terminal here


def test_a_time_budget_counts_down_between_rounds(bar):
    bar.step(step())
    assert bar.shown().description == "looking for the transition"
    bar.report(Standing("round 2, 25 s of 100 s: T_c = 2.27(1); draws L = 8: 7", Estimate(2.27, 0.01), 0.25, left=75.0))
    assert bar.shown().description == "T_c = 2.270(10), round 2, 25 s of 100 s"
    assert bar.shown().fields["left"] == "75 s left"
    bar.clock[0] += 25.0
    bar.step(step())
    assert bar.shown().completed == pytest.approx(0.5)
    assert bar.shown().fields["left"] == "50 s left"


def test_runs_with_fixed_draws_move_the_bar(bar):
    bar.report(Standing("L = 16: 5 temperatures", None, 0.2, 0.8, 1000))
    bar.clock[0] += 30.0
    bar.step(step(0.25))
    bar.clock[0] += 30.0
    bar.step(step(0.5))
    task = bar.shown()
    assert task.description == "L = 16: 5 temperatures"
    assert task.completed == pytest.approx(0.6)
    assert task.fields["left"] == "40 s left"  # 60 s for 0.6 of the work
