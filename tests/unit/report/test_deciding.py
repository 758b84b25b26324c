"""How long it takes to decide a claim: the stages that it waits for, times what it asks for."""

from __future__ import annotations

import pytest

from spinlens.report.deciding import deciding_time

RUNS = [
    {"workers": 4, "task_seconds": {"scan/square/L8": 100.0, "end/square/cd1/0": 60.0}},
    {"workers": 2, "task_seconds": {"scan/square/L8": 30.0, "learned/square/0": 40.0, "machine/square/cd1/0": 20.0}},
]


@pytest.mark.parametrize(
    ("claims", "decides", "said"),
    [
        (["A"], "square: about 4.0 times the states (for Δ_s).", "about 60 s on 2 cores"),  # the later time of a task
        (["B"], "learned: about 3 more seeds or 1.5 times the states; the control exact: about 2.0 times the states",
         "about 60 s on 2 cores"),
        (["D", "E"], "about 2.0 times the states", "about 40 s on 2 cores"),
        (["C′"], "about 12 times the states", "about 2 min on 2 cores"),
        (["A"], "nothing soon: Δ_s lies at its margin", ""),
        (["F"], "4 more machines", ""),
        (["another"], "about 2.0 times the states", ""),
    ],
)  # fmt: skip
def test_it_is_that_of_the_stages_of_the_claim(claims, decides, said):
    assert deciding_time(claims, decides, RUNS) == said


def test_nothing_is_said_where_nothing_is_known():
    assert deciding_time(["A"], "about 2.0 times the states", []) == ""
    assert deciding_time(["A"], "about 2.0 times the states", [{"ended": "stopped"}]) == ""


def test_one_core_is_one_core():
    run = {"workers": 1, "task_seconds": {"scan/square/L8": 20.0}}
    assert deciding_time(["A"], "about 2.0 times the states", [run]) == "about 40 s on 1 core"
    assert deciding_time(["A"], "about 2.0 times the states", [{**run, "workers": "tcp://host:1"}]).endswith(
        "on 1 core"
    )
