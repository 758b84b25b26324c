"""The first screen of a study: what it says follows the verdicts, its numbers are those of the results."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import Case, make
from spinlens.report.answers.answer import Answer
from spinlens.report.answers.study import QUESTION, short, study_answer
from spinlens.study.claims import judge_all


def answer(near: Case, far: Case) -> Answer:
    results, _ = make(0, near, far)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    return study_answer(results)


def claims(**outcomes: str) -> dict[str, Any]:
    return {"claims": [{"id": name, "outcome": outcome} for name, outcome in outcomes.items()]}


def test_it_is_a_question_one_answer_and_at_most_four_sentences() -> None:
    found = answer(Case(), Case())
    assert (found.title, found.short) == (
        QUESTION,
        "Only where the machine has learned the lattice at T_c: others miss its scaling dimensions; the same for "
        "nearest neighbours.",
    )  # fmt: skip
    assert len(found.facts) == 4
    assert 2 <= len(found.sentences) <= 3  # numbers of flows are in the table of effects
    assert all(sentence.endswith(".") for sentence in (*found.sentences, found.outlook))


def test_the_numbers_are_those_of_the_best_and_of_the_worst_machines() -> None:
    results, _ = make(0)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    T_c, best, worst, decided = study_answer(results).facts
    critical = results["models"]["power-law"]["critical"]["temperature"]
    assert T_c.value.startswith(f"{critical['value']:.3f}"[:4])
    assert (best.name, worst.name) == ("learned machines miss Δ_s by", "cd1-critical machines miss Δ_s by")
    outcomes = [claim["outcome"] for claim in results["claims"]]
    assert decided.value == f"{sum(o not in ('undecided', 'not assayed') for o in outcomes)} of {len(outcomes)}"


def test_the_answer_follows_the_verdicts() -> None:
    assert answer(Case("right"), Case("right")).short.startswith("Yes: the flow ends at the critical point")
    assert answer(Case("right"), Case("wrong")).short.endswith("flows elsewhere; that of nearest neighbours does not.")
    assert answer(Case("wrong"), Case("wrong")).short.endswith("flows elsewhere; nearest neighbours, too.")
    assert answer(Case(), Case("ungated")).short == "This study cannot tell: its own controls failed."


def test_where_nothing_has_learned_it_is_said() -> None:
    assert answer(Case("lazy"), Case("lazy")).short == (
        "This study cannot tell yet: it holds no machine that has learned the lattice."
    )


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({}, "This study has judged no flow of a long-range lattice"),
        ({"C": "contradicted"}, "Yes: "),
        ({"C": "supported"}, "No, "),
        ({"C": "not assayed"}, "This study cannot tell: "),
        ({"C": "depends on training"}, "No where the machine has learned"),  # no machine is known to reach it
    ],
)
def test_each_outcome_has_its_words(outcomes: dict[str, str], said: str) -> None:
    assert short(claims(**outcomes)).startswith(said)


def test_a_study_of_nothing_has_an_answer() -> None:
    assert study_answer({}).facts[-1].note == "no verdicts"
    assert study_answer({"models": {"a": None}, "claims": [None]}).sentences == ()


def test_dimensions_of_a_finite_lattice_are_said_to_be_effective_ones() -> None:
    results, _ = make(0)
    model = results["models"]["power-law"]
    model["reference"]["delta_spin"] = {"value": 0.4, "error": 0.0}
    model["equilibrium"]["delta_spin"] = {"value": 0.28, "error": 0.01}
    assert (
        f"{model['label']} has Δ_s = 0.280(10) at T_c and L = {model['size']}, 0.4 at L → ∞"
        in study_answer(results).words
    )


@pytest.mark.parametrize(
    ("decides", "said"),
    [
        ("power law: learned: about 2.5 times the states (for Δ_s).", "about 2.5 times its states would decide it"),
        (
            "power law: learned: machines with a smaller gap rather than more states: Δ_s lies at its margin.",
            "machines with a smaller gap would decide it",
        ),
    ],
)
def test_an_undecided_answer_says_what_it_waits_for(decides: str, said: str) -> None:
    results, _ = make(0)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    claim = next(item for item in results["claims"] if item["id"] == "C")
    claim |= {"outcome": "undecided", "decides": decides}
    assert short(results) == f"This study cannot tell yet: {said}"
