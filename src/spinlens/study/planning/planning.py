"""What a study will take before it starts: tasks, core-hours, memory and disk, from rates measured on this machine."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from spinlens.progress import Progress, duration, telling
from spinlens.resources import available, gibibytes
from spinlens.study.definition.costs import STANDARD, costs, sized
from spinlens.study.definition.spec import Study
from spinlens.study.definition.tasks import Task, chain_costs
from spinlens.study.planning import memory
from spinlens.study.planning import prices as calibration
from spinlens.study.stages import study_tasks
from spinlens.study.storage.catalogue import Catalogue
from spinlens.study.storage.inspection import survey
from spinlens.study.storage.store import MARKER, StudyFolder

_MARGIN = 0.3  # what the estimates are checked to, see validation/faults/plan.py
_REPORT = 5.0  # seconds to start, collect the figures and draw the report on the machine of `costs`
_OTHER_FILES = 2e6  # bytes of results.json, report and record


@dataclass(frozen=True)
class Plan:
    """What is left to do of a study: seconds of one core by task and for the report, peak memory and disk in bytes."""

    tasks: tuple[Task, ...]
    reused: int
    seconds: Mapping[str, float]
    report: float
    longest: float
    workers: int
    memory: int
    disk: float

    @property
    def core_seconds(self) -> float:
        """Seconds of one core in all."""
        return sum(self.seconds.values()) + self.report

    @property
    def wall_seconds(self) -> float:
        """Least seconds on `workers` cores: the work shared out, but no less than the longest way through the study."""
        return max(self.core_seconds / self.workers, self.longest)

    def stages(self) -> dict[str, tuple[int, float]]:
        """Tasks and core-seconds by stage."""
        counts = Counter(task.stage for task in self.tasks)
        return {
            stage: (count, sum(self.seconds[task.name] for task in self.tasks if task.stage == stage))
            for stage, count in counts.items()
        }

    def document(self) -> dict[str, Any]:
        """As JSON data: seconds and bytes."""
        stages = {stage: {"tasks": count, "core_seconds": cost} for stage, (count, cost) in self.stages().items()}
        return {
            "stages": stages, "to_do": len(self.tasks), "done": self.reused, "core_seconds": self.core_seconds,
            "seconds": self.wall_seconds, "workers": self.workers, "memory": self.memory, "disk": self.disk,
        }  # fmt: skip

    def __str__(self) -> str:
        lines = [f"{stage:<14} {count:>6} tasks  {duration(cost)}" for stage, (count, cost) in self.stages().items()]
        free = available()
        room = f" of {gibibytes(free)} available" if free is not None else ""
        lines += [
            f"report                       {duration(self.report)}",
            f"tasks          {len(self.tasks)} to do, {self.reused} done before",
            f"core time      {duration(self.core_seconds)} (to {_MARGIN:.0%})",
            f"time           {duration(self.wall_seconds)} on {self.workers} free core{'s' * (self.workers > 1)}",
            f"memory         {gibibytes(self.memory)} at most{room}",
            f"disk           {self.disk / 2**20:.3g} MiB",
        ]
        return "\n".join(lines)


def plan(study: Study, folder: str | os.PathLike[str], workers: int, progress: Progress = None) -> Plan:
    """What is left to do of a study in a folder (which need not exist and is not touched); takes some seconds."""
    tasks = sized(study_tasks(study))
    place = StudyFolder(folder)
    done = survey(place.require(), Catalogue.of(tasks)).done if (place.path / MARKER).is_file() else {}
    todo = [task for task in tasks if task.name not in done]
    estimates = costs(tasks)
    with telling(progress) as tell:
        prices = calibration.measure({unit for task in todo for unit in estimates[task.name].work}, tell)
    seconds = {task.name: calibration.price(estimates[task.name].work, prices) for task in todo}
    report = _REPORT * prices[STANDARD]
    costed = [replace(task, cost=seconds.get(task.name, 0.0)) for task in tasks]
    return Plan(
        tuple(todo),
        len(done),
        seconds,
        report,
        max(chain_costs(costed).values(), default=0.0) + report,
        workers,
        memory.peak(todo, workers),
        sum(estimates[task.name].disk for task in todo) + _OTHER_FILES,
    )
