"""Claim B: does the flow of a machine that learned a short-range lattice end at its critical point?"""

from __future__ import annotations

from collections.abc import Mapping

from spinlens.study.claims import by_recipe, gate
from spinlens.study.claims.by_recipe import Judged, finding, judged
from spinlens.study.claims.effects import decide
from spinlens.study.claims.ends import MARGINS, end_effects, temperature_at_all
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.claims.verdict import Finding, Outcome, Part, Verdict, joined, of_kind
from spinlens.study.claims.words import summary
from spinlens.study.results_document import Results

CLAIM = "The RBM flow of the nearest-neighbour lattice ends at its critical point, with its scaling dimensions."
RULE = (
    f"Supported when the ends of the flows are inside all margins by three errors ({MARGINS}), contradicted when they "
    f"are outside one of them (Holm over all). {by_recipe.RULE} {gate.RULE}"
)
_OUTCOMES: Mapping[str, Outcome] = {"inside": "supported", "outside": "contradicted"}


def claim_b(results: Results) -> Verdict:
    """Judge claim B on the short-range models."""
    findings = [judge_short_range(model) for model in of_kind(results, short_range=True)]
    return joined("B", CLAIM, RULE, findings, "short-range model")


def judge_short_range(model: Results) -> Finding:
    """Claim B for one model."""
    recipes = trained(model)
    return finding(model, recipes, gate.gate(model), _judge, grids(recipes))


def _judge(recipe: Recipe) -> Judged:
    side, effects = decide(end_effects(recipe))
    return judged(recipe, side, summary(side, effects), effects, _OUTCOMES)


def grids(recipes: list[Recipe]) -> list[Part]:
    """Recipes that learned from several temperatures, of which it is asked whether their ends have one at all."""
    return [_grid(recipe) for recipe in recipes if not recipe.critical]


def _grid(recipe: Recipe) -> Part:
    side, effects = decide(temperature_at_all(recipe))
    found = {"inside": "inside", "outside": "no temperature"}.get(side, "undecided")
    words = {"inside": "ends at one temperature: ", "no temperature": "ends at no temperature: "}.get(found, "")
    because = f"{words}{summary(side, effects)}"
    return Part(recipe.subject, found, recipe.about, len(recipe.machines), because)
