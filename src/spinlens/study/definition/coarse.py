"""Tables of a study file for learned coarse-grainings and for the estimators of published flows."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, PositiveInt, model_validator

from spinlens.machines.strided import RECIPE
from spinlens.machines.training.recipe import Recipe
from spinlens.study.definition.recipes import (
    Optimizer,
    Part,
    Persistent,
    Rate,
    Training,
    as_arguments,
    other_default,
    refuse_two_lengths,
    training_options,
)
from spinlens.study.definition.sections import Name, Section

SCALE = 2  # side of a block, as of block spins

PUBLISHED_SIDE = 6  # of lattices that published estimators take

_SMALLEST_SIDE = 3  # of the coarsest lattice
_UPDATES = 600
_OF_THE_SECTION = ("layers", "states")  # what is no option of training

Count = Annotated[int, Field(ge=0, le=100_000)]


class CoarseSection(Training):
    """Learned coarse-grainings: one filter a layer, with a unit at every second site in each direction. Options are as
    in a recipe; without `epochs` and `updates` it is 600 updates.
    """

    training_set: Name = other_default("training_set", "critical")
    seeds: Count = Field(4, description="number of learned coarse-grainings; 0 for none")
    layers: PositiveInt = Field(1, le=16, description="coarse-grainings on top of one another: L -> L/2 -> L/4 ...")
    states: int = Field(8000, ge=640, description="held-out states at T_c that y_t and y_h are measured on")
    persistent: Persistent = other_default("persistent", "growing")
    chains: PositiveInt | None = other_default("chains", RECIPE["chains"])
    learning_rate: Rate = other_default("learning_rate", RECIPE["learning_rate"])
    averaging: Part = other_default("averaging", RECIPE["averaging"])
    batch_size: PositiveInt = other_default("batch_size", RECIPE["batch_size"])
    optimizer: Optimizer = other_default("optimizer", "natural")

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        refuse_two_lengths(self.epochs, self.updates)
        if self.epochs is None and self.updates is None:
            object.__setattr__(self, "updates", _UPDATES)  # as resolved, a length is always there
        return self

    def sides(self, size: int) -> list[int]:
        """L of the lattice, then of each layer above it; the lattice alone where there is no coarse-graining."""
        return [size // SCALE**layer for layer in range((self.layers if self.seeds else 0) + 1)]

    def options(self, size: int) -> dict[str, Any]:
        """Options of the stack on a lattice of side `size`, JSON-able; "updates" in place of epochs where given."""
        own = {name: value for name, value in training_options(self).items() if name not in _OF_THE_SECTION}
        return {**own, "torus": [size, size], "stride": SCALE}

    def check(self, size: int) -> None:
        """Refuse options that do not go together, in one sentence."""
        if not self.seeds:
            return
        sides = self.sides(size)
        if size % SCALE**self.layers or sides[-1] < _SMALLEST_SIDE:
            raise ValueError(
                f"coarse: {self.layers} layers of 2x2 blocks do not fit on size {size}: give fewer, or seeds = 0"
            )
        options = self.options(size)
        options.pop("updates", None)
        try:
            Recipe(sides[1] ** 2, **as_arguments(options))
        except ValueError as error:
            raise ValueError(f"coarse: {error}") from None


class PublishedSection(Section):
    """Estimators of published flows, run on the first machines of every recipe and control; they need L ≥ 6."""

    seeds: Count = Field(1, description="how many machines of each recipe and control; 0 for none of the estimators")
    steps: PositiveInt = Field(
        29, description="steps of the flow that starts from states of all ensembles.temperatures"
    )

    def check(self, size: int) -> None:
        """Refuse a lattice that is too small for them."""
        if self.seeds and size < PUBLISHED_SIDE:
            raise ValueError(
                f"published.seeds = {self.seeds} needs ensembles.size >= {PUBLISHED_SIDE}, got {size}: the estimators "
                "take correlations at two distances; or seeds = 0"
            )
