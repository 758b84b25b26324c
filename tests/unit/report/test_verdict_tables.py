"""Tables of verdicts: effects with margins, recipe by recipe, and the gate by itself."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from spinlens.report import verdict_tables
from spinlens.study.claims import judge_all


@pytest.fixture(scope="module")
def claims(made_up_study: Any) -> dict[str, dict[str, Any]]:
    return {verdict.id: dataclasses.asdict(verdict) for verdict in judge_all(made_up_study(0)[0])}


def test_effects_show_value_margin_side_and_what_can_be_seen() -> None:
    item = {"name": "D", "subject": "nn, a", "value": 0.05, "error": 0.02, "margin": 0.15, "side": "inside",
            "detectable": 0.21, "more": 1.0, "unit": "", "bound": "lower"}  # fmt: skip
    open_one = item | {"side": "undecided", "more": 2.44, "bound": "", "unit": "T_c"}
    assert verdict_tables.effects({"effects": [item, open_one]}).rows == (
        ("D", "nn, a", "≥ 0.05(2)", "0.15", "inside", "0.21", "decided"),
        ("D", "nn, a", "0.05(2) T_c", "0.15 T_c", "undecided", "0.21", "2.4 times"),
    )


def test_the_gate_stands_apart_from_the_recipes(claims: dict[str, dict[str, Any]]) -> None:
    gate = verdict_tables.gate(list(claims.values()))
    assert [row[0] for row in gate.rows if row[1] == "inside"] == [
        "nearest neighbour, exact",
        "power law σ = 1.2, exact",
    ]
    assert {row[3] for row in gate.rows} == {"yes"}
    assert not any("redrawn" in row[0] for row in verdict_tables.parts(claims["B"]).rows)


def test_a_control_that_fails_is_not_as_it_must() -> None:
    part = {"subject": "nn, lazy", "stratum": "control", "found": "inside", "machines": 1, "because": "inside in all"}
    assert verdict_tables.gate([{"id": "B", "parts": [part]}]).rows == (
        ("nn, lazy", "outside", "inside", "no", "inside in all"),
    )


def test_every_row_has_a_cell_for_each_heading(claims: dict[str, dict[str, Any]]) -> None:
    for claim in claims.values():
        for table in (verdict_tables.effects(claim), verdict_tables.parts(claim)):
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.headings)}
    assert verdict_tables.gate([{}]).rows == verdict_tables.effects({}).rows == verdict_tables.parts({}).rows == ()
