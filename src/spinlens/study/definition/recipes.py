"""Tables of a study file that say how machines are trained: recipes, phases, stacks, controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from spinlens.machines.training.recipe import Recipe
from spinlens.study.definition.sections import Name, Section, Seeds, unique

Rate = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Part = Annotated[float, Field(ge=0, lt=1)]
Decay = Annotated[float, Field(ge=0, le=1)]
Persistent = bool | Literal["growing"]
Optimizer = Literal["sgd", "adam", "natural"]

Control = Literal["exact", "lazy", "geometry-free", "mean-field", "redrawn"]
CONTROLS: tuple[Control, ...] = ("exact", "lazy", "geometry-free", "mean-field", "redrawn")
"""Machines whose answers are known: one that is the lattice, and four that cannot know it."""

LENGTHS = {"epochs", "updates"}  # of a training: one of them

_EPOCHS = 30
_OF_THE_MACHINE = ("hidden", "torus", "stride", "biases", "initial_scale")
_OF_THE_LATTICE = ("torus", "augment")  # true or false here, the sides of the lattice to a machine
_NO_OPTIONS = {"name", "hidden", "training_set", "phases", "control", "ends", "seeds", "upward", "bottom"}


class Training(Section):
    """Options of `RBM` by its names and with its defaults."""

    training_set: Name = Field("grid", description="grid, critical, geometry-free, mean-field or one of the grids")
    steps: PositiveInt = Field(1, description="k of CD-k")
    persistent: Persistent = Field(False, description='chains that go on (PCD); "growing" goes from CD to PCD')
    chains: PositiveInt | None = Field(None, description="of PCD; a batch of them if left out")
    epochs: PositiveInt | None = Field(None, description="passes over the training set, 30 if left out")
    updates: PositiveInt | None = Field(
        None, description="in place of epochs; on part of the states, that passes be whole"
    )
    learning_rate: Rate = Field(0.02, description="of the first half; then it falls")
    final_rate: Rate = Field(0.03, description="of the last update over that of the first half")
    averaging: Part = Field(0.0, description="last part of the updates, whose parameters are averaged")
    batch_size: PositiveInt = Field(100, description="states per update")
    optimizer: Optimizer = Field("sgd", description="how a gradient becomes a step")
    momentum: Part = Field(0.5, description="of sgd")
    epsilon: Positive = Field(1e-8, description="of adam")
    damping: tuple[Positive, Positive] = Field((25.0, 3000.0), description="of natural")
    l1: Decay = Field(0.0, description="decay of the weights, l1 norm")
    biases: bool = Field(False, description="whether units have fields of their own")
    initial_scale: Positive = Field(0.01, description="standard deviation of the first weights")

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        refuse_two_lengths(self.epochs, self.updates)
        if self.epochs is None and self.updates is None:
            object.__setattr__(self, "epochs", _EPOCHS)  # as resolved, a length is always there
        return self


class Phase(Section):
    """What one phase of a training changes of its recipe."""

    steps: PositiveInt | None = None
    persistent: Persistent | None = None
    chains: PositiveInt | None = None
    epochs: PositiveInt | None = None
    updates: PositiveInt | None = None
    learning_rate: Rate | None = None
    final_rate: Rate | None = None
    averaging: Part | None = None
    batch_size: PositiveInt | None = None
    optimizer: Optimizer | None = None
    momentum: Part | None = None
    epsilon: Positive | None = None
    damping: tuple[Positive, Positive] | None = None
    l1: Decay | None = None
    augment: bool | None = None

    hidden: Any = None
    torus: Any = None
    stride: Any = None
    biases: Any = None
    initial_scale: Any = None

    @model_validator(mode="after")
    def _of_one_machine(self) -> Self:
        changed = [name for name in _OF_THE_MACHINE if getattr(self, name) is not None]
        if changed:
            raise ValueError(f"phases train one and the same machine: {changed[0]} belongs to the recipe, before them")
        refuse_two_lengths(self.epochs, self.updates)
        return self


def refuse_two_lengths(epochs: int | None, updates: int | None) -> None:
    """A training is so many passes or so many updates long, not both."""
    if epochs is not None and updates is not None:
        raise ValueError("give epochs or updates, not both")


class RecipeSection(Training):
    name: Name = Field(description="short name, part of file names")
    hidden: PositiveInt | None = Field(
        None, description="hidden units; if left out machines.hidden, or one filter where weights are tied"
    )
    torus: bool = Field(False, description="weights tied by all translations of the lattice")
    stride: PositiveInt = Field(1, description="sites between tied units in each direction")
    augment: bool = Field(False, description="batches moved by random symmetries of the lattice")
    control: bool = Field(False, description="a negative control, which only the gate looks at")
    seeds: Seeds | None = Field(None, description="machines of this recipe; machines.seeds if left out")
    ends: int | None = Field(None, ge=50, description="states at the ends of its flows; flows.ends if left out")
    phases: tuple[Phase, ...] = ()

    def options(self, size: int) -> list[dict[str, Any]]:
        """Options of `RBM`, for one phase after the other; "updates" where a phase gives these instead of epochs."""
        own = training_options(self)
        phases = [phase.model_dump(mode="json", exclude_none=True) for phase in self.phases] or [{}]
        return [_of_lattice(_changed(own, phase), size) for phase in phases]

    def units(self, size: int, default: int) -> int:
        """Hidden units on a lattice of side `size`."""
        if self.hidden is not None:
            return self.hidden
        return (size // self.stride) ** 2 if self.torus else default

    def check(self, size: int, default: int) -> None:
        """Refuse options that do not go together, in one sentence."""
        for options in self.options(size):
            options.pop("updates", None)
            try:
                Recipe(self.units(size, default), **as_arguments(options))
            except ValueError as error:
                raise ValueError(f"recipe {self.name}: {error}") from None


def training_options(section: Training) -> dict[str, Any]:
    """Options by name, those of `Recipe` and "updates", without what is left out."""
    return section.model_dump(mode="json", exclude=_NO_OPTIONS, exclude_none=True)


def as_arguments(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as they come back from JSON, as `RBM` takes them."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in options.items()}


def _changed(options: Mapping[str, Any], phase: Mapping[str, Any]) -> dict[str, Any]:
    replaced = LENGTHS if LENGTHS & set(phase) else set()
    return {**{name: value for name, value in options.items() if name not in replaced}, **phase}


def _of_lattice(options: dict[str, Any], size: int) -> dict[str, Any]:
    sides = {name: [size, size] if options.get(name) else None for name in _OF_THE_LATTICE}
    return {**options, **sides}


class MachinesSection(Section):
    hidden: PositiveInt = Field(64, description="hidden units of machines whose weights are not tied")
    seeds: Seeds = Field(4, description="machines per recipe")
    recipes: tuple[RecipeSection, ...] = Field(
        (
            RecipeSection(name="cd1-grid"),
            RecipeSection(name="cd1-critical", training_set="critical"),
        ),
        min_length=1,
    )

    @model_validator(mode="after")
    def _names(self) -> Self:
        unique("recipes", [recipe.name for recipe in self.recipes])
        return self


class StackSection(Training):
    training_set: Name = Field("critical", description="grid, critical, geometry-free, mean-field or one of the grids")
    hidden: tuple[PositiveInt, ...] = Field((64, 16), min_length=1, description="units per layer: (L/2)^2, (L/4)^2, …")
    seeds: Annotated[int, Field(ge=0, le=100_000)] = Field(4, description="stacks; 0 for none")
    upward: Literal["sampled", "mean"] = Field("sampled", description="what a layer hands to the next")
    bottom: Name | Literal[""] = Field("", description="recipe whose machines are the first layer; none if empty")

    def check(self) -> None:
        """Refuse options that do not go together, in one sentence."""
        options = training_options(self)
        options.pop("updates", None)
        try:
            Recipe(self.hidden[0], **as_arguments(options))
        except ValueError as error:
            raise ValueError(f"stack: {error}") from None


class ControlsSection(Section):
    kinds: tuple[Control, ...] = Field(CONTROLS, description="machines whose answers are known; [] for none")
    like: Name | Literal[""] = Field(
        "", description="recipe of the geometry-free, mean-field and redrawn ones; the first dense one if empty"
    )
    seeds: Seeds = Field(1, description="machines of each kind; the exact one is one")
