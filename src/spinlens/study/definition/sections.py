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
    """The study as a whole."""

    name: Name = Field("quick", description="name of the study, as its page has it")
    seed: int = Field(0, ge=0, lt=2**63, description="the one seed of all random numbers")
    version: Literal[2] = Field(2, description="version of this file format")


class ModelSection(Section):
    """A square lattice with periodic boundaries, J = 1; everything below is done for each."""

    name: Name = Field(description="short name, part of file names")
    coupling: Literal["nearest-neighbour", "power-law"] = Field(
        description="J(r) of the four neighbours alone, or falling with a power of the distance"
    )
    sigma: float | None = Field(None, ge=SIGMAS[0], le=SIGMAS[1], description="power law: J(r) = r^-(2+sigma); needed")
    images: Literal["periodic", "minimum"] | None = Field(
        None, description="power law: sum over all periodic images, or the nearest one alone; periodic if left out"
    )
    cell: Literal["point", "integrated"] | None = Field(
        None, description="power law: J at the lattice point, or its integral over the unit cell; point if left out"
    )

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
    """How T_c, the scaling dimensions and U4 are found, by runs of several sizes around the transition."""

    sizes: tuple[Side, ...] = Field((8, 16, 32), description="sides L of the lattices, at least three, rising")
    draws: int = Field(4000, ge=200, description="sweeps that are measured, per chain and temperature")
    chains: PositiveInt = Field(2, description="independent chains per temperature")
    points: int = Field(5, ge=3, description="temperatures per size, around the transition")

    @model_validator(mode="after")
    def _three_increasing(self) -> Self:
        if len(self.sizes) < 3 or list(self.sizes) != sorted(set(self.sizes)):
            raise ValueError(f"sizes must be at least three increasing numbers, got {list(self.sizes)}")
        return self


class GridSection(Section):
    """A set to learn from: `ensembles.training` states at each of some temperatures."""

    name: Name = Field(description="what training_set calls it")
    temperatures: tuple[Relative, ...] = Field(min_length=1, description="T/T_c, some of ensembles.temperatures")


class EnsemblesSection(Section):
    """States in equilibrium, for machines to learn from, thermometers to be calibrated on and flows to start at."""

    size: Side = Field(16, description="side L of the lattice of machines and flows")
    temperatures: tuple[Relative, ...] = Field(
        _GRID, min_length=5, description="T/T_c, rising, 1.0 among them; 0 is legal"
    )
    thin: PositiveInt = Field(12, description="sweeps from one state to the next")
    training: int = Field(600, ge=50, description="states per temperature that machines learn from")
    critical: int = Field(
        10_000, ge=100, description='states at T_c that machines with training_set = "critical" learn from'
    )
    calibration: int = Field(600, ge=50, description="states per temperature that calibrate thermometers")
    test: int = Field(1000, ge=50, description="states per temperature that test thermometers and start flows")
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
    """How flows are followed: some machines step by step, every machine at its end, blocks and stacks by layers."""

    steps: PositiveInt = Field(50, description="steps v -> h -> v' of the flows that are followed step by step")
    record: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        (0, 1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 35, 40, 45, 50),
        min_length=3,
        description="steps that are read, rising, 0 … steps",
    )
    samples: int = Field(
        1000, ge=50, description="states that flow from each start, cold, critical and hot; at most ensembles.test"
    )
    machines: PositiveInt = Field(1, description="machines of each recipe whose flow is followed step by step")
    ends: int = Field(2000, ge=50, description="states at the end of the flow of every machine, from either start")
    most_steps: int = Field(
        20_000,
        ge=100,
        description="longest chain of a machine, in Gibbs steps: to measure its tau_int, and to reach its end",
    )
    starts: tuple[Relative, ...] = Field(
        (0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2),
        description="T/T_c where flows of blocks and stacks start, 1.0 among them; [] for none",
    )
    rules: tuple[Literal["majority", "average", "decimation"], ...] = Field(
        ("majority", "average"), description="rules of block spins; [] for none"
    )

    @model_validator(mode="after")
    def _record_within(self) -> Self:
        if list(self.record) != sorted(set(self.record)) or self.record[-1] > self.steps:
            raise ValueError(f"record must increase and end at or before steps = {self.steps}")
        if self.starts and 1.0 not in self.starts:
            raise ValueError("starts must hold 1.0, the critical point, or nothing")
        return self


class ThermometersSection(Section):
    """The network among the thermometers; the others have no options."""

    hidden: PositiveInt = Field(32, description="hidden units of the network")
    epochs: PositiveInt = Field(20, description="passes over its training states")
