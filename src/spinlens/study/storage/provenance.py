"""Who computed a study, when and with what: kept beside the results, never inside them."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from spinlens.files.regular import read_regular
from spinlens.study.storage.store import StudyFolder
from spinlens.versions import versions

FILENAME = "provenance.json"


def read(study: StudyFolder) -> dict[str, Any]:
    """``{"runs": [...]}``: one entry for each run that computed something; empty when the file is missing or broken."""
    try:
        record = json.loads(read_regular(study.path / FILENAME))
        return {"runs": [entry for entry in record["runs"] if isinstance(entry, dict)]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {"runs": []}


@contextlib.contextmanager
def recorded(study: StudyFolder, workers: int, scheduler: str | None, seconds: Mapping[str, float]) -> Iterator[None]:
    """Append what the block did to provenance.json, however it ends."""
    started, clock = datetime.now(UTC), time.monotonic()
    ended = "finished"
    try:
        yield
    except BaseException as error:
        ended = type(error).__name__
        raise
    finally:
        entry = {
            "started": started.isoformat(timespec="seconds"),
            "wall_seconds": round(time.monotonic() - clock, 3),
            "ended": ended,
            "host": platform.node(),
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "versions": versions(),
            "command": " ".join(sys.argv),
            "workers": workers if scheduler is None else scheduler,
            "peak_memory_mib": peak_memory(),
            "task_seconds": dict(seconds),
        }
        with contextlib.suppress(Exception) if ended != "finished" else contextlib.nullcontext():
            study.write_json(FILENAME, {"runs": [*read(study)["runs"], entry]})


def peak_memory() -> dict[str, float]:
    """Peak resident memory in MiB of this process and of its largest ended worker (empty on Windows)."""
    if sys.platform == "win32":
        return {}
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10
    kinds = {"main": resource.RUSAGE_SELF, "largest_worker": resource.RUSAGE_CHILDREN}
    return {name: round(resource.getrusage(kind).ru_maxrss / unit, 1) for name, kind in kinds.items()}
