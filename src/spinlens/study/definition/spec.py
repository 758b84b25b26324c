"""What a study computes: a TOML file, checked before anything is run."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from spinlens.study.definition.coarse import CoarseSection, PublishedSection
from spinlens.study.definition.recipes import ControlsSection, MachinesSection, RecipeSection, StackSection
from spinlens.study.definition.sections import (
    GIVEN_SETS,
    CriticalitySection,
    EnsemblesSection,
    FlowsSection,
    ModelSection,
    Section,
    StudySection,
    ThermometersSection,
    unique,
)

_MOST_MACHINES = 250_000  # so that the list of tasks of any file fits into memory
_SMALLEST_SIDE = 3  # of a lattice of blocks


class Study(Section):
    """A study as resolved: every number that is not fixed by the physics.

    >>> Study().criticality.sizes
    (8, 16, 32)
    """

    study: StudySection = StudySection()
    models: tuple[ModelSection, ...] = Field(
        (
            ModelSection(name="nearest-neighbour", coupling="nearest-neighbour"),
            ModelSection(name="power-law", coupling="power-law", sigma=1.2, images="periodic"),
        ),
        min_length=1,
    )
    criticality: CriticalitySection = CriticalitySection()
    ensembles: EnsemblesSection = EnsemblesSection()
    machines: MachinesSection = MachinesSection()
    controls: ControlsSection = ControlsSection()
    stack: StackSection = StackSection()
    coarse: CoarseSection = CoarseSection()
    published: PublishedSection = PublishedSection()
    flows: FlowsSection = FlowsSection()
    thermometers: ThermometersSection = ThermometersSection()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unique("models", [model.name for model in self.models])
        machines = sum(map(self.count, self.machines.recipes)) + len(self.controls.kinds) * self.controls.seeds
        count = len(self.models) * (machines + self.stack.seeds + self.coarse.seeds)
        if count > _MOST_MACHINES:
            raise ValueError(
                f"models x (recipes x seeds + controls + stacks + coarse) are {count}; at most {_MOST_MACHINES}"
            )
        self._check_recipes()
        self._check_controls()
        self._check_layers()
        self.coarse.check(self.ensembles.size)
        self.published.check(self.ensembles.size)
        return self

    @property
    def stacked(self) -> bool:
        """Whether there are stacks and flows through them."""
        return bool(self.stack.seeds and self.flows.starts)

    @property
    def blocked(self) -> bool:
        """Whether there are flows of block spins."""
        return bool(self.flows.rules and self.flows.starts)

    @property
    def sides(self) -> list[int]:
        """L of the ensembles, then of the layers of blocks, stacks and coarse-grainings above it."""
        layers = len(self.stack.hidden) if self.stacked or self.blocked else 0
        own = [self.ensembles.size // 2**layer for layer in range(layers + 1)]
        return max(own, self.coarse.sides(self.ensembles.size), key=len)

    @property
    def like(self) -> RecipeSection | None:
        """The recipe of the controls that are trained as another machine is; None where there is none."""
        recipes = {recipe.name: recipe for recipe in self.machines.recipes}
        if self.controls.like:
            return recipes.get(self.controls.like)
        return next((recipe for recipe in recipes.values() if not recipe.torus), None)

    def units(self, recipe: RecipeSection) -> int:
        """Hidden units of the machines of a recipe."""
        return recipe.units(self.ensembles.size, self.machines.hidden)

    def count(self, recipe: RecipeSection) -> int:
        """How many machines of a recipe there are."""
        return recipe.seeds or self.machines.seeds

    def _check_recipes(self) -> None:
        known = [*GIVEN_SETS, *(grid.name for grid in self.ensembles.grids)]
        sets = {f"recipe {recipe.name}": recipe.training_set for recipe in self.machines.recipes}
        if self.stack.seeds:
            sets["stack"] = self.stack.training_set
        if self.coarse.seeds:
            sets["coarse"] = self.coarse.training_set
        for what, training_set in sets.items():
            if training_set not in known:
                raise ValueError(f"{what}: training_set must be one of {', '.join(known)}, got {training_set!r}")
        for recipe in self.machines.recipes:
            recipe.check(self.ensembles.size, self.machines.hidden)

    def _check_controls(self) -> None:
        kinds, controls = self.controls.kinds, self.controls
        unique("recipes and controls", [*(recipe.name for recipe in self.machines.recipes), *kinds])
        if controls.like and self.like is None:
            names = ", ".join(recipe.name for recipe in self.machines.recipes)
            raise ValueError(f"controls.like must be one of the recipes {names}, got {controls.like!r}")
        alike = [kind for kind in kinds if kind in ("geometry-free", "mean-field", "redrawn")]
        if alike and self.like is None:
            raise ValueError(f"controls.kinds holds {alike[0]!r}, which needs a recipe without torus, or controls.like")
        if "redrawn" in kinds and self.like is not None and controls.seeds > self.count(self.like):
            raise ValueError(f"redrawn machines need controls.seeds <= the machines of {self.like.name}")

    def _check_layers(self) -> None:
        if not self.stacked and not self.blocked:
            return
        size, layers = self.ensembles.size, len(self.stack.hidden)
        sides = [size // 2 ** (layer + 1) for layer in range(layers)]
        if size % 2**layers or sides[-1] < _SMALLEST_SIDE:
            raise ValueError(
                f"{layers} layers of 2x2 blocks do not fit on size {size}: give stack.hidden fewer layers, or "
                "none with stack.seeds = 0 and flows.rules = []"
            )
        missing = [start for start in self.flows.starts if start not in self.ensembles.temperatures]
        if missing:
            raise ValueError(f"flows.starts holds {missing[0]}, which is not among ensembles.temperatures")
        if self.stacked:
            if list(self.stack.hidden) != [side**2 for side in sides]:
                raise ValueError(f"stack.hidden must be blocks of 2x2 of size {size}: {[side**2 for side in sides]}")
            self.stack.check()
            self._check_bottom()

    def _check_bottom(self) -> None:
        bottom, recipes = self.stack.bottom, {recipe.name: recipe for recipe in self.machines.recipes}
        if not bottom:
            return
        if bottom not in recipes:
            raise ValueError(f"stack.bottom must be one of the recipes {', '.join(recipes)}, got {bottom!r}")
        if self.stack.hidden[0] != self.units(recipes[bottom]) or self.stack.seeds > self.count(recipes[bottom]):
            raise ValueError("stack.bottom needs stack.hidden[0] = its hidden units, and as many machines of it")
        if self.stack.training_set != recipes[bottom].training_set:
            raise ValueError(f"stack.training_set must be that of {bottom}, {recipes[bottom].training_set!r}")
