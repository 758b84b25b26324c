"""Steps of long calls as lines in a pipe, as bars on a terminal and in a notebook."""

from __future__ import annotations

import contextvars
import io
import sys
import threading
import types
from typing import Any

import pytest

from spinlens.progress import Step, displays


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that displays see, set by hand."""
    now = [100.0]
    monkeypatch.setattr(displays.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """A kernel that notes what a cell shows: the word for what happened and the HTML."""
    shown: list[tuple[str, str]] = []

    class Handle:
        def update(self, thing: Any) -> None:
            shown.append(("anew", thing._repr_html_()))

    def display(thing: Any, display_id: bool) -> Handle:
        assert display_id
        shown.append(("first", thing._repr_html_()))
        return Handle()

    module = types.ModuleType("IPython")
    module.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    module.display = types.ModuleType("IPython.display")
    module.display.display = display
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "IPython.display", module.display)
    return shown


def test_in_a_pipe_what_lasts_is_said_at_once_and_the_rest_now_and_then(clock: list[float]) -> None:
    stream = io.StringIO()
    with displays.Lines(stream) as show:
        show(Step("begun", 0.0))
        show(Step("a thing happened", lasting=True))
        clock[0] += 9.0
        show(Step("1 of 4", 0.25))
        clock[0] += 1.0
        show(Step("2 of 4", 0.5, left=60.0))
        show(Step("3 of 4", 0.75))
    assert stream.getvalue().splitlines() == ["a thing happened", "2 of 4, 60 s left"]


def test_stderr_that_is_no_terminal_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert type(displays.chosen()) is displays.Lines
    monkeypatch.setattr(sys, "stderr", None)  # a program without a console
    assert not displays.on_terminal()


def test_a_kernel_gets_outputs_of_its_cell(notebook: list[tuple[str, str]]) -> None:
    assert type(displays.chosen()) is displays.NotebookBars


def test_on_a_terminal_parts_have_bars_and_what_happened_stands_above(
    clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    with displays.Bars() as show:
        show(Step("sample  0 of 2 tasks", 0.0, part="sample"))
        show(Step("a file was damaged [not markup]", lasting=True))
        show(Step("learn  1 of 4 tasks", 0.25, left=30.0, part="learn"))
        show(Step("sample  1 of 2 tasks", 0.5, part="sample"))  # at once after another: kept, not drawn
        assert rows(show) == {"sample  0 of 2 tasks": 0.0, "learn  1 of 4 tasks, 30 s left": 0.25}
        clock[0] += 1.0
        show(Step("learn  2 of 4 tasks", 0.5, part="learn"))
        assert rows(show) == {"sample  1 of 2 tasks": 0.5, "learn  2 of 4 tasks": 0.5}
        show(Step("learn  3 of 4 tasks [b]", 0.75, part="learn"))
    assert rows(show)["learn  3 of 4 tasks [b]"] == 0.75  # the last of all is drawn at the end
    said = capsys.readouterr().err
    assert "a file was damaged [not markup]" in said
    assert "[b]" in said


def rows(bars: displays.Bars) -> dict[str, float]:
    return {task.description: task.completed for task in bars._display.tasks}


def test_bars_that_pass_say_nothing_above_them(clock: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    with displays.Bars(passing=True) as show:
        show(Step("T = 2.3: warm after 192 sweeps", lasting=True))
        assert show._display.live.transient
    assert "warm" not in capsys.readouterr().err


def test_a_notebook_shows_one_output_that_is_written_anew(clock: list[float], notebook: list[tuple[str, str]]) -> None:
    with displays.NotebookBars() as show:
        show(Step("T = 2: warm <b>", lasting=True))
        show(Step("1 of 4", 0.25, left=3.0))
        show(Step("2 of 4", 0.5))  # at once after another
    assert [what for what, _ in notebook] == ["first", "anew", "anew"]
    assert notebook[0][1] == "<div>T = 2: warm &lt;b&gt;</div>"
    assert '<progress max="1" value="0.2500"></progress> 1 of 4, 3.0 s left' in notebook[1][1]
    assert 'value="0.5000"' in notebook[2][1]
    assert repr(show).splitlines() == ["T = 2: warm <b>", "2 of 4"]


def test_a_passing_output_of_a_notebook_is_empty_at_the_end(
    clock: list[float], notebook: list[tuple[str, str]]
) -> None:
    with displays.NotebookBars(passing=True) as show:
        show(Step("T = 2: warm", lasting=True))
        show(Step("1 of 4", 0.25))
    assert notebook[-1] == ("anew", "")
    assert "warm" not in str(notebook)


def test_threads_display_in_the_context_of_the_cell(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels know by a context variable, which threads do not inherit, to which cell an output belongs."""
    cell: contextvars.ContextVar[str] = contextvars.ContextVar("cell", default="none")
    seen = []
    module = types.ModuleType("IPython.display")
    module.display = lambda thing, display_id: seen.append(cell.get())
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    cell.set("In [3]")
    show = displays.NotebookBars()
    thread = threading.Thread(target=show, args=(Step("1 of 4", 0.25),))
    thread.start()
    thread.join()
    assert seen == ["In [3]"]


def test_a_short_call_is_not_shown_unasked(clock: list[float]) -> None:
    stream = io.StringIO()
    with displays.Patient(displays.Lines(stream, seconds=0.0)) as show:
        clock[0] += 0.5
        show(Step("1 of 4", 0.25))
        assert stream.getvalue() == ""
        clock[0] += 0.6
        show(Step("2 of 4", 0.5))
        show(Step("3 of 4", 0.75))
    assert stream.getvalue().splitlines() == ["2 of 4", "3 of 4"]
