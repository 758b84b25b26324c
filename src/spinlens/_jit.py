"""The one place where kernels meet numba: a typed `njit` without the GIL, cached on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with ``njit(nogil=True, cache=True)`` and keep its type."""
    return cast(Callable[P, R], _compiled(function))


def arithmetic(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for loops of plain arithmetic: a division by zero gives inf, so divisions are vectorised too."""
    return cast(Callable[P, R], _compiled(function, error_model="numpy"))


def inline(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for small functions that are to be inlined into kernels."""
    return cast(Callable[P, R], _compiled(function, inline="always"))


def _compiled(function: Callable[..., Any], **options: Any) -> Any:
    """`function` under numba, with a cache that is stale when any file of its folder ``kernels`` has changed.

    numba alone looks at the file of the function only, and would go on with what it compiled from a file beside it.
    """
    dispatcher = njit(nogil=True, cache=True, **options)(function)
    folder = Path(function.__code__.co_filename).parent
    index = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if folder.name == "kernels" and index is not None:
        index._source_stamp = (index._source_stamp, _stamp(folder))
    return dispatcher


@cache
def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every source file of a folder."""
    files = sorted((entry.name, entry.stat()) for entry in os.scandir(folder) if entry.name.endswith(".py"))
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in files)
