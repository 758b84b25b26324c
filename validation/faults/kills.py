"""SIGKILL at a hundred places: studies, samples, searches, trainings, workers, and two runs on one output.

    python validation/faults/kills.py

Work is killed before or after one of its writes, or in one phase of a task, and called again: the bytes must be those
of unbroken work, or there is one sentence, and nothing may hang. What does each of them, and dies, is that of the tests
(`tests/resume`): a process that has everything loaded forks a child for every kill. Takes some ten minutes on one core
and writes kills.json beside this file.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "resume"))

import drive_critical
import drive_sample
import pairs
import test_training_kill as training
import toy_tasks
from dying import dying_replace

import spinlens
from spinlens.study.definition.tasks import Task
from spinlens.study.running.runner import run

RESULT = Path(__file__).with_suffix(".json")
SIZES = (2**10, 2**20, 10**8)


class Tally:
    """How many kills of a kind there were, what came of them, and what went wrong."""

    def __init__(self, kind: str) -> None:
        self.kind, self.kills, self.same, self.sentences, self.wrong = kind, 0, 0, 0, list[str]()

    def compare(self, found: object, unbroken: object, what: str) -> None:
        if found == unbroken:
            self.same += 1
        else:
            self.wrong.append(f"{what}: other bytes")

    def row(self) -> dict[str, object]:
        print(f"{self.kind}: {self.kills} kills, wrong: {self.wrong}", flush=True)
        return {"kills": self.kills, "same_bytes": self.same, "sentences": self.sentences, "wrong": self.wrong}


def killed(work: Callable[[], object], at: int, tally: Tally) -> bool:
    """Whether `work` has died at a write in a child of its own; a hang is noted."""

    def dying() -> None:
        os.replace = dying_replace(at)  # type: ignore[assignment]
        work()

    status = os.waitpid(pairs.child(dying), 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        tally.wrong.append(f"{tally.kind} at write {at}: hangs")
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    tally.kills += died
    return died


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in (folder / "artefacts").rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def studies(place: Path, kills: int) -> Tally:
    """The main process of a study, alone and with two workers, again and again until it is done."""
    tally = Tally("studies")
    run(toy_tasks.study(), place / "unbroken")
    for number in range(kills):
        folder = place / f"study-{number // 3}"  # three kills each
        killed(lambda: run(toy_tasks.study(), folder, 1 + number % 2), number % 9, tally)  # noqa: B023
        if number % 3 == 2:
            run(toy_tasks.study(), folder)
            tally.compare(digests(folder), digests(place / "unbroken"), folder.name)
    return tally


def workers(place: Path) -> Tally:
    """A worker in every phase of a task, with an answer of 1 KB, 1 MB and 100 MB."""
    tally = Tally("workers")
    for size in SIZES:
        unbroken = hashlib.sha256(bytes(size)).hexdigest()
        for phase in toy_tasks.PHASES:
            inputs = {"marker": str(place / f"{phase}-{size}"), "size": size, "phase": phase}
            tasks = [Task("hit/it", "toy_tasks:die_at", inputs), *toy_tasks.study(sizes=(8,))]
            outcome = run(tasks, place / f"workers-{phase}-{size}", 2)
            tally.kills += 1
            found = outcome.results["hit/it"].arrays["bytes"].tobytes()
            tally.compare(hashlib.sha256(found).hexdigest(), unbroken, f"{phase}, {size} bytes")
    return tally


def samples(place: Path) -> Tally:
    """Runs of every kind of chain."""
    tally = Tally("samples")
    for kind in drive_sample.KINDS:
        unbroken = drive_sample.draw(kind)
        for number in (0, 3, 6, 1):
            killed(lambda: drive_sample.child(kind, place, number), number, tally)  # noqa: B023
        found = drive_sample.draw(kind, checkpoint=place / kind)
        tally.compare(found, unbroken, kind)
    return tally


def searches(place: Path) -> Tally:
    """Searches for a critical point, of fixed draws and of a budget."""
    tally = Tally("searches")
    for kind in drive_critical.KINDS:
        unbroken = drive_critical.search(kind)
        for number in (0, 1, 4, 15, 3, 2, 9, 8):
            killed(lambda: drive_critical.child(kind, place / kind, number), number, tally)  # noqa: B023
        tally.compare(drive_critical.search(kind, checkpoint=place / kind / "runs"), unbroken, kind)
    return tally


def trainings(place: Path) -> Tally:
    """Trainings that keep their state after every epoch."""
    tally = Tally("trainings")
    for name in training.OPTIONS:
        unbroken, state = training.train(name), place / f"{name}.safetensors"
        for number in (*training.KILLS, 3):
            killed(lambda: training.train(name, state), number, tally)  # noqa: B023
        found = training.train(name, state)
        tally.compare(_learned(found), _learned(unbroken), name)
    return tally


def _learned(machine: spinlens.RBM) -> tuple[object, ...]:
    return (*(array.tobytes() for array in machine.to_arrays().values()), repr(machine.history_))


def two_runs(place: Path, kills: int) -> Tally:
    """Two runs of a command on one output, one of which is killed; then once more alone."""
    tally = Tally("two runs on one output")
    pairs.alone(place / "unbroken.nc")
    unbroken = (place / "unbroken.nc").read_bytes()
    for number in range(kills):
        content, died, said = pairs.at_once(place, number)
        tally.kills += died
        tally.sentences += len(said)
        tally.compare(content, unbroken, f"pair {number}")
        tally.wrong += [line for line in said if not line.startswith("spinlens: ")]
    return tally


def main() -> None:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        rows = {tally.kind: tally.row() for tally in (
            studies(place, 24), workers(place), samples(place), searches(place), trainings(place), two_runs(place, 10),
        )}  # fmt: skip
    result = {
        "spinlens": spinlens.__version__,
        "python": platform.python_version(),
        "kills": sum(int(row["kills"]) for row in rows.values()),  # type: ignore[call-overload]
        "hangs_or_other_bytes": [wrong for row in rows.values() for wrong in row["wrong"]],  # type: ignore[attr-defined]
        "kinds": rows,
        "seconds": round(time.monotonic() - started),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    if result["hangs_or_other_bytes"]:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
