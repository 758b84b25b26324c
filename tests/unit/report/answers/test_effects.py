"""The table of the first screen: which effect stands for a claim, and that its numbers are those of the results."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import Case, make
from spinlens.report.answers.answer import said
from spinlens.report.answers.effects import CLAIMS, effect_rows, telling
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims import judge_all


def judged(near: Case, far: Case) -> dict[str, Any]:
    results, _ = make(0, near, far)
    return results | {"claims": [dataclasses.asdict(verdict) for verdict in judge_all(results)]}


def effect(name: str, value: float | None, side: str, more: float | None = None) -> dict[str, Any]:
    return {"name": name, "value": value, "error": None if value is None else 0.01, "margin": 0.1, "side": side,
            "more": more}  # fmt: skip


def test_every_claim_has_a_few_words_its_outcome_and_as_many_rows_as_it_says() -> None:
    results = judged(Case(), Case())
    rows = effect_rows(results)
    first = [row for row in rows if row.claim]
    assert [row.claim for row in first] == [verdict["id"] for verdict in results["claims"]] == list(CLAIMS)
    assert [row.outcome for row in first] == [verdict["outcome"] for verdict in results["claims"]]
    assert [row.words for row in first] == list(CLAIMS.values())
    assert sum(row.rows for row in first) == len(rows) > len(first)


def test_flows_are_held_against_the_dimension_of_the_lattice() -> None:
    results = judged(Case(), Case())
    (at,) = [k for k, row in enumerate(effect_rows(results)) if row.claim == "C"]
    best, worst = effect_rows(results)[at : at + 2]
    own = results["models"]["power-law"]["equilibrium"]["delta_spin"]
    assert best.of.startswith("learned machines (gap ")
    assert best.of.endswith(f"Δ_s − {said(own)} of the lattice")
    assert (best.side, worst.side, best.margin) == ("inside", "outside", "0.03")
    (found,) = [
        item for claim in results["claims"] if claim["id"] == "C" for item in claim["effects"]
        if item["subject"].endswith(", cd1-critical") and item["name"] == "Δ_s − Monte Carlo"
    ]  # fmt: skip
    assert worst.value == said(Estimate(found["value"], found["error"]))


def test_it_is_said_how_many_chains_did_not_settle() -> None:
    results = judged(Case(), Case())
    for machine in results["models"]["power-law"]["machines"]:
        if machine["recipe"] == "cd1-critical" and machine["number"] == 0:
            machine["end"]["settled"] = False
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    (row,) = [row for row in effect_rows(results) if "did not settle" in row.of]
    assert ": 1 of " in row.of
    assert (row.value, row.side) == ("–", "undecided")


def test_a_known_dimension_is_said_with_its_kind() -> None:
    results = judged(Case(), Case())
    lattice = results["models"]["power-law"]
    name, subject = "Δ_s − known by fit", lattice["label"]
    results["claims"] = [
        {"id": "A", "outcome": "supported", "effects": [effect(name, 0.01, "inside") | {"subject": subject}]}
    ]
    for error, words in ((0.0, "Δ_s − 0.4 (exact) by fit"), (0.01, "Δ_s − 0.400(10) (known) by fit")):
        lattice["reference"]["delta_spin"] = {"value": 0.4, "error": error}
        (row,) = effect_rows(results)
        assert row.of == f"Monte Carlo, {subject}: {words}"


def test_both_sides_are_shown_where_instruments_disagree() -> None:
    own = [effect("T* by energy", 0.5, "outside"), effect("T* by ξ", 0.01, "inside")]
    claim = {
        "id": "E",
        "outcome": "no temperature",
        "effects": [item | {"subject": "power law, layer"} for item in own],
    }
    rows = effect_rows({"claims": [claim]})
    assert [(row.of, row.side) for row in rows] == [("power law: T* by energy", "outside"), ("T* by ξ", "inside")]


def test_of_an_undecided_claim_the_row_is_what_it_waits_for() -> None:
    own = [effect("T* by energy", 0.5, "outside"), effect("T* by ξ", 0.09, "undecided", 2.0)]
    claim = {"id": "E", "outcome": "undecided", "effects": [item | {"subject": "power law, layer"} for item in own]}
    (row,) = effect_rows({"claims": [claim]})
    assert (row.of, row.side) == ("power law: T* by ξ", "undecided")


@pytest.mark.parametrize(
    ("effects", "name"),
    [
        ([effect("a", 0.2, "outside"), effect("b", -0.3, "outside"), effect("c", 0.09, "inside")], "b"),
        ([effect("a", 0.01, "inside"), effect("b", -0.02, "inside")], "b"),
        ([effect("a", 0.01, "inside"), effect("b", 0.09, "undecided", 2.0), effect("c", 0.08, "undecided", 5.0)], "c"),
        ([effect("wanted", 0.2, "outside"), effect("b", -0.3, "outside")], "wanted"),
        ([effect("wanted", 0.02, "inside"), effect("b", -0.3, "outside")], "b"),
        ([effect("a", None, "undecided"), effect("wanted", None, "undecided")], "wanted"),
    ],
)
def test_the_telling_effect_is_on_the_side_that_decides(effects: list[dict[str, Any]], name: str) -> None:
    found = telling(effects, "wanted")
    assert found is not None
    assert found["name"] == name


def test_nothing_to_show_is_a_row_that_says_so() -> None:
    assert telling([]) is None
    assert effect_rows({}) == ()
    (row,) = effect_rows({"claims": [{"id": "D", "outcome": "undecided"}]})
    assert (row.of, row.value, row.outcome) == ("no number of this study", "–", "undecided")
