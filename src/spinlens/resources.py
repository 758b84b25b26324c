"""What long calls take, before they begin: refused where memory does not suffice, said where they take days.

Rates are rough, good to a factor of two or three between processors: they are to tell minutes from months. What a
study takes is measured, see `study.planning`.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from spinlens.errors import InputError

SWEEP = 3e-8
"""Seconds of a spin in one sweep of cluster moves near T_c."""

WEIGHT = 5e-10
"""Seconds of a weight in half a Gibbs step of one state."""

_DAY, _YEAR = 86_400.0, 365 * 86_400.0
_NOTICEABLE = 1 << 26  # bytes that are there wherever spinlens runs

_NO_LIMIT = 1 << 60

_CGROUP = Path("/sys/fs/cgroup")
_SELF = Path("/proc/self/cgroup")


def afford(what: str, seconds: float, memory: float, remedy: str) -> None:
    """Say what a call is going to take where that is more than a day.

    Parameters
    ----------
    what : str
        Which call, as the subject of a sentence.
    seconds, memory : float
        What it takes, in bytes at its peak.
    remedy : str
        What to do instead.

    Raises
    ------
    InputError
        More memory than there is, or more than a year: the call would not end.

    Warns
    -----
    RuntimeWarning
        More than a day.

    Examples
    --------
    >>> afford("this run", 1e12, 0, "ask for fewer draws")
    Traceback (most recent call last):
    spinlens.errors.InputError: this run would take about 3.17e+04 years; ask for fewer draws
    """
    if memory > _NOTICEABLE and (room := available()) is not None and memory > room:
        raise InputError(
            f"{what} would need about {gibibytes(memory)} of memory and {gibibytes(room)} are available; {remedy}"
        )
    if seconds > _YEAR:
        raise InputError(f"{what} would take about {seconds / _YEAR:.3g} years; {remedy}")
    if seconds > _DAY:
        warnings.warn(f"{what} will take about {seconds / _DAY:.2g} days; {remedy}", RuntimeWarning, stacklevel=2)


def available() -> int | None:
    """Bytes that this process and its workers may still take, by the system, the container and ``ulimit``; or None."""
    limits = [limit for limit in (_free(), _container(), _process()) if limit is not None]
    return min(limits) if limits else None


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
    """What the control groups of this process and those above it leave, as in containers and batch jobs."""
    found = [left for group, limit, used in _groups() if (left := _left(group / limit, group / used)) is not None]
    return min(found) if found else None


def _groups() -> Iterator[tuple[Path, str, str]]:
    """Each folder of a group, with its files that hold limit and use: of version 2, and of version 1 for memory."""
    try:
        lines = [line.split(":", 2) for line in _SELF.read_text().splitlines()]
    except OSError:
        return
    for _, controllers, group in (line for line in lines if len(line) == 3):
        kinds = {"": (_CGROUP, "memory.max", "memory.current")}
        kinds |= {"memory": (_CGROUP / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes")}
        for name in set(controllers.split(",")) & set(kinds):
            root, limit, used = kinds[name]
            for part in (group, *map(str, Path(group).parents)):
                yield root / part.lstrip("/"), limit, used


def _left(limit: Path, used: Path) -> int | None:
    """What is left of a limit; None where there is none, for which version 1 has a number that no machine reaches."""
    try:
        most, taken = limit.read_text().strip(), int(used.read_text())
        return None if most == "max" or int(most) >= _NO_LIMIT else max(0, int(most) - taken)
    except (OSError, ValueError):
        return None


def _process() -> int | None:
    """What ``ulimit -v`` leaves to each process."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit
