"""The whole of ``spinlens study peek`` from Python: what a study has found so far, read and never written."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spinlens.errors import StudyError
from spinlens.report import findings
from spinlens.report.machine_points import end_temperatures
from spinlens.showing import Card
from spinlens.study.claims.effects import over_machines
from spinlens.study.definition.toml_file import load_study
from spinlens.study.planning.contents import catalogue
from spinlens.study.results_document import QUANTITIES, Results, entries, label, measured, models, reference, section
from spinlens.study.stages import study_tasks
from spinlens.study.stages.interim import interim
from spinlens.study.storage.catalogue import noted
from spinlens.study.storage.inspection import survey
from spinlens.study.storage.store import StudyFolder, StudyResults
from spinlens.versions import differences


@dataclass(frozen=True)
class Peek:
    """What a study has found with `done` of `total` tasks: `results` as results.json has them, interim unless all.

    `artefacts` are those of the tasks that are done, read as they are asked for.
    """

    name: str
    done: int
    total: int
    results: dict[str, Any]
    artefacts: StudyResults

    @property
    def finished(self) -> bool:
        """Whether nothing is missing."""
        return self.done == self.total

    @property
    def text(self) -> str:
        """Critical points, a row for each recipe whose flows have ended, and the verdicts, each marked as interim."""
        state = "finished" if self.finished else "INTERIM, to change until all are done"
        every = models(self.results)
        facts = {label(model, key): _critical(model) for key, model in every.items()}
        rows = [row for key, model in every.items() for row in _recipes(model, key)]
        table = [("lattice", "recipe", "machines", "gap, nats a site", "T_end / T_c by energy"), *rows] if rows else []
        card = Card(f"{self.name}: {self.done} of {self.total} tasks done, {state}", facts, table)
        said = [_mixture(entries(self.results, "made_with"))]
        said += [f"{'' if self.finished else 'So far: '}{line}" for line in findings.findings(self.results)]
        return "\n".join([card.text(), "", *filter(None, said)])

    def document(self) -> dict[str, Any]:
        """The results so far as JSON data, marked as interim where they are."""
        return {"interim": not self.finished, "done": self.done, "total": self.total, **self.results}


def peek(folder: str | os.PathLike[str]) -> Peek:
    """What the study in a folder has found so far.

    Names of files say what is done, as for ``spinlens study status``; nothing is written or locked, so that a run at
    work there is not disturbed.

    Parameters
    ----------
    folder : path
        A study folder, of a run that is at work, was stopped, or has finished.

    Returns
    -------
    Peek
        The numbers and verdicts so far.

    Raises
    ------
    StudyError
        No study folder, or none that this version can read.
    """
    place = StudyFolder(folder).require()
    path = place.path / "study.toml"
    if not path.is_file():
        raise StudyError(f"{place.path} has no study.toml yet: the run has not begun")
    contents = noted(place) or catalogue(place)
    done = survey(place, contents).done
    found = place.results({name: contents.keys[name] for name in done})
    if "results" in done:
        return Peek(str(folder), len(done), len(contents.keys), dict(found["results"]), found)
    last = next(task for task in study_tasks(load_study(path)) if task.name == "results")
    artefacts = {name: found[name] for name in last.needs if name in done}
    results = {**interim(last.inputs, artefacts), "made_with": list(contents.made_with)}
    return Peek(str(folder), len(done), len(contents.keys), results, found)


def _mixture(makes: Sequence[Mapping[str, Any]]) -> str:
    """That a study was computed with several libraries or processors; empty where it was not."""
    if len(makes) < 2:
        return ""
    return f"A mixture, computed with different libraries or processors: {differences(makes[0], makes[-1])}."


def _critical(model: Results) -> str:
    critical, known = section(model, "critical"), section(model, "reference")
    found = {said: (measured(critical.get(key)), reference(known.get(key))) for key, said in QUANTITIES.items()}
    return ", ".join(
        f"{said} = {value}" + (f" (known {other})" if other else "") for said, (value, other) in found.items() if value
    )


def _recipes(model: Results, key: str) -> Iterator[tuple[object, ...]]:
    """A row a recipe: its machines, their gap and where their flows end, over all machines so far."""
    machines = entries(model, "machines")
    for recipe in dict.fromkeys(str(machine.get("recipe")) for machine in machines):
        own = [machine for machine in machines if str(machine.get("recipe")) == recipe]
        gap = over_machines(reference(machine.get("gap")) for machine in own)
        ends = [T for machine in own if (T := end_temperatures(model, machine).get("energy")) is not None]
        end = over_machines(ends)
        out = f" ({len(own) - len(ends)} out of range)" if len(ends) < len(own) else ""
        yield label(model, key), recipe, len(own), gap or "-", f"{end or '-'}{out}"
