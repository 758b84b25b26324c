"""The first screen of a search: T_c in the title, held against what is known."""

from __future__ import annotations

from typing import Any

import pytest

from spinlens.report.answers.critical import critical_answer

POINT: dict[str, Any] = {
    "temperature": {"value": 2.27, "error": 0.003}, "delta_spin": {"value": 0.126, "error": 0.002},
    "binder": None, "regime": "short-range", "check": {"contradicted": False},
}  # fmt: skip
KNOWN = {"temperature": {"estimate": {"value": 2.269185, "error": 0.0}, "source": "Onsager 1944"},
         "delta_spin": {"estimate": {"value": 0.125, "error": 0.0}}}  # fmt: skip


def test_the_title_has_the_temperature_and_the_answer_what_it_is_held_against() -> None:
    found = critical_answer("square lattice", POINT, KNOWN, ["fit: chi2 = 1.0, L >= 8"])
    assert found.title == "T_c = 2.270(3) J/k_{B} for the square lattice"
    assert found.short == "0.3 errors above the known 2.269185 (Onsager 1944)."
    assert found.sentences == ("Fit: χ² = 1.0, L ≥ 8.",)
    assert [(fact.name, fact.value, fact.note) for fact in found.facts] == [("Δ_s", "0.126(2)", "known: 0.125")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"check": {"contradicted": True}}, "contradict the class short-range"),
        ({"temperature": None}, "do not cross"),
        ({}, "No value is known"),
    ],
)
def test_what_cannot_be_trusted_or_compared_is_said(changed: dict[str, Any], said: str) -> None:
    assert said in critical_answer("lattice", {**POINT, **changed}, {}).short
