"""Whether a study fits into memory, asked before it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from spinlens.errors import StudyError
from spinlens.study.definition.tasks import Task

IDLE_WORKER = 330 * 2**20
"""Bytes of a process that has loaded what tasks need."""

_CGROUP = Path("/sys/fs/cgroup")
_SELF = Path("/proc/self/cgroup")


def available() -> int | None:
    """Bytes that this process and its workers may still take, by the system, the container and ``ulimit``; or None."""
    limits = [limit for limit in (_free(), _container(), _process()) if limit is not None]
    return min(limits) if limits else None


def check(tasks: Iterable[Task], workers: int) -> None:
    """Raise `StudyError` when the tasks that may run side by side would not fit into the available memory."""
    limit = available()
    largest = sorted(tasks, key=lambda task: -task.memory)
    if limit is None or not largest:
        return
    wanted = peak(largest, workers)
    if wanted <= limit:
        return
    fewer = next((n for n in range(workers - 1, 0, -1) if peak(largest, n) <= limit), None)
    remedy = f"use --workers {fewer}" if fewer else "ask for smaller lattices or fewer states"
    raise StudyError(
        f"this study would need about {gibibytes(wanted)} of memory (most for {largest[0].name}) and "
        f"{gibibytes(limit)} are available; {remedy}"
    )


def peak(tasks: Iterable[Task], workers: int) -> int:
    """Bytes when the largest tasks run side by side."""
    largest = sorted((task.memory for task in tasks), reverse=True)[:workers]
    return sum(largest) + len(largest) * IDLE_WORKER


def gibibytes(size: float) -> str:
    """
    >>> gibibytes(3 * 2**29)
    '1.5 GiB'
    """
    return f"{size / 2**30:.3g} GiB"


def _free() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")  # macOS: all there is
    except (AttributeError, ValueError, OSError):
        return None


def _container() -> int | None:
    """What the control groups (version 2) of this process and those above it leave, as in containers and batch jobs."""
    try:
        group = next(line for line in _SELF.read_text().splitlines() if line.startswith("0::"))[3:]
    except (OSError, StopIteration):
        return None
    left = [_left(_CGROUP / part.lstrip("/")) for part in (group, *map(str, Path(group).parents))]
    found = [bytes_ for bytes_ in left if bytes_ is not None]
    return min(found) if found else None


def _left(group: Path) -> int | None:
    try:
        limit, used = ((group / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return None if limit == "max" else max(0, int(limit) - int(used))
    except (OSError, ValueError):
        return None


def _process() -> int | None:
    """What ``ulimit -v`` leaves to each process."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit
