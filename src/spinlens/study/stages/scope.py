"""One model of a study as the task graph sees it: names of its tasks, and the inputs that many of them share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spinlens.study.definition.lineup import PlannedMachine, lineup
from spinlens.study.definition.names import TaskName
from spinlens.study.definition.sections import ModelSection
from spinlens.study.definition.spec import Study
from spinlens.study.definition.tasks import Task


@dataclass(frozen=True)
class Scope:
    """One model of a study, in which stages have their names and common inputs."""

    study: Study
    model: ModelSection

    @property
    def common(self) -> dict[str, Any]:
        return {"model": self.model.document(), "seed": self.study.study.seed}

    @property
    def grid(self) -> dict[str, Any]:
        return {**self.common, **self.study.ensembles.model_dump(include={"temperatures", "thin"})}

    @property
    def sides(self) -> list[int]:
        """L of the ensembles, then of the layers above it."""
        return self.study.sides

    @property
    def machines(self) -> list[PlannedMachine]:
        """The first machine of every recipe, then the second ones, and so on."""
        return sorted(lineup(self.study), key=lambda machine: machine.number)

    def name(self, stage: str, recipe: str | None = None, number: int | None = None, L: int | None = None) -> TaskName:
        return TaskName(stage, self.model.name, recipe, number, L)

    def every_size(self, *stages: str) -> list[TaskName]:
        return [self.name(stage, L=L) for stage in stages for L in self.sides]

    def machine(self, planned: PlannedMachine) -> TaskName:
        return self.name("machine", planned.recipe, planned.number)

    def read_at_size(self) -> list[TaskName]:
        """Ensemble, thermometers and reference of the size of machines."""
        return [*(self.name(stage, L=self.sides[0]) for stage in ("ensemble", "thermometers")), self.name("reference")]

    def learned(self, training_set: str) -> dict[str, Any]:
        """Inputs that say from which states a machine learns."""
        states = self.study.ensembles
        sets = {"training_set": training_set, "temperatures": states.temperatures_of(training_set)}
        return {**sets, "size": states.size, "draws": states.critical, "seed": self.study.study.seed}

    def learned_from(self, training_set: str) -> list[TaskName]:
        """What it needs for them."""
        return [] if self.study.ensembles.temperatures_of(training_set) is None else [self.name("training")]


def a_task(name: TaskName, function: str, needs: Iterable[TaskName], inputs: Mapping[str, Any], **options: Any) -> Task:
    """A task of a function "module:name" of this folder."""
    return Task(str(name), f"{__package__}.{function}", inputs, tuple(map(str, needs)), **options)


def hidden_units(of: Scope, planned: PlannedMachine) -> int:
    """Hidden units; of the exact machine one a bond."""
    sites = of.sides[0] ** 2
    bonds = 2 * sites if of.model.coupling == "nearest-neighbour" else sites * (sites - 1) // 2
    return bonds if planned.hidden is None else planned.hidden
