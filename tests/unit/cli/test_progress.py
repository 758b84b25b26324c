"""Steps of long calls as lines in a pipe and as bars on a terminal."""

from __future__ import annotations

import io

import pytest

from spinlens.cli import progress as cli_progress
from spinlens.progress import Step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that displays see, set by hand."""
    now = [100.0]
    monkeypatch.setattr(cli_progress.time, "monotonic", lambda: now[0])
    return now


def test_in_a_pipe_what_lasts_is_said_at_once_and_the_rest_now_and_then(clock: list[float]) -> None:
    stream = io.StringIO()
    with cli_progress.Lines(stream) as show:
        show(Step("begun", 0.0))
        show(Step("a thing happened", lasting=True))
        clock[0] += 9.0
        show(Step("1 of 4", 0.25))
        clock[0] += 1.0
        show(Step("2 of 4", 0.5, left=60.0))
        show(Step("3 of 4", 0.75))
    assert stream.getvalue().splitlines() == ["a thing happened", "2 of 4, 60 s left"]


def test_stderr_that_is_no_terminal_gets_lines() -> None:
    assert type(cli_progress.display()) is cli_progress.Lines


def test_on_a_terminal_parts_have_bars_and_what_happened_stands_above(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with cli_progress.Bars() as show:
        show(Step("sample  0 of 2 tasks", 0.0, part="sample"))
        show(Step("a file was damaged [not markup]", lasting=True))
        show(Step("learn  1 of 4 tasks", 0.25, left=30.0, part="learn"))
        show(Step("sample  1 of 2 tasks", 0.5, part="sample"))  # at once after another: kept, not drawn
        rows = {task.description: task.completed for task in show._display.tasks}
        assert rows == {"sample  0 of 2 tasks": 0.0, "learn  1 of 4 tasks, 30 s left": 0.25}
        clock[0] += 1.0
        show(Step("learn  2 of 4 tasks", 0.5, part="learn"))
        rows = {task.description: task.completed for task in show._display.tasks}
        assert rows == {"sample  1 of 2 tasks": 0.5, "learn  2 of 4 tasks": 0.5}
        show(Step("learn  3 of 4 tasks [b]", 0.75, part="learn"))
    rows = {task.description: task.completed for task in show._display.tasks}
    assert rows["learn  3 of 4 tasks [b]"] == 0.75  # the last of all is drawn at the end
    said = capsys.readouterr().err
    assert "a file was damaged [not markup]" in said
    assert "[b]" in said
