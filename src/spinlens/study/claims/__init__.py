"""The claims under test and the rule that decides each, written before the data: `judge_all(results)`.

Every rule holds effects with errors against margins that were fixed beforehand: `effects`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from spinlens.study.claims.coarse_graining import claim_d
from spinlens.study.claims.composition import claim_g
from spinlens.study.claims.contrast import claim_f
from spinlens.study.claims.couplings import claim_c_prime
from spinlens.study.claims.critical_point import claim_a
from spinlens.study.claims.effects import Effect
from spinlens.study.claims.fixed_temperature import claim_e
from spinlens.study.claims.long_range_end import claim_c
from spinlens.study.claims.short_range_end import claim_b
from spinlens.study.claims.verdict import Evidence, Outcome, Part, Verdict

__all__ = [
    "RULES", "Effect", "Evidence", "Outcome", "Part", "Verdict",
    "claim_a", "claim_b", "claim_c", "claim_c_prime", "claim_d", "claim_e", "claim_f", "claim_g", "judge_all",
]  # fmt: skip

RULES: tuple[Callable[[Mapping[str, Any]], Verdict], ...] = (
    claim_a, claim_b, claim_c, claim_c_prime, claim_d, claim_e, claim_f, claim_g,
)  # fmt: skip


def judge_all(results: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """The verdict on every claim, in the order A, B, C, C′, D, E, F, G, from the `results` of a study.

    Numbers that are missing, not finite or without an error never decide anything: the claim is then undecided.

    >>> [f"{verdict.id}: {verdict.outcome}" for verdict in judge_all({"models": {}})][:2]
    ['A: undecided', 'B: undecided']
    """
    return tuple(rule(results) for rule in RULES)
