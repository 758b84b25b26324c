"""Run the tasks of a study that are not done yet, anywhere, with the same numbers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field, replace

from spinlens import checks
from spinlens.errors import StudyError, StudyInterrupted, TaskError
from spinlens.progress import Step, Tell, silent
from spinlens.signals import first_signal
from spinlens.study.definition.tasks import Task, chain_costs, ordered
from spinlens.study.planning import memory
from spinlens.study.running.executors import DaskCluster, Executor, InProcess, Processes, Reply
from spinlens.study.running.making import Making, admitted
from spinlens.study.running.progress import StageProgress
from spinlens.study.running.worker import Failure
from spinlens.study.storage import provenance
from spinlens.study.storage.catalogue import FILENAME as CATALOGUE
from spinlens.study.storage.catalogue import Catalogue
from spinlens.study.storage.inspection import survey
from spinlens.study.storage.store import MARKER, Artefact, StudyFolder, StudyResults

__all__ = ["Outcome", "Task", "run"]

_WORKER_KILLED = ("WorkerKilled", "KilledWorker")  # the second is Dask's, which need not be installed
_POLL = 0.2  # seconds between looks at the signals


@dataclass(frozen=True)
class Outcome:
    """A finished study: its results by task name, which tasks were done before, and the seconds of the others."""

    folder: StudyFolder
    results: StudyResults
    reused: tuple[str, ...]
    seconds: Mapping[str, float]


def run(
    tasks: Sequence[Task],
    folder: str | os.PathLike[str] | StudyFolder,
    workers: int = 1,
    scheduler: str | None = None,
    tell: Tell = silent,
    files: Mapping[str, str] | None = None,
    mixed: bool = False,
    finish: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Compute what is missing in a study folder and keep it there.

    Parameters
    ----------
    tasks : all tasks of the study. Those whose artefact is in the folder and sound are not run again.
    folder : path of the study folder, made when missing.
    workers : 1 runs in this process, more run in as many processes. The results do not depend on it.
    scheduler : address of a Dask scheduler ("tcp://host:port") to use instead.
    tell : where to say how far it is; nothing is said by default.
    files : texts to put at the top of the folder once it is locked, e.g. ``{"study.toml": …}``.
    mixed : whether to go on with what other libraries or another processor began; results say so.
    finish : what is to be done with the outcome before another run may have the folder.

    Raises
    ------
    TaskError : some tasks failed; those that do not need them were finished and saved.
    StudyInterrupted : Ctrl-C, SIGTERM or a closed terminal; finished tasks are saved.
    StudyError : the folder cannot be used, is in use, or the disk is full; or the tasks would not fit into memory; or
        its results are of another version, other libraries or another processor, and no mixture is asked for.
    """
    checks.positive_integer("workers", workers)
    contents = Catalogue.of(tasks)
    keys = contents.keys
    study = folder if isinstance(folder, StudyFolder) else StudyFolder(folder)
    cluster = DaskCluster(scheduler) if scheduler is not None else None
    if cluster is None:
        memory.check(_missing(study, tasks), workers)
    with study.locked():
        done = study.inventory(keys)
        reused, missing = tuple(done), len(tasks) - len(done)
        heard: list[int] = []
        executor = cluster or _local(min(workers, missing))
        making = admitted(study, executor.make if missing else None, bool(done), mixed)
        contents = replace(contents, made_with=making.every)
        for name, text in {CATALOGUE: contents.text(), **(files or {})}.items():
            study.write_text(name, text)
        with first_signal(heard.append):
            for notice in study.notices:
                tell(Step(notice, lasting=True))
            queue = ordered(tasks)
            totals, kept = Counter(task.stage for task in queue), Counter(name.split("/", 1)[0] for name in done)
            cost = sum(task.cost for task in queue if task.name not in done)
            state = _State(study, queue, keys, done, StageProgress(tell, totals, kept, cost), making)
            if missing:
                with provenance.recorded(study, workers, scheduler, state.seconds):
                    _compute(state, executor, heard)
        if state.failed:
            raise TaskError(state.report_failures())
        study.remove_text("failures.txt")
        outcome = Outcome(study, StudyResults(study, keys), reused, state.seconds)
        if finish is not None:
            finish(outcome)
    return outcome


def _missing(study: StudyFolder, tasks: Sequence[Task]) -> list[Task]:
    """Tasks without a file, by names alone; all of them where there is no study yet."""
    if not (study.path / MARKER).is_file() or not any(task.memory for task in tasks):
        return list(tasks)
    missing = set(survey(study, Catalogue.of(tasks)).missing)
    return [task for task in tasks if task.name in missing]


def _local(workers: int) -> Executor:
    return InProcess() if workers == 1 else Processes(workers)


@dataclass
class _State:
    """What is done, running and to do."""

    study: StudyFolder
    tasks: Sequence[Task]
    keys: Mapping[str, str]
    done: dict[str, Artefact]
    progress: StageProgress
    making: Making
    seconds: dict[str, float] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    running: dict[Future[Reply], Task] = field(default_factory=dict)
    suspects: list[Task] = field(default_factory=list)  # in flight when a worker was lost: tried again, one at a time
    on_trial: str = ""

    def __post_init__(self) -> None:
        costs = chain_costs(self.tasks)
        self.waiting = sorted((t for t in self.tasks if t.name not in self.done), key=lambda t: -costs[t.name])

    def next_task(self, slots: int) -> Task | None:
        """The task to start now, or None while there is nothing to do but wait."""
        if self.suspects:
            if self.running:
                return None
            suspect = self.suspects.pop(0)
            self.on_trial = suspect.name
            return suspect
        if len(self.running) >= (1 if self.on_trial else slots):
            return None
        task = next((t for t in self.waiting if all(need in self.done for need in t.needs)), None)
        if task is not None:
            self.waiting.remove(task)
        return task

    def finish(self, task: Task, reply: Reply) -> None:
        """Keep an answer, or note a failure."""
        if isinstance(reply, Failure):
            self.failed[task.name] = reply
            self.progress.say(f"{task.name} failed: {reply.message}")
            return
        self.done[task.name] = self.study.write(task.name, self.keys[task.name], reply.suffix, reply.content)
        self.study.drop_checkpoint(task, self.keys)
        self.seconds[task.name] = round(reply.seconds, 3)
        self.progress.advance(task.stage, task.cost)

    def report_failures(self) -> str:
        """One sentence that names the failed tasks; the tracebacks go to a file."""
        details = [f"{name}: {failure.message}\n{failure.details}" for name, failure in self.failed.items()]
        path = self.study.write_text("failures.txt", "\n".join(details) + "\n")
        first, failure = next(iter(self.failed.items()))
        skipped = len(self.waiting)
        also = f"; {len(self.failed) - 1} more failed" if len(self.failed) > 1 else ""
        also += f"; {skipped} that need{'s' if skipped == 1 else ''} what failed not run" if skipped else ""
        return f"task {first} failed: {failure.message}{also}; all else is saved, details are in {path}"


def _compute(state: _State, executor: Executor, heard: Sequence[int]) -> None:
    """Keep the executor busy until nothing more can be done."""
    try:
        while True:
            _fill(state, executor)
            if not state.running:
                return
            finished, _ = wait(state.running, timeout=_POLL, return_when=FIRST_COMPLETED)
            if heard:
                left = len(state.waiting) + len(state.running) + len(state.suspects)
                raise StudyInterrupted(f"stopped; {len(state.done)} tasks are saved, {left} are left", heard[0])
            _collect(state, finished)
    finally:
        executor.stop()


def _fill(state: _State, executor: Executor) -> None:
    while (task := state.next_task(executor.slots)) is not None:
        state.progress.start(task.stage)
        folder = state.study.checkpoint(task, state.keys)
        needs = [state.done[need] for need in task.needs]
        state.running[executor.submit(task, state.making, needs, None if folder is None else str(folder))] = task


def _collect(state: _State, finished: set[Future[Reply]]) -> None:
    lost = []
    for future in finished:
        task, error = state.running.pop(future), _error(future)
        on_trial, state.on_trial = state.on_trial == task.name, ""
        if error is None:
            state.finish(task, future.result())
        elif isinstance(error, StudyError):
            raise error
        elif type(error).__name__ not in _WORKER_KILLED:
            reason = f"{type(error).__name__}: {error}".rstrip(": ")
            raise StudyError(f"the workers were lost ({reason}); finished work is saved, run again")
        elif on_trial:
            state.finish(task, Failure("its worker process was killed again and again (out of memory?)"))
        else:
            lost.append(task)
    if lost:
        state.suspects.extend(sorted(lost, key=lambda task: task.name))
        names = ", ".join(task.name for task in state.suspects)
        state.progress.say(f"a worker process was killed while it ran {names}; trying again, one at a time")


def _error(future: Future[Reply]) -> BaseException | None:
    return CancelledError() if future.cancelled() else future.exception()
