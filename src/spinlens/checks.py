"""Validation at public borders: what was given, what was expected, what to do."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, SupportsFloat, TypeGuard

import numpy as np
import numpy.typing as npt

from spinlens.errors import InputError, SpinsError
from spinlens.files.held import Held, array_of, has_sites, opened
from spinlens.seeding import named

PARAMETERS = ("weights_", "visible_bias_", "hidden_bias_")
"""What every machine has."""

_LARGEST = 1e30  # trained weights are below 100
_MOST = 2**62  # counts that NumPy can hold, doubled
_SEEDS = 2**256
_FEW = 64
_SITES = 2**31  # kernels number sites with 32 bits


def positive_integer(name: str, value: object, minimum: int = 1) -> int:
    """`value` as an int of at least `minimum`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < minimum:
        raise InputError(f"{name} must be an integer of at least {minimum}, got {shown(value)}")
    if value > _MOST:
        raise InputError(f"{name} must be an integer of at most 2^62, got {shown(value)}")
    return int(value)


def workers(name: str, value: int | None) -> int:
    """`value` as a number of workers; all cores that this process may use where it is None."""
    if value is not None:
        return positive_integer(name, value)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def positive_number(name: str, value: object) -> float:
    """`value` as a finite float above zero."""
    number = real(name, value)
    if not (math.isfinite(number) and number > 0):
        raise InputError(f"{name} must be a finite number above 0, got {value!r}")
    return number


def finite_number(name: str, value: object) -> float:
    """`value` as a finite float of any sign."""
    number = real(name, value)
    if not math.isfinite(number):
        raise InputError(f"{name} must be a finite number, got {value!r}")
    return number


def seconds(name: str, value: object) -> float:
    """`value` as a time, 0 or more; inf is never."""
    number = real(name, value)
    if not number >= 0:
        raise InputError(f"{name} must be a number of seconds, at least 0, got {value!r}")
    return number


def several(name: str, values: object, most: int | None = None) -> tuple[Any, ...]:
    """`values` as a tuple, of exactly so many where that is said; no text, and no single number."""
    if not is_several(values):
        raise InputError(f"{name} must be a sequence, got {shown(values)}")
    items = tuple(values)
    if not items or (most is not None and len(items) != most):
        raise InputError(f"{name} must hold {most or 'one or more'} values, got {shown(values)}")
    return items


def is_several(value: object) -> TypeGuard[Iterable[Any]]:
    """Whether it is a sequence of things, and no text, mapping or single number."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return False
    return not (isinstance(value, np.ndarray) and value.ndim == 0)


def seed(value: object) -> int:
    """`value` as a non-negative int that can seed the streams, of any size: NumPy's own have 128 bits."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise InputError(f"seed must be an integer of at least 0, got {shown(value)}")
    if value >= _SEEDS:
        raise InputError("seed must be an integer below 2^256")
    return int(value)


def temperature(value: object, energy: float = 1.0) -> float:
    """`value` as a temperature at which Boltzmann weights of that energy are numbers: not next to 0, not infinite."""
    return within("temperature", value, energy / 350, 1e9 * max(1.0, energy))


def within(name: str, value: object, least: float, most: float) -> float:
    """`value` as a float from `least` to `most`."""
    number = real(name, value)
    if not least <= number <= most:
        raise InputError(f"{name} must be a number from {least:g} to {most:g}, got {value!r}")
    return number


def machine(name: str, value: Any) -> None:
    """The gate of machines: parameters that are finite, and so small that sums of them in float32 are."""
    for part in (np.asarray(getattr(value, parameter)) for parameter in PARAMETERS):
        if part.dtype.kind != "f" or not bool(np.abs(part).max(initial=0.0) <= _LARGEST):  # nan is not, either
            raise InputError(f"{name}: weights and biases must be finite numbers, at most {_LARGEST:g}: train it anew")


def generator(name: str, value: object) -> np.random.Generator:
    """`value` when it is a source of random numbers; a seed is a common mistake."""
    if not isinstance(value, np.random.Generator):
        raise InputError(f"{name} must be a numpy.random.Generator, such as numpy.random.default_rng(0), got {value!r}")
    return value


def temperatures(values: object) -> tuple[float, ...]:
    """Temperatures (units of J/k_B), each ≥ 0; 0 and infinity are legal; a single number is a grid of one."""
    items = [values] if _is_number(values) else list(values)  # type: ignore[call-overload]
    if not items:
        raise InputError("temperatures is empty: give at least one temperature")
    numbers = tuple(real("temperature", item) for item in items)
    for number in numbers:
        if math.isnan(number) or number < 0:
            raise InputError(f"temperature must be ≥ 0 (0 and inf are legal), got {number!r}")
    if len(set(map(named, numbers))) != len(numbers):
        raise InputError(f"temperatures repeat: {numbers}; ask for more chains instead")
    return numbers


def shape(values: object) -> tuple[int, ...]:
    """Side lengths of a periodic lattice, one to three of them, each ≥ 3."""
    items = tuple(values) if isinstance(values, Sequence | np.ndarray) and np.ndim(values) == 1 else (values,)
    if not 1 <= len(items) <= 3:
        raise InputError(f"shape must have 1, 2 or 3 sides, got {values!r}")
    sides = tuple(positive_integer("side length", item) for item in items)
    if min(sides) < 3:
        raise InputError(
            f"side lengths must be at least 3, got {sides}: on a side of 2 the two bonds to the same neighbour coincide"
        )
    if math.prod(sides) > _SITES:
        raise InputError(f"a lattice must have at most 2^31 sites, got {sides}")
    return sides


def signs(name: str, values: Held) -> npt.NDArray[Any]:
    """The gate that all states pass: an array of them as it is, but True as +1 and False as −1.

    They may be given as a Dataset, an archive, packed states or a file, see `files.held.array_of`.
    Numbers that are only 0 and 1 are states in another encoding, which would be read as states of another temperature:
    they are refused. Zeros alone are a field where they are floats, as a mean-field flow ends at.
    """
    array = array_of(values)
    if array.dtype.kind == "b":
        return np.where(array, np.int8(1), np.int8(-1))
    if array.dtype.kind in "iuf" and array.size and _only_bits(array):
        twice = "2 * x.astype(int)" if array.dtype.kind == "u" else "2 * x"
        raise SpinsError(f"{name} must hold +1 and -1, got only 0 and 1; for 0/1 data pass {twice} - 1")
    return array


def spins(name: str, values: Held, lattice: tuple[int, ...] | None = None) -> npt.NDArray[np.int8]:
    """`values` as a contiguous int8 array of ±1 whose last axes are `lattice` (any shape when None).

    Bool and flat states are taken as in `field`.
    """
    array = _on_lattice(name, values, lattice)
    if array.dtype.kind not in "iuf" or not bool(np.all((array == 1) | (array == -1))):
        raise SpinsError(f"{name} must hold only +1 and -1")
    return np.ascontiguousarray(array, dtype=np.int8)


def real_array(name: str, values: npt.ArrayLike) -> npt.NDArray[Any]:
    """A copy of `values` as an array of real numbers, whatever they are."""
    try:
        found = np.array(values)
    except (TypeError, ValueError):  # ragged lists
        found = np.array(None)
    if found.dtype.kind not in "iuf":
        raise InputError(f"{name} must be an array of real numbers, got {type(values).__name__}")
    return found


def numbers(name: str, values: Held) -> npt.NDArray[Any]:
    """As `signs`, and neither text nor complex or other things."""
    array = signs(name, values)
    if array.dtype.kind not in "iuf":
        raise SpinsError(f"{name} must be an array of numbers, +1 and -1, got one of {array.dtype}")
    return array


def units(name: str, values: Held, means: bool = True) -> npt.NDArray[Any]:
    """An array of ±1, or with `means` of means in [−1, 1], of any shape; bool as in `signs`."""
    array = numbers(name, values)
    size = np.abs(array)
    if array.size == 0:
        raise SpinsError(f"{name} is empty: give at least one state")
    if not (bool(size.max() <= 1) if means else bool(np.all(size == 1))):
        raise SpinsError(f"{name} must hold +1 and -1{', or means between them' if means else ''} and nothing else")
    return array


def lattices(name: str, values: Held, shape: Sequence[int] | None = None) -> npt.NDArray[Any]:
    """Fields (n_samples, *sides) of lattices whose sides are known: by names, by `shape`, or since nothing else fits.

    Of an array alone (8, 8) may be one lattice or eight rings, and (2, 500, 8, 8) chains of draws or boxes.
    """
    held = opened(values)
    if shape is not None:
        sides = tuple(positive_integer("side", side) for side in several("shape", shape))
        return field(name, held, sides).reshape(-1, *sides)
    array = field(name, held)
    others, alone = array.shape[1:], not has_sites(held)
    if alone and others and (set(others) == {len(array)} or (len(others) > 2 and len(set(others)) > 1)):
        raise SpinsError(f"{name} of shape {array.shape} may be of several dimensions: give the shape of one lattice")
    return array


def field(name: str, values: Held, lattice: tuple[int, ...] | None = None) -> npt.NDArray[Any]:
    """`values` as int8 where all are ±1 and as float64 otherwise (a block average, a mean-field state).

    The last axes must be `lattice` (any shape when None) or, flat, one of as many sites; True is +1 and False −1; other
    entries must be finite real numbers, and not only 0 and 1.
    """
    array = _on_lattice(name, values, lattice)
    if array.dtype.kind not in "iuf" or not bool(np.all(np.isfinite(array))):
        raise SpinsError(f"{name} must hold finite real numbers")
    unit = bool(np.all((array == 1) | (array == -1)))
    return np.ascontiguousarray(array, dtype=np.int8 if unit else np.float64)


def on_sites(values: npt.NDArray[Any], lattice: tuple[int, ...]) -> npt.NDArray[Any]:
    """Flat states (..., N) as (..., *lattice); any others as they are."""
    flat = values.ndim > 0 and values.shape[-len(lattice) :] != lattice and values.shape[-1] == math.prod(lattice)
    return values.reshape(*values.shape[:-1], *lattice) if flat else values


def instance(name: str, value: object, kind: type, wanted: str, error: type[InputError] = InputError) -> None:
    """Refuse a `value` that is no object of `kind`, such as a class in place of one of its objects."""
    if isinstance(value, type):
        raise error(f"{name} must be {wanted}, got the class {value.__name__} itself: make an object of it")
    if not isinstance(value, kind):
        raise error(f"{name} must be {wanted}, got {value!r}")


def choice(name: str, value: object, options: Sequence[str]) -> str:
    """`value` when it is one of `options`."""
    if not isinstance(value, str) or value not in options:
        raise InputError(f"{name} must be one of {', '.join(options)}; got {shown(value)}")
    return str(value)


def shown(value: object) -> str:
    """An argument as messages show it, in so many letters."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _MOST:
        return "one of more than 18 digits"
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:100]}… ({type(value).__name__})"


def real(name: str, value: object) -> float:
    """`value` as a float, of any size and sign, or nan."""
    if isinstance(value, bool | np.bool_ | complex | np.complexfloating) or not _is_number(value):
        raise InputError(f"{name} must be a number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise InputError(f"{name} must be a number that fits into a float, got one of that many digits") from None


def _is_number(value: object) -> TypeGuard[SupportsFloat]:
    """Whether it is one number, as an `Estimate` is too, and not an array of them."""
    return isinstance(value, SupportsFloat) and not hasattr(value, "__len__")


def _on_lattice(name: str, values: Held, lattice: tuple[int, ...] | None) -> npt.NDArray[Any]:
    array = array_of(values)
    if array.size == 0:
        raise SpinsError(f"{name} is empty: give at least one state")
    if lattice is not None:
        array = on_sites(array, lattice)
        if array.shape[-len(lattice) :] != lattice:
            raise SpinsError(
                f"{name} must have last axes {lattice}, or flat one of {math.prod(lattice)}, got an array of shape "
                f"{array.shape}"
            )
    return signs(name, array)


def _only_bits(array: npt.NDArray[Any]) -> bool:
    """Whether numbers are 0 and 1 and no others; of floats both must occur."""
    if array.flat[:_FEW].min() < 0 or array.min() != 0:  # states of ±1 show it at once
        return False
    if array.dtype.kind in "iu":
        return bool(array.max() <= 1)
    return bool(array.max() == 1 and np.all((array == 0) | (array == 1)))
