"""Claim F: do claims D and E come out differently for the nearest-neighbour lattice?"""

from __future__ import annotations

from spinlens.study.claims.direction import judge_direction
from spinlens.study.claims.localization import judge_localization
from spinlens.study.claims.verdict import Evidence, Outcome, Verdict, of_kind, unanimous
from spinlens.study.results_document import Results

CLAIM = (
    "What the stacked machine does to long-range states (D and E) differs from what it does to nearest-neighbour ones."
)
RULE = (
    "The rules of D and E are applied to the nearest-neighbour lattice as well. Supported when both are supported for "
    "the power law and both contradicted for nearest neighbours; contradicted when both are decided and come out the "
    "same for the two lattices; undecided otherwise."
)


def claim_f(results: Results) -> Verdict:
    """Judge claim F from the outcomes of D and E on both kinds of lattice."""
    found = {name: (_of(results, name, False), _of(results, name, True)) for name in ("D", "E")}
    shown = tuple(
        Evidence(f"claim {name} on {kind}", note=outcome)
        for name, outcomes in found.items()
        for kind, outcome in zip(("the power law", "nearest neighbours"), outcomes, strict=True)
    )
    because = "; ".join(
        f"{name}: {far} for the power law, {near} for nearest neighbours" for name, (far, near) in found.items()
    )
    return Verdict("F", CLAIM, RULE, _judge(list(found.values())), f"{because}.", shown)


def _of(results: Results, name: str, short_range: bool) -> Outcome:
    judge = judge_localization if name == "D" else judge_direction
    return unanimous(judge(model).outcome for model in of_kind(results, short_range))


def _judge(pairs: list[tuple[Outcome, Outcome]]) -> Outcome:
    if all(pair == ("supported", "contradicted") for pair in pairs):
        return "supported"
    same = all(far == near and far != "undecided" for far, near in pairs)
    return "contradicted" if same else "undecided"
