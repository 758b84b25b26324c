"""Whether a study fits into memory, asked before it starts."""

from __future__ import annotations

from collections.abc import Iterable

from spinlens.errors import StudyError
from spinlens.resources import available, gibibytes
from spinlens.study.definition.tasks import Task

IDLE_WORKER = 330 * 2**20
"""Bytes of a process that has loaded what tasks need."""


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
