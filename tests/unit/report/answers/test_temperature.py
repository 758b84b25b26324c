"""What the end temperature alone tells is said only where the effects show it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import make
from spinlens.report.answers.temperature import SPIN, TEMPERATURE, temperature_alone
from spinlens.study.claims import judge_all


@pytest.fixture
def results() -> dict[str, Any]:
    found, _ = make(0)
    return found | {"claims": [dataclasses.asdict(verdict) for verdict in judge_all(found)]}


def put(results: dict[str, Any], recipe: str, name: str, value: float, error: float, side: str) -> None:
    """An effect of a recipe of the long-range lattice."""
    for claim in results["claims"]:
        for effect in claim["effects"]:
            if claim["id"] == "C" and effect["subject"].endswith(f", {recipe}") and effect["name"] == name:
                effect |= {"value": value, "error": error, "side": side}


def test_flows_that_miss_the_dimension_at_the_right_temperature_are_named(results: dict[str, Any]) -> None:
    put(results, "cd1-critical", SPIN, -0.09, 0.005, "outside")
    put(results, "cd1-critical", TEMPERATURE, -0.006, 0.002, "inside")
    said = temperature_alone(results)
    assert "flows of cd1-critical, which miss Δ_s, end at 0.994(2) T_c, inside its margin of 0.02" in said
    put(results, "cd1-critical", TEMPERATURE, -0.06, 0.002, "outside")
    assert "cd1-critical" not in temperature_alone(results)


def test_learned_machines_beside_t_c_are_named_from_two_errors_on(results: dict[str, Any]) -> None:
    put(results, "learned", SPIN, 0.001, 0.002, "inside")
    put(results, "learned", TEMPERATURE, 0.0027, 0.001, "inside")
    assert "learned machines, which reach it, end 2.7 errors above T_c" in temperature_alone(results)
    put(results, "learned", TEMPERATURE, -0.0027, 0.001, "inside")
    assert "2.7 errors below T_c" in temperature_alone(results)
    put(results, "learned", TEMPERATURE, 0.0019, 0.001, "inside")
    assert "power law" not in temperature_alone(results).partition("learned machines")[2]


def test_without_numbers_nothing_is_said() -> None:
    assert temperature_alone({}) == ""
