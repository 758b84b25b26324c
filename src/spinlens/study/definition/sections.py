"""Tables of a study file that need no other: lattices, ensembles, flows, thermometers."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from spinlens.lattice.kinds import COUPLING_KINDS, SIGMAS

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.+-]{0,39}$")]
Relative = Annotated[float, Field(ge=0, le=1000)]  # a temperature in units of T_c; 0 is legal
Side = Annotated[int, Field(ge=4, le=4096)]
Seeds = Annotated[int, Field(ge=1, le=100_000)]

_COLDEST = 0.05

VERSION = 2

GIVEN_SETS = ("grid", "critical", "geometry-free", "mean-field")
"""Training sets of every study; the others are its `ensembles.grids`."""

# 0 to 2.6 T_c, denser around T_c: the range over which published flows were followed
_GRID = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 1.8, 2.2, 2.6)


def unique(what: str, names: list[str]) -> None:
    """Refuse names that are given twice."""
    if len(set(names)) != len(names):
        raise ValueError(f"{what} must have different names, got {', '.join(names)}")


class Section(BaseModel):
    """A table of the study file; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StudySection(Section):
    name: Name = Field("quick", description="name of the study")
    seed: int = Field(0, ge=0, lt=2**63, description="the one seed of every random number")
    version: Literal[2] = Field(2, description="version of this file format")


class ModelSection(Section):
    name: Name = Field(description="short name, part of file names")
    coupling: Literal["nearest-neighbour", "power-law"] = Field(description="who acts on whom")
    sigma: float | None = Field(None, ge=SIGMAS[0], le=SIGMAS[1], description="J(r) = r^-(2+sigma); power law only")
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


class GridSection(Section):
    """A training set of several temperatures."""

    name: Name = Field(description="what recipes call it by training_set")
    temperatures: tuple[Relative, ...] = Field(min_length=1, description="some of ensembles.temperatures")


class EnsemblesSection(Section):
    size: Side = Field(16, description="L of machines and flows")
    temperatures: tuple[Relative, ...] = Field(_GRID, min_length=5, description="in units of T_c; 1.0 must be there")
    thin: PositiveInt = Field(12, description="sweeps between states")
    training: int = Field(600, ge=50, description="states per temperature to learn from")
    critical: int = Field(10_000, ge=100, description="states at T_c alone to learn from")
    calibration: int = Field(600, ge=50, description="states per temperature to calibrate thermometers with")
    test: int = Field(1000, ge=50, description="states per temperature to test thermometers and start flows with")
    grids: tuple[GridSection, ...] = ()

    @model_validator(mode="after")
    def _grid(self) -> Self:
        if list(self.temperatures) != sorted(set(self.temperatures)):
            raise ValueError("temperatures must increase, each given once")
        if any(0 < relative < _COLDEST for relative in self.temperatures):
            raise ValueError(f"temperatures must be 0 or at least {_COLDEST:g}: below all states are the same")
        if 1.0 not in self.temperatures:
            raise ValueError("temperatures must hold 1.0, the critical point, which machines are held against")
        unique("training sets", [*GIVEN_SETS, *(grid.name for grid in self.grids)])
        for grid in self.grids:
            missing = [relative for relative in grid.temperatures if relative not in self.temperatures]
            if missing:
                raise ValueError(f"grid {grid.name} holds {missing[0]}, which is not among the temperatures")
        return self

    def temperatures_of(self, training_set: str) -> tuple[float, ...] | None:
        """T / T_c of the states of a training set; None of one that holds no states of the lattice."""
        grids = {grid.name: tuple(sorted(set(grid.temperatures))) for grid in self.grids}
        return {"grid": self.temperatures, "critical": (1.0,), **grids}.get(training_set)


class FlowsSection(Section):
    steps: PositiveInt = Field(50, description="steps v -> h -> v' of the machine's flow")
    record: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 40, 45, 50), min_length=3, description="steps that are measured"
    )
    samples: int = Field(1000, ge=50, description="states that flow")
    machines: PositiveInt = Field(1, description="machines of each recipe that are followed step by step")
    ends: int = Field(2000, ge=50, description="states of a machine's own at the end of its flow, from either start")
    most_steps: int = Field(20_000, ge=100, description="steps of a machine's chain at most, to measure and to forget")
    starts: tuple[Relative, ...] = Field(
        (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2),
        description="T/T_c where block-spin and stack flows start; [] for none of them",
    )
    rules: tuple[Literal["majority", "average", "decimation"], ...] = Field(
        ("majority", "average"), description="block-spin rules; [] for no blocks"
    )

    @model_validator(mode="after")
    def _record_within(self) -> Self:
        if list(self.record) != sorted(set(self.record)) or self.record[-1] > self.steps:
            raise ValueError(f"record must increase and end at or before steps = {self.steps}")
        if self.starts and 1.0 not in self.starts:
            raise ValueError("starts must hold 1.0, the critical point, or nothing")
        return self


class ThermometersSection(Section):
    hidden: PositiveInt = Field(32, description="hidden units of the network thermometer")
    epochs: PositiveInt = Field(20, description="training passes of the network thermometer")
