"""From recipes to claims: every recipe by itself, those trained at T_c together, those of a grid beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from spinlens.comparisons.gap import LEARNED
from spinlens.study.claims.effects import FEWEST, Effect
from spinlens.study.claims.gate import Gate
from spinlens.study.claims.recipes import Recipe
from spinlens.study.claims.verdict import Finding, Outcome, Part, evidence
from spinlens.study.claims.words import more_machines, needed
from spinlens.study.results_document import Results, label

UNLEARNED = (
    "no recipe trained at T_c is known to have learned the lattice (gap below 10⁻³ nats a site by three errors): "
    "a learned machine is missing"
)
RULE = (
    "Recipes trained at T_c with four machines or more count, and one that has learned (gap below 10⁻³ nats a site) "
    "must be among them; learned machines and others that come out differently are “depends on training”."
)


@dataclass(frozen=True)
class Judged:
    """What is found of one recipe.

    `outcome` is what the claim would be if there were no other recipe, None where it has been decided that it says
    nothing for or against the claim. `decides` says what data would decide it.
    """

    recipe: Recipe
    part: Part
    effects: tuple[Effect, ...]
    outcome: Outcome | None
    decides: str

    @property
    def learned(self) -> bool:
        return self.recipe.stratum == "learned"

    @property
    def counts(self) -> bool:
        return self.recipe.critical and self.recipe.enough


def judged(
    recipe: Recipe,
    found: str,
    because: str,
    effects: tuple[Effect, ...],
    outcomes: Mapping[str, Outcome],
    asked: Sequence[Effect] | None = None,
) -> Judged:
    """A recipe of which `found` ("inside", …) is known; `outcomes` says what that means for the claim.

    `asked` are the effects that wait for more data where those are not all.
    """
    part = Part(recipe.subject, found, recipe.about, len(recipe.machines), because)
    outcome: Outcome | None = "undecided" if found == "undecided" else outcomes.get(found)
    more = needed(effects if asked is None else asked, len(recipe.machines)) if outcome == "undecided" else ""
    return Judged(recipe, part, effects, outcome, more)


def combined(found: Iterable[Judged]) -> tuple[Outcome, str]:
    """The outcome of a claim over the recipes that count, and why it is not decided.

    Learned machines decide. Where any other recipe comes out the other way it depends on training, so that a recipe
    that is undecided keeps the claim undecided: more data never turn one decision into another.
    """
    found = list(found)
    counting = [item for item in found if item.counts]
    learned = [item for item in counting if item.learned]
    if not learned:
        return "undecided", _too_few(found) or UNLEARNED
    said = [item.outcome for item in learned if item.outcome not in ("undecided", None)]
    opinions = dict.fromkeys(item.outcome for item in counting if item.outcome not in ("undecided", None))
    if said and len(opinions) > 1:
        return "depends on training", ""
    waiting = [item.recipe.name for item in counting if item.outcome == "undecided"]
    if waiting:
        return "undecided", f"{' and '.join(waiting)} would have to be decided"
    neither = [item.recipe.name for item in learned if item.outcome is None]
    if neither or not said or said[0] is None:
        return "undecided", f"{' and '.join(neither)} says neither"
    return said[0], ""


def _too_few(found: Iterable[Judged]) -> str:
    """Which learned recipes lack machines; "" where none does."""
    few = [item.recipe for item in found if item.learned and item.recipe.critical and not item.recipe.enough]
    return " and ".join(
        more_machines(len(recipe.machines), f" of {recipe.name} would have to be trained") for recipe in few
    )


def finding(
    model: Results, recipes: Sequence[Recipe], own: Gate, judge: Callable[[Recipe], Judged], beside: Sequence[Part] = ()
) -> Finding:
    """What a rule says of one model: gate, recipes at T_c, and what is shown `beside`."""
    found = [judge(recipe) for recipe in recipes if recipe.critical]
    outcome, why = combined(found)
    undecided = outcome == "undecided"
    parts = (*(item.part for item in found), *beside)
    effects = tuple(effect for item in found for effect in item.effects)
    if not recipes:
        return Finding("undecided", f"{label(model)}: no machines whose flows have ends.", decides=_train(model))
    if own.failed:
        outcome, why = "not assayed", f"not assayed: {own.failed}"
    elif own.waiting:
        outcome, why = "undecided", "; ".join([*([why] if undecided else []), "a control is undecided"])
    because = "; ".join([*([why] if why else []), *map(_sentence, parts)])
    shown = tuple(evidence(f"{recipe.subject}: gap in nats a site", recipe.gap, LEARNED) for recipe in recipes)
    return Finding(
        outcome,
        f"{label(model)}: {because}.",
        effects + own.effects,
        _decides(model, found, own, undecided),
        parts + own.parts,
        shown,
    )


def _sentence(part: Part) -> str:
    name = part.subject.rsplit(", ", 1)[-1]
    few = f", fewer than {FEWEST} decide nothing" if 0 < part.machines < FEWEST else ""
    machines = f"{part.machines} machine{'s' if part.machines != 1 else ''}{few}"
    return f"{name} ({machines}; {part.stratum}) {part.because}"


def _train(model: Results) -> str:
    return f"{label(model)}: machines that are trained at T_c until their gap is below 10⁻³ nats a site."


def _decides(model: Results, found: Sequence[Judged], own: Gate, undecided: bool) -> str:
    """What would decide the claim of one model; empty where it is. `undecided` says whether recipes leave it so."""
    if own.failed:
        return f"{label(model)}: {own.mend}."
    if not undecided:
        return f"{label(model)}: {own.waiting}." if own.waiting else ""
    learned = [item for item in found if item.counts and item.learned]
    if not learned:
        return f"{label(model)}: {few}." if (few := _too_few(found)) else _train(model)
    waiting = [f"{item.recipe.name}: {item.decides}" for item in found if item.counts and item.decides]
    said = "; ".join([*([own.waiting] if own.waiting else []), *waiting])
    return f"{label(model)}: {said or 'other machines'}."
