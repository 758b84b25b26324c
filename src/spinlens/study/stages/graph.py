"""The task graph of a study: what is computed from what. One function a stage says name, function, needs and inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spinlens.study.definition.costs import LONG
from spinlens.study.definition.names import TaskName
from spinlens.study.definition.spec import ModelSection, Study, Training
from spinlens.study.definition.tasks import Task

_OPTIONS = {"steps", "persistent", "epochs", "learning_rate", "batch_size", "l1"}
_SNAPSHOTS = (0.5, 0.9, 1.0, 1.1, 1.5, 2.6)  # T / T_c of the states shown
_COLLECTED = {"critical", "thermometers", "ensemble", "reference", "machine", "stack", "flow", "blocks", "layers"}


def study_tasks(study: Study) -> list[Task]:
    """All tasks of a study, in an order that can be run, those of one stage side by side.

    Per model: locate → scan (each L, after the one before) → critical → ensembles (L, L/2, L/4) and training states →
    thermometers → machines and stacks (each seed) → flows; at the end one task that collects the numbers and judges
    the claims.
    """
    models = [_Scope(study, model) for model in study.models]
    tasks = [task for stage in _STAGES for model in models for task in stage(model)]
    needs = tuple(task.name for task in tasks if task.stage in _COLLECTED)
    document = {"study": study.model_dump(mode="json")}
    return [*tasks, Task("results", f"{__package__}.collect:results", document, needs)]


@dataclass(frozen=True)
class _Scope:
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
    def judged(self) -> dict[str, Any]:
        machines = self.study.machines
        return {"annealing": [machines.annealing_runs, machines.annealing_steps], "seed": self.study.study.seed}

    @property
    def sides(self) -> list[int]:
        """L of the ensembles, then of the layers above it."""
        return [self.study.ensembles.size // 2**layer for layer in range(len(self.study.stack.hidden) + 1)]

    def name(self, stage: str, recipe: str | None = None, number: int | None = None, L: int | None = None) -> TaskName:
        return TaskName(stage, self.model.name, recipe, number, L)

    def every_size(self, *stages: str) -> list[TaskName]:
        return [self.name(stage, L=L) for stage in stages for L in self.sides]

    def learned_from(self) -> list[TaskName]:
        return [self.name("training"), self.name("ensemble", L=self.sides[0])]


def _task(name: TaskName, function: str, needs: Iterable[TaskName], inputs: Mapping[str, Any], **options: Any) -> Task:
    return Task(str(name), f"{__package__}.{function}", inputs, tuple(map(str, needs)), **options)


def _going_on(*grows: str) -> dict[str, Any]:
    """Options of a task that keeps its state, and goes on from it when the named inputs or needs grow."""
    return {"checkpoint": True, "grows": grows}


def _kept(spin_updates: float, *grows: str) -> dict[str, Any]:
    """`_going_on` where a task is long enough."""
    return _going_on(*grows) if spin_updates > LONG else {}


def _locate(of: _Scope) -> list[Task]:
    smallest, *sizes = of.study.criticality.sizes
    twice = next((L for L in sizes if 2 * smallest <= L), sizes[-1])
    return [_task(of.name("locate"), "lattice:locate", (), {**of.common, "sizes": [smallest, twice]})]


def _scans(of: _Scope) -> list[TaskName]:
    return [of.name("scan", L=L) for L in of.study.criticality.sizes]


def _scan(of: _Scope) -> list[Task]:
    scaling = of.study.criticality
    inputs = {**of.common, **scaling.model_dump(include={"draws", "chains", "points"})}
    first, *others = names = _scans(of)
    tasks = [_task(first, "lattice:scan", [of.name("locate")], {**inputs, "size": first.size}, **_going_on("draws"))]
    for before, name in zip(names, others, strict=False):  # the first draws of a scan place the next one
        own, kept = {"size": name.size, "before": before.size}, _going_on("draws", str(before))
        tasks.append(_task(name, "lattice:scan", [before], {**inputs, **own}, **kept))
    return tasks


def _critical(of: _Scope) -> list[Task]:
    inputs = {**of.common, "sizes": of.study.criticality.sizes}
    return [_task(of.name("critical"), "lattice:critical", _scans(of), inputs)]


def _curves(of: _Scope) -> list[Task]:
    inputs = {**of.common, "sizes": of.study.criticality.sizes}
    return [_task(of.name("curves"), "lattice:curves", [of.name("critical"), *_scans(of)], inputs)]


def _snapshots(of: _Scope) -> list[Task]:
    inputs = {**of.common, "size": max(of.study.criticality.sizes), "temperatures": _SNAPSHOTS, "thin": 1}
    return [_task(of.name("snapshots"), "lattice:snapshots", [of.name("critical")], inputs)]


def _training(of: _Scope) -> list[Task]:
    states = of.study.ensembles
    inputs = {**of.grid, "size": states.size, "draws": states.training, "critical_draws": states.critical}
    sweeps = states.thin * (len(states.temperatures) * states.training + states.critical)
    kept = _kept(sweeps * states.size**2, "draws", "critical_draws")
    return [_task(of.name("training"), "lattice:training", [of.name("critical")], inputs, **kept)]


def _ensemble(of: _Scope) -> list[Task]:
    states = of.study.ensembles
    inputs = {**of.grid, **states.model_dump(include={"calibration", "test"})}
    sweeps = states.thin * len(states.temperatures) * (states.calibration + states.test)
    return [
        _task(
            of.name("ensemble", L=L), "lattice:ensemble", [of.name("critical")], {**inputs, "size": L},
            **_kept(sweeps * L * L, "calibration", "test"),
        )
        for L in of.sides
    ]  # fmt: skip


def _reference(of: _Scope) -> list[Task]:
    needs = [of.name("critical"), *(of.name(stage, L=of.sides[0]) for stage in ("ensemble", "thermometers"))]
    return [_task(of.name("reference"), "instruments:reference", needs, of.common)]


def _thermometers(of: _Scope) -> list[Task]:
    inputs = {**of.common, "network": of.study.thermometers.model_dump()}
    names = [of.name("thermometers", L=L) for L in of.sides]
    return [_task(name, "instruments:calibrate", [name.at("ensemble")], inputs) for name in names]


def _learning(section: Training) -> dict[str, Any]:
    return {"training_set": section.training_set, "options": section.model_dump(include=_OPTIONS)}


def _machine(of: _Scope) -> list[Task]:
    machines = of.study.machines
    return [
        _task(
            of.name("machine", recipe.name, number), "learning:machine", of.learned_from(),
            {**_learning(recipe), **of.judged, "hidden": machines.hidden, "number": number}, checkpoint=True,
        )
        for number in range(machines.seeds)
        for recipe in machines.recipes
    ]  # fmt: skip


def _stack(of: _Scope) -> list[Task]:
    stack = of.study.stack
    inputs = {**_learning(stack), **of.judged, "hidden": stack.hidden, "upward": stack.upward}
    below = [[of.name("machine", stack.bottom, number)] if stack.bottom else [] for number in range(stack.seeds)]
    return [
        _task(
            of.name("stack", number=number), "learning:stack", [*of.learned_from(), *bottom],
            {**inputs, "number": number}, checkpoint=True,
        )
        for number, bottom in enumerate(below)
    ]  # fmt: skip


def _flow(of: _Scope) -> list[Task]:
    machines, inputs = of.study.machines, of.study.flows.model_dump(include={"steps", "record", "samples"})
    read = [of.name(stage, L=of.sides[0]) for stage in ("ensemble", "thermometers")]
    read.append(of.name("reference"))
    names = [of.name("flow", recipe.name, number) for number in range(machines.seeds) for recipe in machines.recipes]
    return [
        _task(name, "flowing:flow", [name.at("machine"), *read], {**of.common, **inputs, "number": name.number})
        for name in names
    ]


def _blocks(of: _Scope) -> list[Task]:
    inputs = {**of.common, **of.study.flows.model_dump(include={"starts", "rules"})}
    return [_task(of.name("blocks"), "flowing:blocks", of.every_size("ensemble", "thermometers"), inputs)]


def _layers(of: _Scope) -> list[Task]:
    inputs = {**of.common, "starts": of.study.flows.starts}
    read = of.every_size("ensemble", "thermometers")
    names = [of.name("layers", number=number) for number in range(of.study.stack.seeds)]
    return [
        _task(name, "flowing:layers", [name.at("stack"), *read], {**inputs, "number": name.number}) for name in names
    ]  # fmt: skip


_STAGES: tuple[Callable[[_Scope], list[Task]], ...] = (
    _locate, _scan, _critical, _curves, _snapshots, _training, _ensemble, _reference, _thermometers, _machine, _stack,
    _flow, _blocks, _layers,
)  # fmt: skip
"""In the order in which stages finish."""
