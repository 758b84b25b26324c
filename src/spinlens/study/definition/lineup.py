"""Which machines a study makes: those of its recipes, and the controls beside them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from spinlens.study.definition.recipes import RecipeSection
from spinlens.study.definition.spec import Study

Kind = Literal["trained", "exact", "redrawn"]

NO_STATES = "none"
"""The training set of machines that learned nothing."""

_LAZY = RecipeSection(
    name="lazily", training_set="critical", updates=2000, learning_rate=5e-4, control=True
)  # stays on the mean-field saddle


@dataclass(frozen=True)
class PlannedMachine:
    """One machine: what results say of it, and for those that are trained `options` of `RBM` phase by phase.

    `ends` are the states that are drawn of it from either start.
    """

    recipe: str
    number: int
    kind: Kind
    control: bool
    training_set: str
    family: str
    tied: bool
    ends: int
    hidden: int | None = None
    options: tuple[dict[str, Any], ...] = ()

    def about(self) -> dict[str, Any]:
        """What results say of it, JSON-able; the exact machine's `hidden` follows from its bonds."""
        names = ("recipe", "number", "kind", "control", "training_set", "family", "tied", "hidden")
        return {name: getattr(self, name) for name in names}


_NOT_OF_A_FAMILY = {"name", "training_set", "seeds", "ends"}


def lineup(study: Study) -> list[PlannedMachine]:
    """All machines of each model, those of one recipe together."""
    return [*_trained(study), *_controls(study)]


def _trained(study: Study) -> Iterator[PlannedMachine]:
    families = _families(study)
    for recipe in study.machines.recipes:
        for number in range(study.count(recipe)):
            yield _of_recipe(study, recipe, recipe.name, number, families[recipe.name], recipe.training_set)


def _of_recipe(
    study: Study, recipe: RecipeSection, name: str, number: int, family: str, training_set: str, control: bool = False
) -> PlannedMachine:
    options = tuple(recipe.options(study.ensembles.size))
    return PlannedMachine(
        name, number, "trained", control or recipe.control, training_set, family, recipe.torus, _ends(study, recipe),
        study.units(recipe), options,
    )  # fmt: skip


def _ends(study: Study, recipe: RecipeSection) -> int:
    return study.flows.ends if recipe.ends is None else recipe.ends


def _ends_of_exact(study: Study) -> int:
    """The one exact machine stands beside means over machines, and is given more."""
    return 2 * max(study.flows.ends * 2, *(_ends(study, recipe) for recipe in study.machines.recipes))


def _controls(study: Study) -> Iterator[PlannedMachine]:
    like = study.like
    for kind in study.controls.kinds:
        for number in range(1 if kind == "exact" else study.controls.seeds):
            if kind == "exact":
                yield PlannedMachine("exact", number, "exact", True, NO_STATES, "exact", False, _ends_of_exact(study))
            elif kind == "lazy":
                lazy = _LAZY if like is None or like.torus else _LAZY.model_copy(update={"hidden": like.hidden})
                yield _of_recipe(study, lazy, kind, number, kind, lazy.training_set, True)
            elif like is not None and kind == "redrawn":
                hidden = study.units(like)
                yield PlannedMachine(kind, number, "redrawn", True, NO_STATES, kind, False, _ends(study, like), hidden)
            elif like is not None:
                yield _of_recipe(study, like, kind, number, kind, kind, True)


def _families(study: Study) -> dict[str, str]:
    """Recipe → the first one that trains in the same way, on whatever set, however many there are and are read."""
    first: dict[str, str] = {}
    return {
        recipe.name: first.setdefault(recipe.model_dump_json(exclude=_NOT_OF_A_FAMILY), recipe.name)
        for recipe in study.machines.recipes
    }
