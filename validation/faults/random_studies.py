"""Random small study files that the format accepts, each run to its end: accepted means computed.

    python validation/faults/random_studies.py [--studies 100] [--first 0]

Takes some twenty minutes on one core and writes random_studies.json beside this file. `tests/random_studies.py` says
what is drawn; `tests/contracts/test_random_studies.py` runs a few.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

import spinlens
from random_studies import accepted_studies
from spinlens.errors import SpinlensError, StudyInterrupted
from spinlens.study.definition.spec import Study
from spinlens.workflows.reproduce import reproduce

RESULT = Path(__file__).with_suffix(".json")


def ended(study: Study, folder: Path) -> str:
    """Nothing where a study has run to its end, report included; else what it said."""
    try:
        reproduce(study, folder, workers=1, progress=False)
    except StudyInterrupted:
        raise
    except SpinlensError as error:
        return str(error).replace(str(folder), "STUDY")
    return ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--studies", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    failed: dict[int, str] = {}
    seconds: list[float] = []
    for seed, study in accepted_studies(options.first, options.studies):
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            if said := ended(study, Path(place) / "study"):
                failed[seed] = said
        seconds.append(time.monotonic() - started)
        print(f"{seed}: {seconds[-1]:.1f} s {failed.get(seed, '')}", flush=True)
        write(options.first, seed, seconds, failed)
    if failed:
        raise SystemExit(1)


def write(first: int, last: int, seconds: list[float], failed: dict[int, str]) -> None:
    """What has come of the studies so far."""
    result = {
        "spinlens": spinlens.__version__,
        "first_seed": first,
        "drawn": last + 1 - first,
        "accepted": len(seconds),
        "ran_to_their_end": len(seconds) - len(failed),
        "failed": failed,
        "seconds": round(sum(seconds), 1),
        "longest": round(max(seconds), 1),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
