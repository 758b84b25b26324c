"""Times that users wait for, beside what they may be: help, import, resume, status of a large study, cost of saving,
and what a second worker brings.

    python validation/faults/marks.py FOLDER

FOLDER is a finished study of the preset quick, on a machine with nothing else to do. Writes marks.json here.
Processor seconds are given next to those on the wall, because only they say something about a busy machine.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import spinlens
from spinlens.study.definition.tasks import task_keys
from spinlens.study.definition.toml_file import load_study, parse_study, to_toml
from spinlens.study.planning.contents import catalogue
from spinlens.study.planning.planning import plan
from spinlens.study.running.runner import run
from spinlens.study.stages import study_tasks
from spinlens.study.storage import provenance
from spinlens.study.storage.codec import encode
from spinlens.study.storage.store import StudyFolder

RESULT = Path(__file__).with_suffix(".json")


def timed(*command: str, repeats: int = 5) -> dict[str, float]:
    """Smallest wall and processor seconds of a command."""
    walls, processors = [], []
    for _ in range(repeats):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        walls.append(time.monotonic() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processors.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {"wall": round(min(walls), 2), "processor": round(min(processors), 2)}


def large_study(folder: Path) -> int:
    """A finished study of more than 10,000 tasks, by names; the contents are those of one empty result."""
    spec = parse_study({"machines": {"seeds": 1250}})
    study = StudyFolder(folder)
    with study.locked():
        study.write_text("study.toml", to_toml(spec))
        keys = task_keys(study_tasks(spec))
        suffix, content = encode({})
        for name, key in keys.items():
            stage, _, rest = name.partition("/")
            target = folder / "artefacts" / stage / f"{(rest or stage).replace('/', '.')}-{key[:16]}-{'0' * 16}{suffix}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return len(keys)


def saving(folder: StudyFolder) -> dict[str, float]:
    """Seconds to encode, write and flush all results of a study once more, by one process."""
    results = folder.results(catalogue(folder).keys)
    payloads = [(name, results[name]) for name in results]
    with (
        tempfile.TemporaryDirectory(dir=folder.path.parent) as place,
        StudyFolder(Path(place) / "copy").locked() as copy,
    ):
        encode(payloads[-1][1])  # what is loaded once
        started, processor = time.monotonic(), time.process_time()
        for name, payload in payloads:
            copy.write(name, results.keys_by_name[name], *encode(payload, {"task": name}))
        with provenance.recorded(copy, 1, None, {}):
            pass
        return {"wall": time.monotonic() - started, "processor": time.process_time() - processor}


def two_workers() -> dict[str, float]:
    """How many times faster two workers are on the sampling part of quick: brackets and scans."""
    tasks = [task for task in study_tasks(load_study("quick")) if task.stage in ("locate", "scan")]
    walls = {}
    for workers in (2, 1):
        with tempfile.TemporaryDirectory() as place:
            started = time.monotonic()
            run(tasks, Path(place) / "study", workers=workers)
            walls[workers] = time.monotonic() - started
    return {"wall of 1": round(walls[1], 2), "wall of 2": round(walls[2], 2), "ratio": round(walls[1] / walls[2], 2)}


def main() -> None:
    folder = StudyFolder(sys.argv[1]).require()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as place:
        count = large_study(Path(place) / "large")
        marks = {
            "help": {"at_most": 0.5, **timed("-m", "spinlens", "--help")},
            "import": {"at_most": 0.3, **timed("-c", "import spinlens")},
            "nothing": timed("-c", "pass"),
            f"status of {count} tasks": {
                "at_most": 2.0, **timed("-m", "spinlens", "study", "status", str(Path(place) / "large"), repeats=3)
            },
        }  # fmt: skip
    again = ("-m", "spinlens", "reproduce", "--preset", "quick", "--out", str(folder.path))
    marks["resume of a finished study"] = {"at_most": 2.0, **timed(*again, repeats=3)}
    marks["two workers on the sampling part"] = {"at_least": 1.7, **two_workers()}
    seconds, planned = saving(folder), plan(load_study("quick"), "absent", 1)
    spent = planned.core_seconds - planned.report
    marks["saving, of all seconds of tasks"] = {
        "at_most": 0.03,
        **{name: round(value / spent, 4) for name, value in seconds.items()},
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "seconds_of_the_tasks": round(spent, 1),
    }
    RESULT.write_text(
        json.dumps({"spinlens": spinlens.__version__, "load": os.getloadavg(), "marks": marks}, indent=1) + "\n"
    )
    print(RESULT.read_text())


if __name__ == "__main__":
    main()
