"""Claim G on made-up results of each kind."""

from dataclasses import replace

import pytest

from made_up_machines import CONTROLS, LAZY, Measured, family, model, results
from spinlens.study.claims import claim_g

GRIDS = ("low", "high")
SAME = {"grid": 0.0, "low": 0.0, "high": 0.0}


def judge(shifts, about=1.0, grids=GRIDS, seeds=8, **parts):
    machines = family(Measured(), shifts, seeds, about)
    return claim_g(results(model(machines=machines, **parts), grids=grids))


def test_the_critical_point_whatever_the_grid_supports_it():
    assert judge(SAME).outcome == "supported"


def test_an_end_that_follows_the_grid_contradicts_it():
    verdict = judge({"grid": 0.0, "low": -0.06, "high": 0.05})
    assert verdict.outcome == "contradicted"
    assert "grid 1.000(2), low 0.940(2), high 1.050(2) T_c by energy" in verdict.because


def test_the_same_end_elsewhere_says_neither_and_it_says_so():
    verdict = judge(SAME, about=0.9)
    assert verdict.outcome == "undecided"
    assert "ends elsewhere" in verdict.because


@pytest.mark.parametrize(
    "change",
    [{"grids": ("low",)}, {"seeds": 3}, {"grids": ()}],
)
def test_it_needs_three_grids_with_the_critical_temperature_and_four_machines(change):
    verdict = judge(SAME, **change)
    assert verdict.outcome == "undecided"
    assert "3 training grids" in verdict.because


def test_at_the_margin_it_is_undecided():
    verdict = judge({"grid": 0.0, "low": 0.0, "high": 0.02})
    assert verdict.outcome == "undecided"
    assert verdict.decides


def test_instruments_that_misread_the_exact_machine_leave_it_not_assayed():
    assert judge(SAME, controls={**CONTROLS, "exact": LAZY}).outcome == "not assayed"
    assert judge(SAME, controls={}).outcome == "not assayed"
    far = replace(CONTROLS["exact"], distance=0.5)  # of no matter to thermometers
    assert judge(SAME, controls={"exact": far}).outcome == "supported"
