"""The task graph of a study: what is computed from what. One function a stage says name, function, needs and inputs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spinlens.study.definition.costs import LONG
from spinlens.study.definition.lineup import PlannedMachine, lineup
from spinlens.study.definition.names import TaskName
from spinlens.study.definition.recipes import training_options
from spinlens.study.definition.spec import Study
from spinlens.study.definition.tasks import Task
from spinlens.study.stages.coarse_tasks import COARSE_STAGES
from spinlens.study.stages.scope import Scope, a_task, hidden_units

_SNAPSHOTS = (0.5, 0.9, 1.0, 1.1, 1.5, 2.6)  # T / T_c of the states shown
_COLLECTED = {
    "critical", "thermometers", "ensemble", "reference", "machine", "end", "stack", "flow", "blocks", "layers",
    "blockings", "learned", "published",
}  # fmt: skip


def study_tasks(study: Study) -> list[Task]:
    """All tasks of a study, in an order that can be run, those of one stage side by side.

    Per model: locate → scan (each L, after the one before) → critical → ensembles (L, L/2, L/4) and training states →
    thermometers → machines, controls and stacks (each seed) → flows and their ends; at the last one task that collects
    the numbers and judges the claims.
    """
    models = [Scope(study, model) for model in study.models]
    tasks = [task for stage in _STAGES for model in models for task in stage(model)]
    needs = tuple(task.name for task in tasks if task.stage in _COLLECTED)
    machines = {model.model.name: [_about(model, planned) for planned in lineup(study)] for model in models}
    document = {"study": study.model_dump(mode="json", exclude_none=True), "machines": machines}
    return [*tasks, Task("results", f"{__package__}.collect:results", document, needs)]


def _about(of: Scope, planned: PlannedMachine) -> dict[str, Any]:
    """What results say of a machine beside what was found; no part of its key, so that other names change nothing."""
    return {**planned.about(), "hidden": hidden_units(of, planned)}


def _going_on(*grows: str) -> dict[str, Any]:
    """Options of a task that keeps its state, and goes on from it when the named inputs or needs grow."""
    return {"checkpoint": True, "grows": grows}


def _kept(spin_updates: float, *grows: str) -> dict[str, Any]:
    """`_going_on` where a task is long enough."""
    return _going_on(*grows) if spin_updates > LONG else {}


def _locate(of: Scope) -> list[Task]:
    smallest, *sizes = of.study.criticality.sizes
    twice = next((L for L in sizes if 2 * smallest <= L), sizes[-1])
    return [a_task(of.name("locate"), "lattice:locate", (), {**of.common, "sizes": [smallest, twice]})]


def _scans(of: Scope) -> list[TaskName]:
    return [of.name("scan", L=L) for L in of.study.criticality.sizes]


def _scan(of: Scope) -> list[Task]:
    scaling = of.study.criticality
    inputs = {**of.common, **scaling.model_dump(include={"draws", "chains", "points"})}
    first, *others = names = _scans(of)
    tasks = [a_task(first, "lattice:scan", [of.name("locate")], {**inputs, "size": first.size}, **_going_on("draws"))]
    for before, name in zip(names, others, strict=False):  # the first draws of a scan place the next one
        own, kept = {"size": name.size, "before": before.size}, _going_on("draws", str(before))
        tasks.append(a_task(name, "lattice:scan", [before], {**inputs, **own}, **kept))
    return tasks


def _critical(of: Scope) -> list[Task]:
    inputs = {**of.common, "sizes": of.study.criticality.sizes}
    return [a_task(of.name("critical"), "lattice:critical", _scans(of), inputs)]


def _curves(of: Scope) -> list[Task]:
    inputs = {**of.common, "sizes": of.study.criticality.sizes}
    return [a_task(of.name("curves"), "lattice:curves", [of.name("critical"), *_scans(of)], inputs)]


def _snapshots(of: Scope) -> list[Task]:
    inputs = {**of.common, "size": max(of.study.criticality.sizes), "temperatures": _SNAPSHOTS, "thin": 1}
    return [a_task(of.name("snapshots"), "lattice:snapshots", [of.name("critical")], inputs)]


def _training(of: Scope) -> list[Task]:
    states = of.study.ensembles
    inputs = {**of.grid, "size": states.size, "draws": states.training, "critical_draws": states.critical}
    sweeps = states.thin * (len(states.temperatures) * states.training + states.critical)
    kept = _kept(sweeps * states.size**2, "draws", "critical_draws")
    return [a_task(of.name("training"), "lattice:training", [of.name("critical")], inputs, **kept)]


def _ensemble(of: Scope) -> list[Task]:
    states = of.study.ensembles
    inputs = {**of.grid, **states.model_dump(include={"calibration", "test"})}
    sweeps = states.thin * len(states.temperatures) * (states.calibration + states.test)
    return [
        a_task(
            of.name("ensemble", L=L), "lattice:ensemble", [of.name("critical")], {**inputs, "size": L},
            **_kept(sweeps * L * L, "calibration", "test"),
        )
        for L in of.sides
    ]  # fmt: skip


def _reference(of: Scope) -> list[Task]:
    needs = [of.name("critical"), *(of.name(stage, L=of.sides[0]) for stage in ("ensemble", "thermometers"))]
    return [a_task(of.name("reference"), "instruments:reference", needs, of.common)]


def _thermometers(of: Scope) -> list[Task]:
    inputs = {**of.common, "network": of.study.thermometers.model_dump()}
    names = [of.name("thermometers", L=L) for L in of.sides]
    return [a_task(name, "instruments:calibrate", [name.at("ensemble")], inputs) for name in names]


def _machine(of: Scope) -> list[Task]:
    return [_made(of, planned) for planned in of.machines]


def _made(of: Scope, planned: PlannedMachine) -> Task:
    name, own = of.machine(planned), {"number": planned.number, "hidden": hidden_units(of, planned)}
    if planned.kind == "exact":
        inputs = {**of.common, "size": of.sides[0], **own}
        return a_task(name, "learning:exact", [of.name("critical")], inputs)
    if planned.kind == "redrawn":
        assert of.study.like is not None
        source = of.name("machine", of.study.like.name, planned.number)
        return a_task(name, "learning:redraw", [source], {"seed": of.study.study.seed, "size": of.sides[0], **own})
    inputs = {**of.learned(planned.training_set), **own, "options": planned.options}
    return a_task(name, "learning:machine", of.learned_from(planned.training_set), inputs, checkpoint=True)


def _stack(of: Scope) -> list[Task]:
    if not of.study.stacked:
        return []
    stack = of.study.stack
    inputs = {**of.learned(stack.training_set), "options": training_options(stack)}
    inputs |= {"hidden": stack.hidden, "upward": stack.upward}
    below = [[of.name("machine", stack.bottom, number)] if stack.bottom else [] for number in range(stack.seeds)]
    return [
        a_task(
            of.name("stack", number=number), "learning:stack", [*of.learned_from(stack.training_set), *bottom],
            {**inputs, "number": number}, checkpoint=True,
        )
        for number, bottom in enumerate(below)
    ]  # fmt: skip


def _flow(of: Scope) -> list[Task]:
    inputs = {**of.common, **of.study.flows.model_dump(include={"steps", "record", "samples"})}
    return [
        a_task(
            name.at("flow"), "flowing:flow", [name, *of.read_at_size()],
            {**inputs, "number": planned.number, "hidden": planned.hidden},
        )
        for planned in of.machines
        if not planned.control and planned.number < of.study.flows.machines
        for name in (of.machine(planned),)
    ]  # fmt: skip


def _end(of: Scope) -> list[Task]:
    inputs = {**of.common, "most_steps": of.study.flows.most_steps}
    return [
        a_task(
            name.at("end"), "ending:end", [name, *of.read_at_size()],
            {
                **inputs, "states": planned.ends,
                "recipe": planned.recipe, "number": planned.number, "hidden": hidden_units(of, planned),
            },
        )
        for planned in of.machines
        for name in (of.machine(planned),)
    ]  # fmt: skip


def _blocks(of: Scope) -> list[Task]:
    if not of.study.blocked:
        return []
    inputs = {**of.common, **of.study.flows.model_dump(include={"starts", "rules"})}
    return [a_task(of.name("blocks"), "flowing:blocks", of.every_size("ensemble", "thermometers"), inputs)]


def _layers(of: Scope) -> list[Task]:
    if not of.study.stacked:
        return []
    inputs = {**of.common, "starts": of.study.flows.starts}
    read = of.every_size("ensemble", "thermometers")
    names = [of.name("layers", number=number) for number in range(of.study.stack.seeds)]
    return [
        a_task(name, "flowing:layers", [name.at("stack"), *read], {**inputs, "number": name.number}) for name in names
    ]  # fmt: skip


_STAGES: tuple[Callable[[Scope], list[Task]], ...] = (
    _locate, _scan, _critical, _curves, _snapshots, _training, _ensemble, _reference, _thermometers, _machine, _stack,
    _flow, _end, _blocks, _layers, *COARSE_STAGES,
)  # fmt: skip
"""In the order in which stages finish."""
