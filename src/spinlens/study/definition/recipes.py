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

    training_set: Name = Field("grid", description="states to learn from: one of the sets of every study, or a grid")
    steps: PositiveInt = Field(1, description="k of CD-k and PCD-k: Gibbs steps v -> h -> v per update")
    persistent: Persistent = Field(
        False, description='false: CD, chains begin at the data; true: PCD, chains go on; "growing": from CD to PCD'
    )
    chains: PositiveInt | None = Field(None, description="where chains go on: how many; batch_size if left out")
    epochs: PositiveInt | None = Field(None, description="how long: passes over the training set")
    updates: PositiveInt | None = Field(
        None, description="how long, in place of epochs: steps of the weights, in whole passes over part of the states"
    )
    learning_rate: Rate = Field(
        0.02, description='of the first half, then it falls; part of a whole step (<= 1) where optimizer = "natural"'
    )
    final_rate: Rate = Field(0.03, description="rate of the last update over that of the first half")
    averaging: Part = Field(
        0.0, description="part of the updates, the last ones, whose parameters are averaged to give the machine"
    )
    batch_size: PositiveInt = Field(100, description="states per update")
    optimizer: Optimizer = Field(
        "sgd", description='how a gradient becomes a step; "natural" takes neither biases nor l1'
    )
    momentum: Part = Field(0.5, description='where optimizer = "sgd": part of a step that the next one keeps')
    epsilon: Positive = Field(
        1e-8, description='where optimizer = "adam": added to the root of the mean square of the gradient'
    )
    damping: tuple[Positive, Positive] = Field(
        (25.0, 3000.0),
        description='where optimizer = "natural": two dampings in units of the Fisher information, rising',
    )
    l1: Decay = Field(0.0, description="decay of each weight towards 0, per update and unit of learning rate")
    biases: bool = Field(False, description="whether biases are trained; states without a field need none")
    initial_scale: Positive = Field(0.01, description="standard deviation of the first weights")

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        refuse_two_lengths(self.epochs, self.updates)
        if self.epochs is None and self.updates is None:
            object.__setattr__(self, "epochs", _EPOCHS)  # as resolved, a length is always there
        return self


class Phase(Section):
    """What one phase of a training changes of its recipe; the next phase begins with the machine of this one."""

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


def other_default(option: str, default: Any) -> Any:
    """The field of an option of training with another default."""
    return Field(default, description=Training.model_fields[option].description)


def refuse_two_lengths(epochs: int | None, updates: int | None) -> None:
    """A training is so many passes or so many updates long, not both."""
    if epochs is not None and updates is not None:
        raise ValueError("give epochs or updates, not both")


class RecipeSection(Training):
    """How machines of one kind are trained: options of `RBM` under its names, for each of `seeds` machines.

    A set to learn from is "grid" (`ensembles.training` states at each of `ensembles.temperatures`), "critical"
    (`ensembles.critical` states at T_c), "geometry-free" (states of T = 0 and T = ∞ alone), "mean-field" (states of the
    Curie–Weiss model at its T_c), or the name of one of `ensembles.grids`. A training is as long as `epochs` or
    `updates` say, not both; 30 epochs without either.
    """

    name: Name = Field(description="short name, part of file names")
    hidden: PositiveInt | None = Field(
        None, description="hidden units; if left out machines.hidden, or one filter where torus = true"
    )
    torus: bool = Field(
        False, description="whether weights are tied by the translations of the lattice: filters that move over it"
    )
    stride: PositiveInt = Field(1, description="where torus = true: sites from one unit to the next in each direction")
    augment: bool = Field(
        False, description="whether every state of a batch is moved by a random symmetry of the lattice"
    )
    control: bool = Field(
        False, description="a negative control: judged by the gate alone, and its flow is not followed step by step"
    )
    seeds: Seeds | None = Field(None, description="machines of this recipe; machines.seeds if left out")
    ends: int | None = Field(
        None, ge=50, description="states at the end of its flow, from either start; flows.ends if left out"
    )
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
    """The machines that are trained, recipe by recipe."""

    hidden: PositiveInt = Field(64, description="hidden units where torus = false, unless the recipe says otherwise")
    seeds: Seeds = Field(
        4, description="machines of each recipe, unless it says otherwise; they differ by their random numbers"
    )
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
    """Stacks of machines, each layer trained on the hidden states of the one below, by options as in a recipe."""

    training_set: Name = other_default("training_set", "critical")
    hidden: tuple[PositiveInt, ...] = Field(
        (64, 16), min_length=1, description="units of each layer from the bottom, which must be (L/2)^2, (L/4)^2, …"
    )
    seeds: Annotated[int, Field(ge=0, le=100_000)] = Field(4, description="number of stacks; 0 for none")
    upward: Literal["sampled", "mean"] = Field(
        "sampled", description="what the next layer learns from: drawn hidden states, or the signs of their means"
    )
    bottom: Name | Literal[""] = Field(
        "", description="recipe whose machines are taken as first layers; if empty they are trained, too"
    )

    def check(self) -> None:
        """Refuse options that do not go together, in one sentence."""
        options = training_options(self)
        options.pop("updates", None)
        try:
            Recipe(self.hidden[0], **as_arguments(options))
        except ValueError as error:
            raise ValueError(f"stack: {error}") from None


class ControlsSection(Section):
    """Machines whose answers are known: the lattice as a machine ("exact"), one that was hardly trained ("lazy"), two
    that learned from states without its geometry ("geometry-free", "mean-field"), and trained ones with weights drawn
    anew from a normal distribution ("redrawn").
    """

    kinds: tuple[Control, ...] = Field(CONTROLS, description="which of them; [] for none")
    like: Name | Literal[""] = Field(
        "", description="recipe of the last three; the first one with torus = false if empty"
    )
    seeds: Seeds = Field(1, description="machines of each kind; of the exact one there is one")
