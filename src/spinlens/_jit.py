"""The one place where kernels meet numba: a typed `njit` without the GIL, cached on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with ``njit(nogil=True, cache=True)`` and keep its type."""
    return cast(Callable[P, R], njit(nogil=True, cache=True)(function))


def arithmetic(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for loops of plain arithmetic: a division by zero gives inf, so divisions are vectorised too."""
    return cast(Callable[P, R], njit(nogil=True, cache=True, error_model="numpy")(function))


def inline(function: Callable[P, R]) -> Callable[P, R]:
    """As `kernel`, for small functions that are to be inlined into the kernels of the same file."""
    return cast(Callable[P, R], njit(nogil=True, cache=True, inline="always")(function))
