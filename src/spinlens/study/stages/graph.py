"""The task graph of a study: what is computed from what."""

from __future__ import annotations

from typing import Any

from spinlens.study.definition.costs import LONG, sized
from spinlens.study.definition.spec import ModelSection, Study, Training
from spinlens.study.definition.tasks import Task

_HERE = "spinlens.study.stages"


def study_tasks(study: Study) -> list[Task]:
    """All tasks of a study, in an order that can be run.

    Per model: locate → scan (each L) → critical → ensembles (L, L/2, L/4) and training states → thermometers →
    machines and stacks (each seed) → flows; at the end one task that collects the numbers and judges the claims.
    """
    tasks: list[Task] = []
    for model in study.models:
        tasks += _model_tasks(study, model)
    tasks.append(
        Task(
            "results",
            f"{_HERE}.collect:results",
            {"study": study.model_dump(mode="json")},
            tuple(task.name for task in tasks if task.stage in {"critical", "thermometers", *_READINGS}),
        )
    )
    return sized(_grouped(tasks))


_OPTIONS = {"steps", "persistent", "epochs", "learning_rate", "batch_size", "l1"}
_SNAPSHOTS = (0.5, 0.9, 1.0, 1.1, 1.5, 2.6)  # T / T_c of the states shown
_READINGS = ("ensemble", "reference", "machine", "stack", "flow", "blocks", "layers")
_ORDER = ("locate", "scan", "critical", "curves", "snapshots", "training", "ensemble", "reference", "thermometers")


def _grouped(tasks: list[Task]) -> list[Task]:
    """Tasks of one stage side by side, so that stages finish one after another."""
    stages = [*_ORDER, "machine", "stack", "flow", "blocks", "layers", "results"]
    return sorted(tasks, key=lambda task: stages.index(task.stage))


def _model_tasks(study: Study, model: ModelSection) -> list[Task]:
    name, seed = model.name, study.study.seed
    common: dict[str, Any] = {"model": coupling_inputs(model), "seed": seed}
    scaling = study.criticality
    scans = [f"scan/{name}/L{L}" for L in scaling.sizes]
    tasks = [Task(f"locate/{name}", f"{_HERE}.lattice:locate", {**common, "sizes": scaling.sizes[:2]}, cost=5)]
    tasks += [
        Task(
            scan,
            f"{_HERE}.lattice:scan",
            {**common, "size": L, **scaling.model_dump(include={"draws", "chains", "points"})},
            (f"locate/{name}",),
            cost=1e-8 * 60 * L * L * scaling.draws * scaling.chains * scaling.points,
            **_kept(True, "draws"),
        )
        for L, scan in zip(scaling.sizes, scans, strict=True)
    ]
    sizes = {**common, "sizes": scaling.sizes}
    tasks.append(Task(f"critical/{name}", f"{_HERE}.lattice:critical", sizes, tuple(scans)))
    tasks.append(Task(f"curves/{name}", f"{_HERE}.lattice:curves", sizes, (f"critical/{name}", *scans)))
    looks = {**common, "size": max(scaling.sizes), "temperatures": _SNAPSHOTS, "thin": 1}
    tasks.append(Task(f"snapshots/{name}", f"{_HERE}.lattice:snapshots", looks, (f"critical/{name}",)))
    return tasks + _learning_tasks(study, model, common)


def _learning_tasks(study: Study, model: ModelSection, common: dict[str, Any]) -> list[Task]:
    name, states = model.name, study.ensembles
    critical, training = f"critical/{name}", f"training/{name}"
    layers = len(study.stack.hidden)
    sides = [states.size // 2**layer for layer in range(layers + 1)]
    ensembles, readers = ([f"{kind}/{name}/L{L}" for L in sides] for kind in ("ensemble", "thermometers"))
    grid = {**common, "temperatures": states.temperatures, "thin": states.thin}
    drawn = {"size": states.size, "draws": states.training, "critical_draws": states.critical}
    n = len(states.temperatures)
    sweeps = states.thin * (n * states.training + states.critical)
    kept = _kept(sweeps * states.size**2 > LONG, "draws", "critical_draws")
    tasks = [Task(training, f"{_HERE}.lattice:training", {**grid, **drawn}, (critical,), cost=4, **kept)]
    network = study.thermometers.model_dump()
    for L, ensemble, reader in zip(sides, ensembles, readers, strict=True):
        inputs = {**grid, "size": L, "calibration": states.calibration, "test": states.test}
        sweeps = states.thin * n * (states.calibration + states.test)
        kept = _kept(sweeps * L * L > LONG, "calibration", "test")
        tasks.append(Task(ensemble, f"{_HERE}.lattice:ensemble", inputs, (critical,), cost=3, **kept))
        tasks.append(
            Task(reader, f"{_HERE}.instruments:calibrate", {**common, "network": network}, (ensemble,), cost=3)
        )
    tasks.append(
        Task(f"reference/{name}", f"{_HERE}.instruments:reference", common, (critical, ensembles[0], readers[0]))
    )
    learned = (training, ensembles[0])
    judged = {
        "annealing": [study.machines.annealing_runs, study.machines.annealing_steps],
        "seed": study.study.seed,
    }
    flow_inputs = {**common, **study.flows.model_dump(include={"steps", "record", "samples"})}
    for number in range(study.machines.seeds):
        for recipe in study.machines.recipes:
            machine = f"machine/{name}/{recipe.name}/{number}"
            inputs = {**_training(recipe), **judged, "hidden": study.machines.hidden, "number": number}
            learn = f"{_HERE}.learning:machine"
            tasks.append(Task(machine, learn, inputs, learned, cost=2 * recipe.steps, checkpoint=True))
            flow = f"flow/{name}/{recipe.name}/{number}"
            read = (machine, ensembles[0], readers[0])
            tasks.append(Task(flow, f"{_HERE}.flowing:flow", {**flow_inputs, "number": number}, read, cost=2))
    starts = {**common, "starts": study.flows.starts}
    for number in range(study.stack.seeds):
        inputs = {**_training(study.stack), **judged, "hidden": study.stack.hidden, "number": number}
        stack = f"stack/{name}/{number}"
        bottom = study.stack.bottom
        below = learned if not bottom else (*learned, f"machine/{name}/{bottom}/{number}")
        inputs["upward"] = study.stack.upward
        tasks.append(Task(stack, f"{_HERE}.learning:stack", inputs, below, cost=4, checkpoint=True))
        needs = (stack, *ensembles, *readers)
        tasks.append(
            Task(f"layers/{name}/{number}", f"{_HERE}.flowing:layers", {**starts, "number": number}, needs, cost=2)
        )
    rules = {**starts, "rules": study.flows.rules}
    tasks.append(Task(f"blocks/{name}", f"{_HERE}.flowing:blocks", rules, (*ensembles, *readers), cost=2))
    return tasks


def coupling_inputs(model: ModelSection) -> dict[str, Any]:
    """What names the coupling of a model in task inputs."""
    return model.model_dump(include={"coupling", "sigma", "images", "cell"}, exclude_none=True)


def _kept(long: bool, *grows: str) -> dict[str, Any]:
    """Options of a task that keeps its state underway, and goes on from it when the named inputs grow."""
    return {"checkpoint": True, "grows": grows} if long else {}


def _training(section: Training) -> dict[str, Any]:
    return {"training_set": section.training_set, "options": section.model_dump(include=_OPTIONS)}
