"""Tasks of learned coarse-grainings and of the estimators of published flows."""

from __future__ import annotations

from collections.abc import Callable

from spinlens.study.definition.tasks import Task
from spinlens.study.stages.scope import Scope, a_task, hidden_units


def _held_out(of: Scope) -> list[Task]:
    states, coarse = of.study.ensembles, of.study.coarse
    if not coarse.seeds:
        return []
    inputs = {**of.common, "size": states.size, "states": coarse.states, "thin": states.thin}
    return [a_task(of.name("held-out"), "coarse:held_out", [of.name("critical")], inputs)]


def _blockings(of: Scope) -> list[Task]:
    coarse = of.study.coarse
    if not coarse.seeds:
        return []
    inputs = {**of.common, **coarse.model_dump(include={"initial_scale", "layers"})}
    return [a_task(of.name("blockings"), "coarse:blockings", [of.name("held-out")], inputs)]


def _coarse(of: Scope) -> list[Task]:
    coarse, size = of.study.coarse, of.sides[0]
    hidden = [side**2 for side in coarse.sides(size)[1:]]
    inputs = {**of.learned(coarse.training_set), "options": coarse.options(size), "hidden": hidden}
    needs = of.learned_from(coarse.training_set)
    return [
        a_task(
            of.name("coarse", number=number), "learning:stack", needs,
            {**inputs, "upward": "sampled", "number": number}, checkpoint=True,
        )
        for number in range(coarse.seeds)
    ]  # fmt: skip


def _learned(of: Scope) -> list[Task]:
    inputs = {**of.common, "starts": of.study.flows.starts}
    read = [of.name("held-out"), *of.every_size("ensemble", "thermometers")]
    names = [of.name("learned", number=number) for number in range(of.study.coarse.seeds)]
    return [
        a_task(name, "coarse:learned", [name.at("coarse"), *read], {**inputs, "number": name.number}) for name in names
    ]  # fmt: skip


def _published(of: Scope) -> list[Task]:
    published = of.study.published
    if not published.seeds:
        return []
    firsts = [of.name("stack", number=0)] * of.study.stacked + [of.name("coarse", number=0)] * bool(
        of.study.coarse.seeds
    )
    read = of.every_size("ensemble", "thermometers")
    tasks = [a_task(of.name("published"), "published:lattice", [*read, *firsts], of.common)]
    for planned in of.machines:
        name = of.machine(planned)
        inputs = {**of.common, "recipe": planned.recipe, "number": planned.number, "hidden": hidden_units(of, planned)}
        if planned.number < published.seeds:
            needs = [name, *(of.name(stage, L=of.sides[0]) for stage in ("ensemble", "thermometers"))]
            tasks.append(a_task(name.at("published"), "published:machine", needs, {**inputs, "steps": published.steps}))
    return tasks


COARSE_STAGES: tuple[Callable[[Scope], list[Task]], ...] = (_held_out, _blockings, _coarse, _learned, _published)
"""In the order in which stages finish."""
