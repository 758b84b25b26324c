"""Who is told of a long call: nobody, a callable, or a display, of which there is one at a time."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, sample
from spinlens.errors import InputError
from spinlens.progress import Step, displays, silent, telling
from spinlens.progress.telling import somebody_waits

MODEL = IsingModel((4, 4), NearestNeighbour())


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Displays that are chosen: whether they pass; what they show goes to `displays.chosen().stream`."""
    made: list[bool] = []

    def chosen(passing: bool = False) -> displays.Lines:
        made.append(passing)
        return displays.Lines(io.StringIO(), 0.0)

    monkeypatch.setattr(sys.modules["spinlens.progress.telling"], "chosen", chosen)
    return made


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at a terminal before the prompt of Python."""
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.setattr(sys.modules["spinlens.progress.telling"], "on_terminal", lambda: True)


def test_scripts_are_not_told(shown):
    for progress in (None, False):
        with telling(progress) as tell:
            assert tell is silent
    assert shown == []


def test_at_the_prompt_bars_come_by_themselves_and_pass(shown, prompt):
    assert somebody_waits()
    with telling(None) as tell:
        assert tell is not silent
    with telling(False) as tell:
        assert tell is silent
    assert shown == [True]


def test_no_prompt_without_a_terminal(shown, prompt, monkeypatch):
    monkeypatch.setattr(sys.modules["spinlens.progress.telling"], "on_terminal", lambda: False)
    assert not somebody_waits()


def test_of_calls_within_calls_the_outermost_shows_itself(shown, prompt):
    with telling(True), telling(None) as inner, telling(True) as other:
        assert (inner, other) == (silent, silent)
    with telling(False), telling(None) as inner:
        assert inner is silent
    with telling(True) as tell:  # the one before has ended
        assert tell is not silent
    assert shown == [False, False]


def test_a_display_that_asked_within_a_quiet_call_is_shown(shown):
    with telling(False), telling(True) as tell:
        assert tell is not silent
    assert shown == [False]


def test_whoever_fails_is_warned_about_once_and_nothing_is_lost():
    told = []

    def fails(step: Step) -> None:
        told.append(step)
        raise ValueError("no such widget")

    with pytest.warns(RuntimeWarning, match=r"raised ValueError: no such widget; the call goes on") as warned:
        data = sample(MODEL, (2.0, 3.0), 400, chains=2, seed=1, workers=2, progress=fails)
    assert (len(told), len(warned)) == (1, 1)
    np.testing.assert_array_equal(data.energy, sample(MODEL, (2.0, 3.0), 400, chains=2, seed=1).energy)
    with pytest.warns(RuntimeWarning, match="progress is not told any more"):
        machine = RBM(2, epochs=3).fit([[1, 1], [-1, -1]] * 50, progress=fails)
    assert len(machine.history_) == 3


def test_a_callable_ends_a_call_by_an_interrupt():
    def stop(step: Step) -> None:
        if step.numbers["epoch"] == 2:
            raise KeyboardInterrupt

    machine = RBM(2, epochs=9)
    with pytest.raises(KeyboardInterrupt):
        machine.fit([[1, 1], [-1, -1]] * 50, progress=stop)
    assert len(machine.history_) == 2


def test_displays_end_with_their_call_whatever_ends_it(monkeypatch):
    class Display(displays.Display):
        def __exit__(self, *error: object) -> None:
            ended.append(error[0])

    ended: list[object] = []
    monkeypatch.setattr(sys.modules["spinlens.progress.telling"], "chosen", lambda passing=False: Display())
    with pytest.raises(KeyboardInterrupt), telling(True):
        raise KeyboardInterrupt
    with telling(True):
        pass
    assert ended == [KeyboardInterrupt, None]


@pytest.mark.parametrize("progress", [3, "yes", 1.0])
def test_other_things_are_refused(progress):
    with pytest.raises(InputError, match=f"progress must be True or False or a function or None, got {progress!r}"):
        sample(MODEL, 2.0, 10, progress=progress)
