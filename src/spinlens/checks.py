"""Validation at public borders: what was given, what was expected, what to do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, SupportsFloat, TypeGuard

import numpy as np
import numpy.typing as npt

from spinlens.errors import InputError, SpinsError


def positive_integer(name: str, value: object, minimum: int = 1) -> int:
    """`value` as an int of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise InputError(f"{name} must be an integer of at least {minimum}, got {value!r}")
    return int(value)


def positive_number(name: str, value: object) -> float:
    """`value` as a finite float above zero."""
    number = _real(name, value)
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name} must be a finite number above 0, got {value!r}")
    return number


def finite_number(name: str, value: object) -> float:
    """`value` as a finite float of any sign."""
    number = _real(name, value)
    if not math.isfinite(number):
        raise InputError(f"{name} must be a finite number, got {value!r}")
    return number


def seed(value: object) -> int:
    """`value` as a non-negative int that can seed the streams."""
    return positive_integer("seed", value, minimum=0)


def temperatures(values: object) -> tuple[float, ...]:
    """Temperatures (units of J/k_B), each ≥ 0; 0 and infinity are legal; a single number is a grid of one."""
    items = [values] if _is_number(values) else list(values)  # type: ignore[call-overload]
    if not items:
        raise InputError("temperatures is empty: give at least one temperature")
    numbers = tuple(_real("temperature", item) for item in items)
    for number in numbers:
        if math.isnan(number) or number < 0:
            raise InputError(f"temperature must be ≥ 0 (0 and inf are legal), got {number!r}")
    if len(set(numbers)) != len(numbers):
        raise InputError(f"temperatures repeat: {numbers}; ask for more chains instead")
    return numbers


def shape(values: object) -> tuple[int, ...]:
    """Side lengths of a periodic lattice, one to three of them, each ≥ 3."""
    items = tuple(values) if isinstance(values, Sequence | np.ndarray) else (values,)
    if not 1 <= len(items) <= 3:
        raise InputError(f"shape must have 1, 2 or 3 sides, got {values!r}")
    sides = tuple(positive_integer("side length", item) for item in items)
    if min(sides) < 3:
        raise InputError(
            f"side lengths must be at least 3, got {sides}: on a side of 2 the two bonds to the same neighbour coincide"
        )
    return sides


def spins(name: str, values: npt.ArrayLike, lattice: tuple[int, ...] | None = None) -> npt.NDArray[np.int8]:
    """`values` as a contiguous int8 array of ±1 whose last axes are `lattice` (any shape when None)."""
    array = np.asarray(values)
    if lattice is not None and array.shape[-len(lattice) :] != lattice:
        raise SpinsError(f"{name} must have last axes {lattice}, got an array of shape {array.shape}")
    if array.size == 0:
        raise SpinsError(f"{name} is empty: give at least one state")
    if array.dtype.kind not in "iuf" or not bool(np.all((array == 1) | (array == -1))):
        raise SpinsError(f"{name} must hold only +1 and -1{_hint(array)}")
    return np.ascontiguousarray(array, dtype=np.int8)


def field(name: str, values: npt.ArrayLike, lattice: tuple[int, ...] | None = None) -> npt.NDArray[Any]:
    """`values` as int8 where all are ±1 and as float64 otherwise (a block average, a mean-field state).

    The last axes must be `lattice` (any shape when None); entries must be finite real numbers.
    """
    array = np.asarray(values)
    if lattice is not None and array.shape[-len(lattice) :] != lattice:
        raise SpinsError(f"{name} must have last axes {lattice}, got an array of shape {array.shape}")
    if array.size == 0:
        raise SpinsError(f"{name} is empty: give at least one state")
    if array.dtype.kind not in "iuf" or not bool(np.all(np.isfinite(array))):
        raise SpinsError(f"{name} must hold finite real numbers{_hint(array)}")
    unit = bool(np.all((array == 1) | (array == -1)))
    return np.ascontiguousarray(array, dtype=np.int8 if unit else np.float64)


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """`value` when it is one of `options`."""
    if value not in options:
        raise InputError(f"{name} must be one of {', '.join(options)}; got {value!r}")
    return str(value)


def _real(name: str, value: object) -> float:
    if isinstance(value, bool | complex | np.complexfloating) or not _is_number(value):
        raise InputError(f"{name} must be a number, got {value!r}")
    return float(value)


def _is_number(value: object) -> TypeGuard[SupportsFloat]:
    """Whether it is one number, as an `Estimate` is too, and not an array of them."""
    return isinstance(value, SupportsFloat) and not hasattr(value, "__len__")


def _hint(array: npt.NDArray[np.generic]) -> str:
    if array.dtype.kind == "b" or (array.dtype.kind in "iuf" and set(np.unique(array)[:3].tolist()) <= {0, 1}):
        return "; for 0/1 data pass 2 * x - 1"
    return ""
