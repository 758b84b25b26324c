"""Loops that say how far they are, and calls within calls told as one."""

from __future__ import annotations

import pytest

from spinlens.progress import Parts, Step, counted, parts, silent


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(parts.time, "monotonic", lambda: now[0])
    return now


def test_a_loop_tells_now_and_then_and_its_end(clock):
    told = []
    for item in counted("abcd", 4, told.append, "letters"):
        clock[0] += 10.0 if item == "b" else 0.1
    assert [str(step) for step in told] == ["2 of 4 letters, 10 s left", "4 of 4 letters"]
    assert [step.share for step in told] == [0.5, 1.0]


def test_parts_have_shares_of_the_whole(clock):
    told = []
    whole = Parts(told.append, [1, 3])
    clock[0] += 10.0
    whole.part(0)(Step("half of the first", 0.5, left=1.0))
    whole.part(1, "second")(Step("anything", 0.0, lasting=True, numbers={"n": 2.0}))
    whole.part(1)(Step("the end", 1.0))
    whole.part(1)(Step("warm", lasting=True))  # without a share it says nothing of the whole
    assert [(step.text, step.share, step.left) for step in told] == [
        ("half of the first", 0.125, 70.0), ("second", 0.25, 30.0), ("the end", 1.0, None),
    ]  # fmt: skip
    assert (told[1].numbers, told[1].lasting) == ({"n": 2.0}, False)


def test_parts_that_nobody_asked_for_cost_nothing():
    assert Parts(silent, [1, 3]).part(1) is silent
