"""Random small study files that the format accepts, each run to its end: accepted means computed.

    python validation/faults/random_studies.py [--studies 100] [--first 0] [--part 1/2]

Some twenty seconds a study on one core. Each has a row in random_studies.json beside this file as soon as it has ended,
and is not run again: a script that was stopped goes on, and parts may run side by side. `tests/random_studies.py` says
what is drawn; `tests/contracts/test_random_studies.py` runs a few.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

import spinlens
from random_studies import accepted_studies
from spinlens.errors import StudyInterrupted
from spinlens.files.atomic import replace_file
from spinlens.study.definition.spec import Study
from spinlens.workflows.reproduce import reproduce

RESULT = Path(__file__).with_suffix(".json")

Rows = dict[str, dict[str, Any]]


def ended(study: Study, folder: Path) -> str:
    """Nothing where a study has run to its end, report included; else what it said."""
    try:
        reproduce(study, folder, workers=1, progress=False)
    except StudyInterrupted:
        raise
    except Exception as error:
        return f"{type(error).__name__}: {error}".replace(str(folder), "STUDY")
    return ""


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """While other parts of the run wait."""
    folder = os.open(RESULT.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def known() -> Rows:
    """The rows so far by seed; none of another version."""
    document = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    return document.get("studies", {}) if document.get("spinlens") == spinlens.__version__ else {}


def keep(seed: int, row: dict[str, Any]) -> None:
    """Add a row to those of all parts."""
    with alone():
        rows = {**known(), str(seed): row}
        rows = dict(sorted(rows.items(), key=lambda entry: int(entry[0])))
        seconds = [row["seconds"] for row in rows.values()]
        result = {
            "spinlens": spinlens.__version__,
            "accepted": len(rows),
            "ran_to_their_end": sum(not row["said"] for row in rows.values()),
            "seconds": round(sum(seconds), 1),
            "longest": max(seconds),
            "studies": rows,
        }
        replace_file(RESULT, (json.dumps(result, indent=1, ensure_ascii=False) + "\n").encode())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--part", default="1/1", help="1/2 and 2/2 are every second study, for two processes")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    for seed, study in accepted_studies(options.first, options.studies)[part - 1 :: parts]:
        if str(seed) in known():
            continue
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            said = ended(study, Path(place) / "study")
        seconds = round(time.monotonic() - started, 1)
        keep(seed, {"seconds": seconds, "said": said})
        print(f"{seed}: {seconds} s {said}", flush=True)
    if any(row["said"] for row in known().values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
