"""Claim C: does the flow of a machine that learned a long-range lattice miss its scaling dimensions?"""

from __future__ import annotations

from collections.abc import Mapping

from spinlens.study.claims import by_recipe, gate
from spinlens.study.claims.by_recipe import Judged, finding, judged
from spinlens.study.claims.effects import Effect, Side, decide
from spinlens.study.claims.ends import MARGINS, dimension_effects, end_effects
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.claims.short_range_end import grids
from spinlens.study.claims.verdict import Finding, Outcome, Verdict, joined, of_kind
from spinlens.study.claims.words import summary
from spinlens.study.results_document import Results

CLAIM = (
    "The RBM is short-sighted: its flow of the power-law lattice ends with scaling dimensions other than those of the "
    "critical point."
)
RULE = (
    f"Supported when Δ_s or Δ_ε is outside its margin by three errors (Holm over the two), contradicted when the ends "
    f"of the flows are inside all margins ({MARGINS}); ends that are outside in T or D alone, with both dimensions "
    f"inside, say neither. {by_recipe.RULE} {gate.RULE}"
)
_OUTCOMES: Mapping[str, Outcome] = {"inside": "contradicted", "outside": "supported"}


def claim_c(results: Results) -> Verdict:
    """Judge claim C on the power-law models."""
    findings = [judge_long_range(model) for model in of_kind(results, short_range=False)]
    return joined("C", CLAIM, RULE, findings, "power-law model")


def judge_long_range(model: Results) -> Finding:
    """Claim C for one model."""
    recipes = trained(model)
    return finding(model, recipes, gate.gate(model), _judge, grids(recipes))


def _judge(recipe: Recipe) -> Judged:
    every = end_effects(recipe)
    names = {effect.name for effect in dimension_effects(recipe)}
    of_dimensions, dimensions = decide([effect for effect in every if effect.name in names])
    of_others, others = decide([effect for effect in every if effect.name not in names])
    found = _found(of_dimensions, of_others)
    effects = (*others, *dimensions)
    asked = dimensions if of_others == "outside" else effects
    return judged(recipe, found, _because(found, dimensions, others), effects, _OUTCOMES, asked)


def _found(dimensions: Side, others: Side) -> str:
    if dimensions == "outside":
        return "outside"
    if dimensions == "inside" and others == "outside":
        return "elsewhere"
    return "inside" if dimensions == others == "inside" else "undecided"


def _because(found: str, dimensions: tuple[Effect, ...], others: tuple[Effect, ...]) -> str:
    if found == "outside":
        return summary("outside", dimensions)
    if found == "inside":
        return summary("inside", (*others, *dimensions))
    if not any(effect.side == "outside" for effect in others):
        return summary("undecided", (*others, *dimensions))
    beside = summary("outside", others)
    if found == "elsewhere":
        return f"{beside}, with the scaling dimensions of the lattice all the same"
    return f"{summary('undecided', dimensions)}; {beside}"
