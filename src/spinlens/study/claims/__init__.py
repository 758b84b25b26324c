"""The claims under test and the rule that decides each, written before the data: `judge_all(results)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spinlens.study.claims.control import claim_f
from spinlens.study.claims.critical_point import claim_a
from spinlens.study.claims.direction import claim_e
from spinlens.study.claims.fixed_point import claim_b, claim_c
from spinlens.study.claims.localization import claim_d
from spinlens.study.claims.verdict import Evidence, Outcome, Verdict

__all__ = [
    "RULES", "Evidence", "Outcome", "Verdict",
    "claim_a", "claim_b", "claim_c", "claim_d", "claim_e", "claim_f", "judge_all",
]  # fmt: skip

RULES: tuple[Callable[[Mapping[str, Any]], Verdict], ...] = (claim_a, claim_b, claim_c, claim_d, claim_e, claim_f)


def judge_all(results: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """The verdict on every claim, in the order A to F, from the `results` of a study.

    Numbers that are missing, not finite or without an error never decide anything: the claim is then undecided.

    >>> [f"{verdict.id}: {verdict.outcome}" for verdict in judge_all({"models": {}})][:2]
    ['A: undecided', 'B: undecided']
    """
    return tuple(rule(results) for rule in RULES)
