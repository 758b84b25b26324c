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
    name="lazily", training_set="critical", epochs=20, learning_rate=5e-4, control=True
)  # stays on the mean-field saddle


@dataclass(frozen=True)
class PlannedMachine:
    """One machine: what results say of it, and for those that are trained `options` of `RBM` phase by phase."""

    recipe: str
    number: int
    kind: Kind
    control: bool
    training_set: str
    family: str
    tied: bool
    hidden: int | None = None
    options: tuple[dict[str, Any], ...] = ()

    def about(self) -> dict[str, Any]:
        """What results say of it, JSON-able; the exact machine's `hidden` follows from its bonds."""
        names = ("recipe", "number", "kind", "control", "training_set", "family", "tied", "hidden")
        return {name: getattr(self, name) for name in names}


def lineup(study: Study) -> list[PlannedMachine]:
    """All machines of each model, those of one recipe together."""
    return [*_trained(study), *_controls(study)]


def _trained(study: Study) -> Iterator[PlannedMachine]:
    families = _families(study)
    for recipe in study.machines.recipes:
        for number in range(study.machines.seeds):
            yield _of_recipe(study, recipe, recipe.name, number, families[recipe.name], recipe.training_set)


def _of_recipe(
    study: Study, recipe: RecipeSection, name: str, number: int, family: str, training_set: str, control: bool = False
) -> PlannedMachine:
    options = tuple(recipe.options(study.ensembles.size))
    return PlannedMachine(
        name, number, "trained", control or recipe.control, training_set, family, recipe.torus, study.units(recipe),
        options,
    )  # fmt: skip


def _controls(study: Study) -> Iterator[PlannedMachine]:
    like = study.like
    for kind in study.controls.kinds:
        for number in range(1 if kind == "exact" else study.controls.seeds):
            if kind == "exact":
                yield PlannedMachine("exact", number, "exact", True, NO_STATES, "exact", False)
            elif kind == "lazy":
                lazy = _LAZY if like is None or like.torus else _LAZY.model_copy(update={"hidden": like.hidden})
                yield _of_recipe(study, lazy, kind, number, kind, lazy.training_set, True)
            elif like is not None and kind == "redrawn":
                hidden = study.units(like)
                yield PlannedMachine(kind, number, "redrawn", True, NO_STATES, kind, False, hidden)
            elif like is not None:
                yield _of_recipe(study, like, kind, number, kind, kind, True)


def _families(study: Study) -> dict[str, str]:
    """Recipe → the first recipe that differs from it in name and training set only."""
    first: dict[str, str] = {}
    return {
        recipe.name: first.setdefault(recipe.model_dump_json(exclude={"name", "training_set"}), recipe.name)
        for recipe in study.machines.recipes
    }
