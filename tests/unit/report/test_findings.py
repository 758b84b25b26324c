"""The answer in lines: every outcome of every claim in words, with its numbers, the published claims named."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import Case, make
from spinlens.report.findings import PAPER, findings
from spinlens.study.claims import judge_all

OUTCOMES = (
    "supported", "contradicted", "undecided", "depends on training", "depends on the lattice", "no temperature",
    "not assayed", "else",
)  # fmt: skip


def answer(near: Case, far: Case) -> list[str]:
    results, _ = make(0, near, far)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    return [str(line) for line in findings(results)]


def test_a_study_has_five_lines_that_name_the_published_claims() -> None:
    lines = answer(Case(), Case())
    assert len(lines) == 5
    assert max(line.count(PAPER) for line in lines) == 1
    assert sum(PAPER in line for line in lines) >= 3
    assert [line.rsplit("[", 1)[1] for line in lines][1] == "B depends on training]"
    assert "learned (gap 0.000" in lines[1]
    assert "reaches it, T_end = 0.999" in lines[1]
    assert "cd1-critical (gap 0.0089(6) nats a site) misses it, T_end = 0.944" in lines[1]


def test_the_words_follow_the_outcome() -> None:
    right = answer(Case("right"), Case("right", fixed="apart", coarse="different", composition="stays"))
    wrong = answer(Case("wrong"), Case("wrong", fixed="same"))
    assert "end at its critical point, as earlier work says" in right[1]
    assert "do not end at its critical point, against earlier work" in wrong[1]
    assert "where arXiv:2002.02664 says that they miss its scaling dimensions" in right[2]
    assert "even where the machine has learned it, as arXiv:2002.02664 says" in wrong[2]
    assert "differs in kind from block spins, as arXiv:2002.02664 says; the stacked flow cools" in right[3]
    assert "has the exponents of block spins" in wrong[3]


def test_without_a_learned_machine_it_says_what_is_missing() -> None:
    lines = answer(Case("lazy"), Case("lazy"))
    assert "is not decided" in lines[1]
    assert "What would decide it: nearest neighbour: machines that are trained at T_c" in lines[1]


def test_open_claims_of_one_line_are_said_together() -> None:
    claims = [{"id": name, "outcome": "undecided", "decides": "4 machines."} for name in "DEF"]
    (line,) = findings({"claims": claims})
    assert line.text.endswith("says, and whether nearest neighbours differ in this are not decided.")
    assert line.decides == "4 machines."


def test_controls_that_a_study_lacks_are_named() -> None:
    part = {"subject": "nearest neighbour, lazy", "stratum": "control", "found": "missing"}
    (line,) = findings({"claims": [{"id": "B", "outcome": "not assayed", "parts": [part]}]})
    assert line.text.endswith("is not to be judged, because the study has no control lazy.")


def test_failed_controls_are_said() -> None:
    line = answer(Case("ungated"), Case())[1]
    assert "not to be judged, because controls came out otherwise than they must (exact): learned" in line


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("claim", ["A", "B", "C", "C′", "D", "E", "F", "G"])
def test_every_outcome_is_a_sentence(claim: str, outcome: str) -> None:
    (line,) = findings({"claims": [{"id": claim, "outcome": outcome}]})
    assert line.claims == ((claim, outcome),)
    assert line.text.endswith(".")
    assert "{" not in line.text


@pytest.mark.parametrize("results", [{}, {"claims": None}, {"claims": [None, {}]}, {"models": {"a": {"machines": 3}}}])
def test_nothing_is_found_in_nothing(results: dict[str, Any]) -> None:
    assert findings(results) == ()


def test_damaged_machines_are_left_out() -> None:
    results, _ = make(0)
    for model in results["models"].values():
        for machine in model["machines"]:
            machine |= {"gap": None, "end": {"all": {"temperature": None}}}
    (line,) = findings({**results, "claims": [{"id": "B", "outcome": "undecided"}]})
    assert "learned was followed" in line.text
