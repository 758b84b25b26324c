"""The border of public functions: every argument is of the kind that its signature says, or one sentence names it.

    @checked
    def flow(machine: Layer, states: Held, steps: int, kind: Kind = "sampled") -> …

The annotation is the one place where the kind of an argument is written. What a number may be, and which arguments go
together, functions say themselves, by the gates of `checks`.
"""

from __future__ import annotations

import inspect
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sized
from functools import cache, update_wrapper
from types import FunctionType, UnionType
from typing import Any, ParamSpec, TypeVar, Union, cast, get_args, get_origin

import numpy as np

from spinlens import checks
from spinlens.errors import InputError
from spinlens.files.held import is_labelled

P = ParamSpec("P")
R = TypeVar("R")
Made = TypeVar("Made")
Gate = Callable[[str, Any], None]
Kind = Callable[[Any], bool]

_LONGEST_PATH = 4096
_MOST = 10**12  # of anything that is counted


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The function with its arguments checked by their annotations, at a cost of some microseconds a call."""
    signature, check = inspect.signature(function), _check

    def public(*arguments: P.args, **named: P.kwargs) -> R:
        check(function, signature.bind(*arguments, **named).arguments)
        return function(*arguments, **named)

    # of the module of the function, where those who look for doctests, and pickle, look
    found = FunctionType(public.__code__, function.__globals__, function.__name__, None, public.__closure__)
    return cast(Callable[P, R], update_wrapper(found, function))


def checked_methods(kind: type[Made]) -> type[Made]:
    """The class with all of its public methods checked."""
    for name, item in [(name, item) for name, item in vars(kind).items() if not name.startswith("_")]:
        if isinstance(item, FunctionType):
            setattr(kind, name, checked(item))
        elif isinstance(item, classmethod):
            setattr(kind, name, classmethod(checked(item.__func__)))
    return kind


def _check(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    gates = _gates(function)
    for name, value in given.items():
        if name in gates:
            gates[name](name, value)


@cache
def _gates(function: Callable[..., Any]) -> dict[str, Gate]:
    """The gates of the arguments whose annotation is of kinds that are known."""
    single = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [item for item in inspect.signature(function).parameters.values() if item.kind in single]
    found = {item.name: _gate(str(item.annotation), function.__globals__) for item in parameters}
    return {name: gate for name, gate in found.items() if gate is not None}


def _gate(annotation: str, names: Mapping[str, Any]) -> Gate | None:
    """The gate of an annotation; None where one of its alternatives is not known."""
    found = _kind(annotation, names)
    if found is None:
        return None
    fits, wanted = found
    machine = "Layer" in annotation

    def gate(name: str, value: Any) -> None:
        if not fits(value):
            raise InputError(f"{name} must be {_instead(wanted, value)}")
        if machine and hasattr(value, "weights_"):
            checks.machine(name, value)
        if name != "seed" and isinstance(value, int) and abs(value) > _MOST:
            raise InputError(f"{name} must be at most 10^12, got {checks.shown(value)}: it would never end")

    return gate


def _instead(wanted: str, value: Any) -> str:
    """What was wanted and what came instead, in words."""
    if isinstance(value, type):
        return f"{wanted}, got the class {value.__name__} itself: make an object of it"
    if isinstance(value, float) and math.isnan(value):
        return "a finite number, got nan"
    return f"{wanted}, got {checks.shown(value)}"


def _kind(annotation: str, names: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """Whether a value is of the kind of an annotation, and that in words."""
    alternatives = re.split(r" \| (?![^\[]*\])", annotation)
    if len(alternatives) > 1:
        return _any_of([_kind(one, names) for one in alternatives])
    if annotation == "Any":
        return None
    if annotation in _KINDS:
        return _KINDS[annotation]
    if (known := _named(annotation, names)) is not None and not isinstance(known, type):
        return _alias(known, names)
    if annotation.startswith("Callable["):
        return callable, "a function"
    if match := re.fullmatch(r"Mapping\[(.+?), (.+)\]", annotation):
        return _mapping(_kind(match[1], names), _kind(match[2], names))
    if match := re.fullmatch(r"(Sequence|tuple)\[(.+)\]", annotation):
        items = match[2].removesuffix(", ...")
        least = 1 if match[1] == "tuple" else 0
        if match[1] == "tuple" and items == match[2]:
            least = 1 + items.count(", ")
        return _sequence(_kind(items.split(", ")[0], names), least, items.count(", ") + 1 if ", " in items else None)
    if re.fullmatch(r"(?:\w+\.)?[A-Z]\w+", annotation):
        return _of_class(annotation.rpartition(".")[2], known)
    return None


def _named(annotation: str, names: Mapping[str, Any]) -> Any:
    """What a name of an annotation stands for, None where it is not loaded."""
    first, *rest = annotation.split(".")
    found = names.get(first)
    for name in rest:
        found = getattr(found, name, None)
    return found


def _alias(alias: Any, names: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """The kind of a name for a union, for the words of a Literal, for mappings or functions."""
    if (options := _options(alias)) is not None:
        return lambda value: isinstance(value, str) and value in options, f"one of {', '.join(options)}"
    origin, parts = get_origin(alias), get_args(alias)
    if origin in (Union, UnionType):
        return _any_of([_alias(part, names) for part in parts])
    if origin is Callable:
        return callable, "a function"
    if origin is Mapping:
        return _mapping(None, _alias(parts[1], names))
    if isinstance(alias, type) and origin is None:
        kind = "None" if alias is type(None) else alias.__name__
        return _KINDS.get(kind) or _of_class(kind, alias)
    return None


def _any_of(kinds: Iterable[tuple[Kind, str] | None]) -> tuple[Kind, str] | None:
    known = list(kinds)
    fits = [kind[0] for kind in known if kind is not None]
    if len(fits) < len(known):
        return None
    words = " or ".join(dict.fromkeys(kind[1] for kind in known if kind is not None))
    return lambda value: any(fit(value) for fit in fits), words


def _mapping(key: tuple[Kind, str] | None, item: tuple[Kind, str] | None) -> tuple[Kind, str]:
    def fits(value: Any) -> bool:
        return (
            isinstance(value, Mapping)
            and (key is None or all(map(key[0], value)))
            and (item is None or all(map(item[0], value.values())))
        )

    return fits, "a mapping" + ("" if item is None else f", each value {item[1]}")


def _sequence(item: tuple[Kind, str] | None, least: int, exactly: int | None) -> tuple[Kind, str]:
    def fits(value: Any) -> bool:
        if not checks.is_several(value) or (item is not None and not all(map(item[0], value))):
            return False
        length = len(value) if isinstance(value, Sized) else math.inf
        return length >= least and (exactly is None or length == exactly)

    return fits, "a sequence" + ("" if item is None else f", each item {item[1]}")


def _of_class(name: str, known: Any) -> tuple[Kind, str] | None:
    """Objects of a class, which need not be loaded to know that a value is none of it."""
    if getattr(known, "_is_protocol", False):
        return None
    words = f"{'an' if name[0] in 'AEIO' else 'a'} {name}"
    return lambda value: any(base.__name__ == name for base in type(value).__mro__), words


def _options(alias: Any) -> tuple[str, ...] | None:
    """The words of a Literal."""
    words = get_args(alias)
    return tuple(words) if words and all(isinstance(word, str) for word in words) else None


def _integer(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    """One real number, as an `Estimate` is too; nan is none."""
    try:
        return not np.isnan(checks.real("it", value))
    except InputError:
        return False


def _path(value: Any) -> bool:
    if not isinstance(value, str | os.PathLike):
        return False
    try:
        text = os.fsencode(value)
    except (TypeError, UnicodeEncodeError):
        return False
    return 0 < len(text) <= _LONGEST_PATH and b"\0" not in text


def _held(value: Any) -> bool:
    """What may hold states; files and archives of them are looked into by those who open them."""
    return isinstance(value, Mapping) or _path(value) or _array(value)


def _array(value: Any) -> bool:
    """What is an array of numbers, or becomes one."""
    if is_labelled(value) or type(value).__name__ == "PackedStates" or isinstance(value, os.PathLike):
        return True  # whoever takes it looks into it
    if isinstance(value, str | bytes | Mapping):
        return False
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except (TypeError, ValueError):
        return False


def _layer(value: Any) -> bool:
    """Anything with the parameters of a machine; one that has learned nothing says so itself."""
    if isinstance(value, type):
        return False
    try:
        return all(getattr(value, name) is not None for name in checks.PARAMETERS)
    except InputError:
        raise
    except AttributeError:
        return False


_ARRAY = (_array, "an array of real numbers")
_PATH = (_path, "a path")
_KINDS: dict[str, tuple[Kind, str]] = {
    "int": (_integer, "an integer"),
    "float": (_number, "a number"),
    "bool": (lambda value: isinstance(value, bool | np.bool_), "True or False"),
    "str": (lambda value: isinstance(value, str), "a text"),
    "None": (lambda value: value is None, "None"),
    "Path": _PATH,
    "os.PathLike[str]": _PATH,
    "npt.ArrayLike": _ARRAY,
    "Held": (_held, "an array of real numbers, or a file of them"),
    "Array": _ARRAY,
    "Fields": _ARRAY,
    "Spins": _ARRAY,
    "Layer": (_layer, "a machine"),
    "Stack": (lambda value: not isinstance(value, type) and hasattr(value, "layers_"), "a stack of machines"),
    "np.random.Generator": (lambda value: isinstance(value, np.random.Generator), "a numpy.random.Generator"),
    "Table": (lambda value: isinstance(value, Mapping) or hasattr(value, "columns"), "a table of columns"),
    "xr.Dataset": (lambda value: is_labelled(value) and hasattr(value, "data_vars"), "a Dataset"),
}
