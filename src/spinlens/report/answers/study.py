"""The answer of a study: made of its verdicts, in words, with its numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spinlens.report.answers.answer import Answer, Fact, said, small
from spinlens.report.findings import findings
from spinlens.report.machine_points import end_temperatures
from spinlens.report.methods import recipe_words
from spinlens.report.tables import MISSING
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import over_machines
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.claims.words import BETTER, times_the_states
from spinlens.study.results_document import Results, entries, label, measured, models, reference, section

QUESTION = "Does the flow of a machine find the critical point of the long-range lattice that it learned from?"

CLAIMS: Mapping[str, str] = {
    "A": "Monte Carlo finds T_c, Δ_s, Δ_ε of the long-range lattice",
    "B": "Nearest-neighbour flows end at the critical point",
    "C": "Long-range flows miss its Δ_s and Δ_ε",
    "C′": "Learned couplings follow J(r) through its tail",
    "D": "A learned coarse-graining differs in kind from block spins",
    "E": "The stack cools where block spins heat",
    "F": "Nearest neighbours differ in D and E",
    "G": "Flows end at T_c whatever grid they learned from",
}
"""Each claim in a few words."""

_OPEN = {"undecided": "This study cannot tell yet", "not assayed": "This study cannot tell: its own controls failed"}
_YES = "Yes: the flow ends at the critical point, against what the paper says"
_NO = "No, as the paper says: even a machine that has learned the lattice flows elsewhere"
_DEPENDS = {
    True: "Yes where the machine has learned the lattice at T_c, no where it has not",
    False: "No where the machine has learned the lattice, yes where it has not",
}


@dataclass(frozen=True)
class Group:
    """The machines of one recipe at T_c: where their flows end, beside the gap to the lattice."""

    recipe: str
    learned: bool
    gap: Estimate | None
    found: str
    temperature: Estimate | None
    delta_spin: Estimate | None
    waiting: str = ""


def study_answer(results: Results) -> Answer:
    """Question, answer, at most four sentences behind it, and four numbers."""
    return Answer(QUESTION, f"{short(results)}.", sentences(results), facts(results), words(results), setting(results))


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
        f"Study {named}: Ising lattices of {size} × {size} spins ({which}), {machines} restricted Boltzmann machines "
        "trained on their states. Brackets: one standard deviation, in the last digits."
    )


def words(results: Results) -> str:
    """What the words of the sentences mean, the recipes that they name among them."""
    recipes = entries(section(section(results, "study"), "machines"), "recipes")
    how = {str(recipe.get("name")): recipe_words(recipe) for recipe in recipes}
    every = [group for model in models(results).values() for group in _extremes(groups(results, model, "C"))]
    named = dict.fromkeys(group.recipe for group in every if not group.learned and group.recipe in how)
    return " ".join([_WORDS, *(f"{name}: {how[name]}." for name in named)]) if every else ""


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
    if far == "depends on training":
        return _DEPENDS[_learned_reach(results)] + "; nearest neighbours do the same" * (near == far)
    return _YES if far == "contradicted" else _NO + _beside(near)


def _beside(near: str | None) -> str:
    """What nearest neighbours do where the long-range flow misses."""
    return {"supported": "; that of nearest neighbours does not", "contradicted": "; nearest neighbours, too"}.get(
        str(near), ""
    )


def _needed(results: Results) -> str:
    """What an undecided answer waits for: machines that have learned the lattice, or more states."""
    every = [group for model in _of(results, False) for group in groups(results, model, "C")]
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
    every = [group for model in _of(results, False) for group in groups(results, model, "C")]
    return any(group.learned and group.found == "inside" for group in every)


def sentences(results: Results) -> tuple[str, ...]:
    """What stands behind the answer, from the claims about long range to those about the training set."""
    said_of_flows = [
        _flows(groups(results, model, claim), label(model))
        for claim, near in (("C", False), ("B", True))
        for model in _of(results, near)
    ]
    rest = [line.text for line in findings(results) if line.claims[0][0] in ("D", "G")]
    return tuple([*filter(None, said_of_flows), *rest][:4])


def _of(results: Results, short_range: bool) -> list[Results]:
    return [model for model in models(results).values() if model.get("short_range") is short_range]


def groups(results: Results, model: Results, claim: str) -> list[Group]:
    """The recipes at T_c of a model, from the smallest gap on; all recipes where none learned at T_c."""
    parts = [part for item in entries(results, "claims") if item.get("id") == claim for part in entries(item, "parts")]
    found = {str(part.get("subject")): str(part.get("found")) for part in parts}
    open_ones = {
        str(effect.get("subject")): str(effect.get("name"))
        for item in entries(results, "claims")
        if item.get("id") == claim
        for effect in entries(item, "effects")
        if effect.get("side") == "undecided"
    }
    recipes = trained(model)
    own = [_group(model, recipe, found, open_ones) for recipe in [r for r in recipes if r.critical] or recipes]
    return sorted(own, key=lambda group: float("inf") if group.gap is None else group.gap.value)


def _group(model: Results, recipe: Recipe, found: Mapping[str, str], waiting: Mapping[str, str]) -> Group:
    ends = [section(section(machine, "end"), "all") for machine in recipe.machines]
    return Group(
        recipe.name,
        recipe.stratum == "learned",
        recipe.gap,
        found.get(recipe.subject, ""),
        over_machines(end_temperatures(model, machine).get("energy") for machine in recipe.machines),
        over_machines(measured(section(end, "excess").get("delta_spin")) for end in ends),
        waiting.get(recipe.subject, ""),
    )


def _flows(found: Sequence[Group], where: str) -> str:
    """Where the flows of the best and of the worst recipe end; empty without machines."""
    ends = [_end(group, first=k == 0) for k, group in enumerate(_extremes(found))]
    return f"{where[0].upper()}{where[1:]}: {'; '.join(ends)}." if ends else ""


def _extremes(found: Sequence[Group]) -> Sequence[Group]:
    """The first and the last, or the only one."""
    return found[:: max(1, len(found) - 1)]


def _end(group: Group, first: bool) -> str:
    of = "machines that have learned it" if group.learned else "" if not first else "machines trained by"
    who = f"{'flows' if first else 'those'} of {of}".rstrip()
    numbers = [f"T = {said(group.temperature)} T_c"] if group.temperature else []
    numbers += [f"Δ_s off by {said(group.delta_spin)}"] if group.delta_spin else []
    verb = _VERBS.get(group.found, "end")
    verb += f" by {group.waiting}" * bool(group.found == "undecided" and group.waiting)
    return f"{f'{who} {_named(group)}'.rstrip()} {verb}{': ' * bool(numbers)}{', '.join(numbers)}"


_VERBS = {
    "inside": "end at the critical point",
    "outside": "miss it",
    "elsewhere": "end elsewhere",
    "no temperature": "end at no temperature",
    "undecided": "are not decided yet",
}


def _named(group: Group) -> str:
    gap = "" if group.gap is None else f"gap {small(group.gap)}"
    if group.learned:
        return f"({gap})" if gap else ""
    return f"{group.recipe}{f' ({gap})' if gap else ''}"


def facts(results: Results) -> tuple[Fact, ...]:
    """T_c beside the known one, what the best and the worst machines get wrong, how many claims are decided."""
    found: list[Fact] = []
    for model in _of(results, False)[:1]:
        found += [_critical(model), *_misses(groups(results, model, "C"))]
    return (*found, *_decided(results))


def _critical(model: Results) -> Fact:
    known = reference(section(model, "reference").get("temperature"))
    note = f"{label(model)}{f'; known: {said(known)}' if known else ''}"
    return Fact("T_c / J by Monte Carlo", said(measured(section(model, "critical").get("temperature"))), note)


def _misses(found: Sequence[Group]) -> list[Fact]:
    shown = [group for group in found if group.delta_spin is not None]
    return [
        Fact(
            f"{'learned' if group.learned else group.recipe} machines miss Δ_s by",
            said(group.delta_spin),
            f"gap {small(group.gap)} nats a site" if group.gap else "gap unknown",
        )
        for group in _extremes(shown)
    ]


def _decided(results: Results) -> list[Fact]:
    outcomes = Counter(str(claim.get("outcome")) for claim in entries(results, "claims"))
    if not outcomes:
        return [Fact("claims decided", MISSING, "no verdicts")]
    decided = sum(count for outcome, count in outcomes.items() if outcome not in _OPEN)
    note = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
    return [Fact("claims decided", f"{decided} of {outcomes.total()}", note)]
