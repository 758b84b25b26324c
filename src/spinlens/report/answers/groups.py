"""The machines of a recipe as a claim saw them: what it found, how near they are to their lattice, where flows end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from spinlens.report.answers.answer import small
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import over_machines
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.results_document import Results, entries, measured, models, section

Item = TypeVar("Item")


@dataclass(frozen=True)
class Group:
    """The machines of one recipe, as `subject` of a claim; `unsettled` counts those whose chain did not settle."""

    recipe: str
    subject: str
    learned: bool
    gap: Estimate | None
    found: str
    delta_spin: Estimate | None
    machines: int = 0
    unsettled: int = 0

    @property
    def words(self) -> str:
        """What they are called in a sentence, with their gap."""
        who = "learned machines" if self.learned else self.recipe
        return who if self.gap is None else f"{who} (gap {small(self.gap)})"


def of_range(results: Results, short_range: bool) -> list[Results]:
    """The models of short range, or those of long range."""
    return [model for model in models(results).values() if model.get("short_range") is short_range]


def outermost(found: Sequence[Item]) -> list[Item]:
    """The first and the last, for the first screen; what stands between is in the figures and tables of the page.

    >>> outermost("abc"), outermost("a"), outermost("")
    (['a', 'c'], ['a'], [])
    """
    return [*found[:1], *found[1:][-1:]]


def groups(results: Results, model: Results, claim: str) -> list[Group]:
    """The recipes at T_c of a model, from the smallest gap on; all recipes where none learned at T_c."""
    parts = [part for item in entries(results, "claims") if item.get("id") == claim for part in entries(item, "parts")]
    found = {str(part.get("subject")): str(part.get("found")) for part in parts}
    recipes = trained(model)
    own = [_group(recipe, found.get(recipe.subject, "")) for recipe in [r for r in recipes if r.critical] or recipes]
    return sorted(own, key=lambda group: float("inf") if group.gap is None else group.gap.value)


def _group(recipe: Recipe, found: str) -> Group:
    ends = [section(machine, "end") for machine in recipe.machines]
    return Group(
        recipe.name,
        recipe.subject,
        recipe.stratum == "learned",
        recipe.gap,
        found,
        over_machines(measured(section(section(end, "all"), "excess").get("delta_spin")) for end in ends),
        len(recipe.machines),
        sum(end.get("settled") is False for end in ends),
    )


def extremes(found: Sequence[Group]) -> Sequence[Group]:
    """The best, and the worst that misses what the claim asks, or the worst of all."""
    others = found[1:]
    missing = [group for group in others if group.found not in ("inside", "undecided")]
    return [*found[:1], *(missing or others)[-1:]]
