"""Claim G: does the flow find the critical point, or the mean of its training set?"""

from __future__ import annotations

from itertools import combinations

from spinlens.study.claims.bounded import bounded_effect, minus
from spinlens.study.claims.effects import FEWEST, SIGNS, Effect, Side, decide
from spinlens.study.claims.ends import INSTRUMENTS, TEMPERATURE, end_temperature, settled, temperature_effects
from spinlens.study.claims.gate import exact_gate
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.claims.verdict import Finding, Outcome, Part, Verdict, joined
from spinlens.study.claims.words import needed, summary
from spinlens.study.results_document import Results, entries, finite, label, models, section

CLAIM = "Flows of machines trained on a grid of temperatures end at the critical point whatever the grid around it."
RULE = (
    "T_end/T_c by energy, ξ, G(r) and pseudo-likelihood of machines that differ in nothing but the temperatures of "
    "their training grid, each grid with T_c in it, three grids or more with four machines or more each: contradicted "
    "when a difference between grids is outside 2 % by three errors (Holm over all), supported when all are inside and "
    "so are the distances from T_c; the same end elsewhere says neither. Not assayed unless the same instruments read "
    "T_c from the exact machine."
)
FEWEST_GRIDS = 3


def claim_g(results: Results) -> Verdict:
    """Judge claim G on every model that has families of training grids."""
    holding = {"grid", *_grids(results)}
    findings = [judge_composition(model, holding) for model in models(results).values()]
    return joined("G", CLAIM, RULE, [one for one in findings if one] or [_none()], "model")


def judge_composition(model: Results, holding: set[str]) -> Finding | None:
    """Claim G for one model; None where no family has grids enough among those `holding` T_c."""
    families = _families(model, holding)
    if not families:
        return None
    members = [recipe for family in families.values() for recipe in family]
    side, shifts = decide([shift for family in families.values() for shift in composition_effects(family)])
    place, ends = decide([effect for recipe in members for effect in temperature_effects(recipe)])
    own = exact_gate(model, temperature_effects)
    parts = tuple(_part(model, name, family) for name, family in families.items())
    failed = [f"not assayed: {own.failed}"] if own.failed else []
    elsewhere = [f"ends elsewhere: {summary(place, ends)}"] if (side, place) == ("inside", "outside") else []
    because = "; ".join(
        [*failed, *(f"{part.subject.rsplit(', ', 1)[-1]} {part.because}" for part in parts), *elsewhere]
    )
    effects = shifts if side == "outside" else shifts + ends
    decides = own.waiting or needed(effects, min(len(r.machines) for r in members))
    return Finding(
        "not assayed" if failed else "undecided" if own.waiting else _outcome(side, place),
        f"{label(model)}: {because}.",
        shifts + ends + own.effects,
        f"{label(model)}: {own.mend if failed else decides}." if failed or decides else "",
        parts + own.parts,
    )


def _outcome(shifts: Side, place: Side) -> Outcome:
    if shifts == "outside":
        return "contradicted"
    return "supported" if shifts == place == "inside" else "undecided"


def composition_effects(members: list[Recipe]) -> tuple[Effect, ...]:
    """Differences of T_end/T_c between all pairs of grids, by every instrument."""
    return tuple(_shift(a, b, name) for a, b in combinations(members, 2) for name in INSTRUMENTS)


def _shift(first: Recipe, second: Recipe, instrument: str) -> Effect:
    both = [end_temperature(recipe, instrument) if settled(recipe) else None for recipe in (first, second)]
    name = f"T_end/T_c by {INSTRUMENTS[instrument]}, {first.training_set} − {second.training_set}"
    return bounded_effect(name, minus(*both), TEMPERATURE, f"{label(first.model)}, {first.family}")


def _families(model: Results, holding: set[str]) -> dict[str, list[Recipe]]:
    """Recipes that differ in their grid alone, one for each grid, with machines enough."""
    found: dict[str, dict[str, Recipe]] = {}
    for recipe in trained(model):
        if recipe.enough and recipe.training_set in holding:
            found.setdefault(recipe.family, {}).setdefault(recipe.training_set, recipe)
    return {name: list(members.values()) for name, members in found.items() if len(members) >= FEWEST_GRIDS}


def _grids(results: Results) -> list[str]:
    """Names of the study's own grids that contain T_c."""
    return [str(grid.get("name")) for grid in entries(section(section(results, "study"), "ensembles"), "grids")
            if any(finite(T) == 1.0 for T in _temperatures_of(grid))]  # fmt: skip


def _temperatures_of(grid: Results) -> list[object]:
    found = grid.get("temperatures")
    return list(found) if isinstance(found, list | tuple) else []


def _part(model: Results, name: str, members: list[Recipe]) -> Part:
    """One family: where its flows end by the energy, and how far grids move that."""
    side, effects = decide(composition_effects(members))
    ends = ", ".join(f"{recipe.training_set} {_end(recipe)}" for recipe in members)
    because = f"ends at {ends} T_c by energy, shifts {summary(side, effects)}"
    machines = min(len(recipe.machines) for recipe in members)
    return Part(f"{label(model)}, {name}", side, "family of grids", machines, because)


def _end(recipe: Recipe) -> str:
    found = end_temperature(recipe, "energy")
    return "unknown" if found is None else f"{SIGNS[found.bound]}{found.estimate}"


def _none() -> Finding:
    needs = f"{FEWEST_GRIDS} training grids that hold T_c, with {FEWEST} machines or more each"
    return Finding("undecided", f"No family of recipes has {needs}.", decides=f"{needs[0].upper()}{needs[1:]}.")
