"""The sentence on what a larger study would decide: which claims, with what, and how long that takes here."""

from __future__ import annotations

import pytest

from spinlens.report.answers.larger import larger_study

RUNS = {"runs": [{"workers": 2, "task_seconds": {"scan/square/L8": 120.0}}]}


def claim(name: str, outcome: str, decides: str = "") -> dict[str, str]:
    return {"id": name, "outcome": outcome, "decides": decides}


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ([], ""),
        ([claim("A", "supported"), claim("G", "contradicted")],
         "All 2 claims are decided here; more states would make their errors smaller."),
        ([claim("A", "undecided")], ""),
        ([claim("A", "supported"), claim("B", "not assayed")], ""),
        ([claim("A", "undecided", "power law: about 5.0 times the states (for T_c).")],
         "A larger study would decide A with 5 times the states (about 5 min on 2 cores)."),
        ([claim("A", "undecided", "about 5.0 times the states"), claim("B", "supported"),
          claim("C", "undecided", "machines with a smaller gap rather than more states: Δ_s lies at its margin."),
          claim("G", "undecided", "4 more machines")],
         "A larger study would decide A with 5 times the states (about 5 min on 2 cores), "
         "C with machines with a smaller gap and G with 4 more machines."),
        ([claim("A", "undecided", "power law: nothing soon: T_c lies at its margin."), claim("B", "supported")],
         "More states soon decide nothing of A."),
        ([claim("A", "undecided", "nothing soon: T_c lies at its margin."),
          claim("F", "undecided", "A power-law model."),
          claim("C", "undecided", "exact: about 1.5 times the states; learned: machines with a smaller gap"),
          claim("G", "undecided", "square: " + "a very long sentence " * 4)],
         "A larger study would decide F with a power-law model, C with 1.5 times the states and machines with a "
         "smaller gap and G. More states soon decide nothing of A."),
    ],
)  # fmt: skip
def test_it_says_what_more_would_tell(claims: list[dict[str, str]], said: str) -> None:
    assert larger_study({"claims": claims}, RUNS) == said
