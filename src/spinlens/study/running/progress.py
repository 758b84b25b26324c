"""Progress of a study, stage by stage: told as `Step`s, of which those that end a stage or say what happened last."""

from __future__ import annotations

import time
from collections.abc import Mapping

from spinlens.progress import Step, Tell, duration, time_left


class StageProgress:
    """Counts the tasks of each stage and tells, e.g., ``[2/7] machines  12 tasks  8.3 s`` when a stage is finished.

    Parameters
    ----------
    tell : callable
        Where it is told.
    totals, kept : mapping of str to int
        Tasks of each stage in all, and those that are done from before.
    cost : float, default 0.0
        Of all tasks that are to be done, in any unit; where it is known the time left is told.
    """

    def __init__(self, tell: Tell, totals: Mapping[str, int], kept: Mapping[str, int], cost: float = 0.0) -> None:
        self._steps, self._totals, self._kept = tell, dict(totals), dict(kept)
        self._done = dict.fromkeys(totals, 0) | self._kept
        self._started: dict[str, float] = {}
        self._finished = 0
        self._cost, self._paid, self._begun = cost, 0.0, time.monotonic()
        for stage in self._totals:
            self._tell(stage, "from before" if self._kept.get(stage) else "")

    def start(self, stage: str) -> None:
        """A task of `stage` begins."""
        self._started.setdefault(stage, time.monotonic())

    def advance(self, stage: str, cost: float = 0.0) -> None:
        """A task of `stage` is finished, of that part of the cost."""
        self._done[stage] += 1
        before = f", {self._kept[stage]} from before" if self._kept.get(stage) else ""
        self._tell(stage, f"{duration(time.monotonic() - self._started[stage])}{before}")
        self._paid += cost
        if self._cost:
            self._tell_all()

    def say(self, message: str) -> None:
        """A sentence that the user should read."""
        self._steps(Step(message, lasting=True))

    def _tell_all(self) -> None:
        """How far all stages are together, and the time left at the pace so far."""
        done, total, width = sum(self._done.values()), sum(self._totals.values()), max(map(len, self._totals))
        left = time_left(time.monotonic() - self._begun, self._paid / self._cost)
        self._steps(Step(f"{'all':<{width}}  {done} of {_tasks(total)}", done / total, left, part="all"))

    def _tell(self, stage: str, note: str) -> None:
        done, total = self._done[stage], self._totals[stage]
        width, stages = max(map(len, self._totals)), len(self._totals)
        if done < total:
            self._steps(Step(f"{stage:<{width}}  {done} of {_tasks(total)}  {note}", done / total, part=stage))
            return
        self._finished += 1
        head = f"[{self._finished:>{len(str(stages))}}/{stages}] {stage:<{width}}"
        self._steps(Step(f"{head}  {_tasks(total):>9}  {note}", 1.0, part=stage, lasting=True))


def _tasks(count: int) -> str:
    return f"{count} task{'s' if count > 1 else ''}"
