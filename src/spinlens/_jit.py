"""The one place where kernels meet numba: a typed `njit` without the GIL, cached on disk.

numba takes what it compiled as stale when the file of the function itself has changed. That is enough for kernels that
use functions and constants of their own file only, as `machines.units.kernels` and `renormalization.kernels` do (a test
holds them to it): they take `kernel`, `arithmetic` and `inline` from here. Files that share functions or constants have
a `Compiler` of their folder, as ``sampling/kernels`` has: all of them are stale when any one has changed.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Compiler:
    """Decorators that compile kernels; with a `folder` they are compiled anew when any file there has changed."""

    folder: Path | None = None

    def kernel(self, function: Callable[P, R]) -> Callable[P, R]:
        """Compile `function` with ``njit(nogil=True, cache=True)`` and keep its type."""
        return cast(Callable[P, R], self._compiled(function))

    def arithmetic(self, function: Callable[P, R]) -> Callable[P, R]:
        """As `kernel`, for loops of plain arithmetic: a division by zero gives inf, so divisions are vectorised too."""
        return cast(Callable[P, R], self._compiled(function, error_model="numpy"))

    def inline(self, function: Callable[P, R]) -> Callable[P, R]:
        """As `kernel`, for small functions that are to be inlined into kernels."""
        return cast(Callable[P, R], self._compiled(function, inline="always"))

    def _compiled(self, function: Callable[..., Any], **options: Any) -> Any:
        try:
            dispatcher = njit(nogil=True, cache=True, **options)(function)
        except RuntimeError:  # no folder to cache in can be written
            _say_uncached()
            return njit(nogil=True, **options)(function)
        _forgive_damage(dispatcher)
        if self.folder is None or _stamped(dispatcher, _stamp(self.folder)):
            return dispatcher
        return njit(nogil=True, **options)(function)  # rather compiled at every start than stale


_ALONE = Compiler()
kernel, arithmetic, inline = _ALONE.kernel, _ALONE.arithmetic, _ALONE.inline


def _stamped(dispatcher: Any, stamp: object) -> bool:
    """Add `stamp` to what numba compares before it takes compiled code from disk; False where that cannot be done.

    numba has no public name for it: the index file of a function's cache begins with a stamp of its source, which is
    compared whole. A cache without such a file (no folder can be written) keeps nothing and needs no stamp.
    """
    index = _index_of(dispatcher)
    if index is None:
        return True
    if not hasattr(index, "_source_stamp"):
        return False
    index._source_stamp = (index._source_stamp, stamp)
    return True


def _forgive_damage(dispatcher: Any) -> None:
    """Have damaged files of the cache, as a full disk leaves them, taken for none; compiled code is written anew.

    numba lets through whatever reading such files raises.
    """
    index = _index_of(dispatcher)
    for name, nothing in (("_load_index", dict), ("load", None), ("save", None)):
        if callable(method := getattr(index, name, None)):
            setattr(index, name, _forgiving(method, nothing))


def _forgiving(method: Callable[..., Any], nothing: Callable[[], Any] | None) -> Callable[..., Any]:
    def forgiving(*arguments: Any) -> Any:
        try:
            return method(*arguments)
        except Exception:
            return None if nothing is None else nothing()

    return forgiving


@cache
def _say_uncached() -> None:
    said = "no folder can be written to keep compiled kernels in: each start compiles anew; set NUMBA_CACHE_DIR to one"
    warnings.warn(said, RuntimeWarning, stacklevel=2)


def _index_of(dispatcher: Any) -> Any:
    """The file of numba that says what a function's cache holds, None where there is none."""
    return getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)


@cache
def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every source file of a folder."""
    files = sorted((entry.name, entry.stat()) for entry in os.scandir(folder) if entry.name.endswith(".py"))
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in files)
