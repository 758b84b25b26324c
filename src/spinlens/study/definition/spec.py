"""What a study computes: a TOML file, checked before anything is run."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from spinlens.lattice.kinds import COUPLING_KINDS

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$")]
Relative = Annotated[float, Field(ge=0)]  # a temperature in units of T_c; 0 and inf are legal
Side = Annotated[int, Field(ge=4, le=4096)]
Seeds = Annotated[int, Field(ge=1, le=100_000)]
Rate = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]

# 0 to 2.6 T_c, denser around T_c: the range over which published flows were followed
_GRID = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 1.8, 2.2, 2.6)


_MOST_MACHINES = 250_000  # so that the list of tasks of any file fits into memory


def _unique(what: str, names: list[str]) -> None:
    if len(set(names)) != len(names):
        raise ValueError(f"{what} must have different names, got {', '.join(names)}")


class Section(BaseModel):
    """A table of the study file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StudySection(Section):
    name: Name = Field("quick", description="name of the study")
    seed: int = Field(0, ge=0, lt=2**63, description="the one seed of every random number")
    version: Literal[1] = Field(1, description="version of this file format")


class ModelSection(Section):
    name: Name = Field(description="short name, part of file names")
    coupling: Literal["nearest-neighbour", "power-law"]
    sigma: float | None = Field(None, gt=0, le=20, description="J(r) = r^-(2+sigma); power law only")
    images: Literal["periodic", "minimum"] | None = Field(None, description="all periodic images or the nearest one")
    cell: Literal["point", "integrated"] | None = Field(None, description="at lattice points or over unit cells")

    @model_validator(mode="after")
    def _sigma_where_it_belongs(self) -> Self:
        if self.coupling == "power-law" and self.sigma is None:
            raise ValueError("a power law needs sigma, for example sigma = 1.2")
        own = (self.sigma, self.images, self.cell)
        if self.coupling != "power-law" and any(value is not None for value in own):
            raise ValueError("sigma, images and cell belong to coupling = 'power-law' only")
        return self

    def document(self) -> dict[str, Any]:
        """The coupling in the form of `spinlens.lattice.model_document`; what is left out has its default."""
        parameters = self.model_dump(include={"sigma", "images", "cell"}, exclude_none=True)
        return {"kind": COUPLING_KINDS[self.coupling], **parameters}


class CriticalitySection(Section):
    sizes: tuple[Side, ...] = Field((8, 16, 32), description="L of the U4 crossings, increasing")
    draws: int = Field(4000, ge=200, description="sweeps per chain and temperature")
    chains: PositiveInt = Field(2, description="independent chains per temperature")
    points: int = Field(5, ge=3, description="temperatures per size")

    @model_validator(mode="after")
    def _three_increasing(self) -> Self:
        if len(self.sizes) < 3 or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"sizes must be at least three increasing numbers, got {list(self.sizes)}")
        return self


class EnsemblesSection(Section):
    size: Side = Field(16, description="L of machines and flows")
    temperatures: tuple[Relative, ...] = Field(_GRID, min_length=5, description="in units of T_c; 1.0 must be there")
    thin: PositiveInt = Field(12, description="sweeps between states")
    training: int = Field(600, ge=50, description="states per temperature to learn from")
    critical: int = Field(10_000, ge=100, description="states at T_c alone to learn from")
    calibration: int = Field(600, ge=50, description="states per temperature to calibrate thermometers with")
    test: int = Field(1000, ge=50, description="states per temperature to test thermometers and start flows with")

    @model_validator(mode="after")
    def _grid(self) -> Self:
        if list(self.temperatures) != sorted(set(self.temperatures)):
            raise ValueError("temperatures must increase, each given once")
        if 1.0 not in self.temperatures:
            raise ValueError("temperatures must hold 1.0, the critical point")
        if self.size % 4 or self.size < 12:
            raise ValueError(f"size must be a multiple of 4 from 12 on, for two layers of 2x2 blocks, got {self.size}")
        return self


class Training(Section):
    steps: PositiveInt = Field(1, description="k of CD-k")
    persistent: bool = Field(False, description="chains that go on between updates (PCD)")
    epochs: int = Field(30, ge=3, description="passes over the training set")
    learning_rate: Rate = 0.02
    l1: float = Field(0.0, ge=0, le=1, description="decay of the weights, l1 norm")
    batch_size: PositiveInt = 100
    training_set: Literal["grid", "critical"] = Field("grid", description="all temperatures together, or T_c alone")


class RecipeSection(Training):
    name: Name = Field(description="short name, part of file names")


class MachinesSection(Section):
    hidden: PositiveInt = Field(64, description="hidden units")
    annealing_runs: int = Field(100, ge=20, description="runs of annealed importance sampling for each likelihood")
    annealing_steps: int = Field(500, ge=50, description="temperatures of each such run")
    seeds: Seeds = Field(3, description="machines per recipe")
    recipes: tuple[RecipeSection, ...] = Field(
        (
            RecipeSection(name="cd1-grid"),
            RecipeSection(name="pcd10-critical", training_set="critical", steps=10, persistent=True),
        ),
        min_length=1,
    )

    @model_validator(mode="after")
    def _names(self) -> Self:
        _unique("recipes", [recipe.name for recipe in self.recipes])
        return self


class StackSection(Training):
    hidden: tuple[PositiveInt, ...] = Field((64, 16), min_length=1, description="units per layer: (L/2)^2, (L/4)^2, …")
    seeds: Seeds = Field(3, description="stacks")
    training_set: Literal["grid", "critical"] = Field("critical", description="all temperatures together, or T_c alone")
    upward: Literal["sampled", "mean"] = Field("sampled", description="what a layer hands to the next")
    bottom: Name | Literal[""] = Field("", description="recipe whose machines are the first layer; none if empty")


class FlowsSection(Section):
    steps: PositiveInt = Field(50, description="steps v -> h -> v' of the machine's flow")
    record: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 40, 45, 50), min_length=2, description="steps that are measured"
    )
    samples: int = Field(1000, ge=50, description="states that flow")
    starts: tuple[Relative, ...] = Field(
        (0.9, 0.95, 1.0, 1.05, 1.1), min_length=1, description="T/T_c where block-spin and stack flows start"
    )
    rules: tuple[Literal["majority", "average", "decimation", "kadanoff"], ...] = Field(
        ("majority", "average"), min_length=1, description="block-spin rules"
    )

    @model_validator(mode="after")
    def _record_within(self) -> Self:
        if list(self.record) != sorted(set(self.record)) or self.record[-1] > self.steps:
            raise ValueError(f"record must increase and end at or before steps = {self.steps}")
        return self


class ThermometersSection(Section):
    hidden: PositiveInt = Field(32, description="hidden units of the network thermometer")
    epochs: PositiveInt = Field(20, description="training passes of the network thermometer")


class Study(Section):
    """A study as resolved: every number that is not fixed by the physics. The defaults are the preset ``quick``.

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
    stack: StackSection = StackSection()
    flows: FlowsSection = FlowsSection()
    thermometers: ThermometersSection = ThermometersSection()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _unique("models", [model.name for model in self.models])
        count = len(self.models) * (len(self.machines.recipes) * self.machines.seeds + self.stack.seeds)
        if count > _MOST_MACHINES:
            raise ValueError(f"models x (recipes x seeds + stacks) are {count} machines; at most {_MOST_MACHINES}")
        size = self.ensembles.size
        expected = [(size // 2 ** (layer + 1)) ** 2 for layer in range(len(self.stack.hidden))]
        if list(self.stack.hidden) != expected or min(expected) < 9:
            raise ValueError(
                f"stack.hidden must be blocks of 2x2 of size {size}: [{(size // 2) ** 2}, {(size // 4) ** 2}]"
            )
        self._check_bottom()
        missing = [start for start in self.flows.starts if start not in self.ensembles.temperatures]
        if missing:
            raise ValueError(f"flows.starts holds {missing[0]}, which is not among ensembles.temperatures")
        return self

    def _check_bottom(self) -> None:
        bottom, recipes = self.stack.bottom, {recipe.name: recipe for recipe in self.machines.recipes}
        if not bottom:
            return
        if bottom not in recipes:
            raise ValueError(f"stack.bottom must be one of the recipes {', '.join(recipes)}, got {bottom!r}")
        if self.stack.hidden[0] != self.machines.hidden or self.stack.seeds > self.machines.seeds:
            raise ValueError("stack.bottom needs stack.hidden[0] = machines.hidden and stack.seeds <= machines.seeds")
        if self.stack.training_set != recipes[bottom].training_set:
            raise ValueError(f"stack.training_set must be that of {bottom}, {recipes[bottom].training_set!r}")
