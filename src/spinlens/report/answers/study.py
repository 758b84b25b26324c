"""The answer of a study: made of its verdicts, in words, with its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.report.answers.answer import Answer, Fact, said, small
from spinlens.report.answers.groups import Group, extremes, groups, of_range
from spinlens.report.answers.larger import larger_study
from spinlens.report.answers.temperature import temperature_alone
from spinlens.report.findings import findings
from spinlens.report.methods import recipe_words
from spinlens.report.tables import MISSING
from spinlens.study.claims.recipes import trained
from spinlens.study.claims.verdict import DEPENDS, OPEN
from spinlens.study.claims.words import BETTER, times_the_states
from spinlens.study.results_document import Results, entries, label, measured, models, reference, section

QUESTION = "Does the flow of a machine find the critical point of the long-range lattice that it learned from?"

_OPEN = {"undecided": "This study cannot tell yet", "not assayed": "This study cannot tell: its own controls failed"}
_YES = "Yes: the flow ends at the critical point, against what the paper says"
_NO = "No, as the paper says: even a machine that has learned the lattice flows elsewhere"
_ELSEWHERE = "That depends on the range: its long-range lattices come out differently"
_DEPENDS = {
    True: "Only where the machine has learned the lattice at T_c: others miss its scaling dimensions",
    False: "No where the machine has learned the lattice, yes where it has not",
}


def study_answer(results: Results, provenance: Mapping[str, Any] | None = None) -> Answer:
    """Question, answer, at most four sentences behind it, and four numbers; `provenance` says how long tasks took."""
    more = larger_study(results, provenance or {})
    return Answer(
        QUESTION, f"{short(results)}.", sentences(results), facts(results), words(results), setting(results), more
    )


def setting(results: Results) -> str:
    """The lattices and machines in a line, and what brackets mean."""
    study = section(results, "study")
    size, named = section(study, "ensembles").get("size"), str(study.get("name") or "")
    if size is None:
        return ""
    lattices = [
        f"{label(model)}{', J(r) = r^{−(2+σ)},' if model.get('short_range') is False else ''}"
        for model in sorted(models(results).values(), key=lambda model: model.get("short_range") is True)
    ]
    machines = sum(len(recipe.machines) for model in models(results).values() for recipe in trained(model))
    which = " and ".join(lattices).rstrip(",")
    return (
        f"Study {named} of the claims of arXiv:2002.02664: Ising lattices of {size} × {size} spins ({which}), "
        f"{machines} restricted Boltzmann machines trained on their states. Brackets: one standard deviation, in the "
        "last digits."
    )


def words(results: Results) -> str:
    """What the words of the sentences mean, the recipes that they name among them."""
    recipes = entries(section(section(results, "study"), "machines"), "recipes")
    how = {str(recipe.get("name")): recipe_words(recipe) for recipe in recipes}
    every = [group for model in models(results).values() for group in extremes(groups(results, model, "C"))]
    named = dict.fromkeys(group.recipe for group in every if not group.learned and group.recipe in how)
    explained = [f"{name}: {how[name]}." for name in named]
    return " ".join([_WORDS, *_effective(results), *explained]) if every else ""


def _effective(results: Results) -> list[str]:
    """That dimensions of a finite lattice are effective ones, with both numbers of the long-range lattice."""
    for model in of_range(results, False)[:1]:
        exact = reference(section(model, "reference").get("delta_spin"))
        own, size = measured(section(model, "equilibrium").get("delta_spin")), model.get("size")
        if exact is not None and own is not None and size is not None:
            here = f"{label(model)} has Δ_s = {said(own)} at T_c and L = {size}, {said(exact)} at L → ∞"
            return [f"They are effective ones: {here}."]
    return []


_WORDS = (
    "Flow: states of the lattice pass through a restricted Boltzmann machine and back, v → h → v′ → …, until they have "
    "forgotten their start. Gap: how far its distribution is from that of the lattice, ⟨ln p_{lattice} − ln "
    "p_{machine}⟩, in nats a site. Δ_s, Δ_ε: scaling dimensions of spin and energy, beside the lattice at the same T "
    "and L."
)


def short(results: Results) -> str:
    """The answer in one sentence without its full stop."""
    outcomes = {str(claim.get("id")): str(claim.get("outcome")) for claim in entries(results, "claims")}
    far, near = outcomes.get("C"), outcomes.get("B")
    if far is None:
        return "This study has judged no flow of a long-range lattice"
    if far in _OPEN:
        return _OPEN[far] + (_needed(results) if far == "undecided" else "")
    if far == DEPENDS:
        return _ELSEWHERE
    if far == "depends on training":
        return _DEPENDS[_learned_reach(results)] + "; the same for nearest neighbours" * (near == far)
    return _YES if far == "contradicted" else _NO + _beside(near)


def _beside(near: str | None) -> str:
    """What nearest neighbours do where the long-range flow misses."""
    return {"supported": "; that of nearest neighbours does not", "contradicted": "; nearest neighbours, too"}.get(
        str(near), ""
    )


def _needed(results: Results) -> str:
    """What an undecided answer waits for: machines that have learned the lattice, or more states."""
    every = [group for model in of_range(results, False) for group in groups(results, model, "C")]
    if not any(group.learned for group in every):
        return ": it holds no machine that has learned the lattice"
    claim = next((item for item in entries(results, "claims") if item.get("id") == "C"), {})
    decides = str(claim.get("decides") or "")
    if BETTER in decides:
        return f": {BETTER} would decide it"
    more = times_the_states(decides)
    return "" if more is None else f": about {more:.2g} times its states would decide it"


def _learned_reach(results: Results) -> bool:
    """Whether it is the learned machines whose flows end at the critical point."""
    every = [group for model in of_range(results, False) for group in groups(results, model, "C")]
    return any(group.learned and group.found == "inside" for group in every)


def sentences(results: Results) -> tuple[str, ...]:
    """What stands behind the answer beside the table of effects: blocks, training sets, and what T alone says."""
    lines = [line.text for line in findings(results) if line.claims[0][0] in ("D", "G")]
    return tuple(filter(None, (*lines, temperature_alone(results))))


def facts(results: Results) -> tuple[Fact, ...]:
    """T_c beside the known one, what the best and the worst machines get wrong, how many claims are decided.

    Of several long-range lattices the first, which is then named.
    """
    found: list[Fact] = []
    far = of_range(results, False)
    for model in far[:1]:
        where = f", {label(model)}" if len(far) > 1 else ""
        found += [_critical(model), *_misses(groups(results, model, "C"), where)]
    return (*found, *_decided(results))


def _critical(model: Results) -> Fact:
    known = reference(section(model, "reference").get("temperature"))
    note = f"{label(model)}{f'; known: {said(known)}' if known else ''}"
    return Fact("T_c / J by Monte Carlo", said(measured(section(model, "critical").get("temperature"))), note)


def _misses(found: Sequence[Group], where: str) -> list[Fact]:
    shown = [group for group in found if group.delta_spin is not None]
    return [
        Fact(
            f"{'learned' if group.learned else group.recipe} machines miss Δ_s by",
            said(group.delta_spin),
            f"gap {small(group.gap)} nats a site{where}" if group.gap else f"gap unknown{where}",
        )
        for group in extremes(shown)
    ]


def _decided(results: Results) -> list[Fact]:
    outcomes = Counter(str(claim.get("outcome")) for claim in entries(results, "claims"))
    if not outcomes:
        return [Fact("claims decided", MISSING, "no verdicts")]
    decided = sum(count for outcome, count in outcomes.items() if outcome not in OPEN)
    note = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
    return [Fact("claims decided", f"{decided} of {outcomes.total()}", note)]
