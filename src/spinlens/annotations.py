"""What an annotation says of a value: whether it is of that kind, and that in words."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from types import UnionType
from typing import Any, Union, get_args, get_origin

import numpy as np

from spinlens import checks
from spinlens.errors import InputError
from spinlens.files.held import is_labelled

Kind = Callable[[Any], bool]

_LONGEST_PATH = 4096


def kind_of(annotation: str, names: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """Whether a value is of the kind of an annotation, and that in words; None where it may be anything."""
    alternatives = _split(annotation, " | ")
    if len(alternatives) > 1:
        return _any_of([kind_of(one, names) for one in alternatives])
    if annotation in ("Any", "object"):
        return None
    if annotation in _KINDS:
        return _KINDS[annotation]
    if (known := _named(annotation, names)) is not None and not isinstance(known, type):
        return _alias(known, names)
    if annotation.startswith("Callable["):
        return callable, "a function"
    if match := re.fullmatch(r"Mapping\[(.+)\]", annotation):
        key, item = _split(match[1], ", ")
        return _mapping(kind_of(key, names), kind_of(item, names))
    if match := re.fullmatch(r"(Sequence|Iterable|tuple)\[(.+)\]", annotation):
        items = _split(match[2].removesuffix(", ..."), ", ")
        exactly = len(items) if match[1] == "tuple" and not match[2].endswith("...") else None
        return _sequence(kind_of(items[0], names), int(match[1] == "tuple"), exactly)
    if re.fullmatch(r"(?:\w+\.)?[A-Z]\w+", annotation):
        return _of_class(annotation.rpartition(".")[2], known)
    raise TypeError(f"the annotation {annotation!r} is of no kind that the border knows")


def _split(annotation: str, by: str) -> list[str]:
    """The parts of an annotation that are not within brackets.

    >>> _split("int | Mapping[str, int | None] | None", " | ")
    ['int', 'Mapping[str, int | None]', 'None']
    """
    parts = [""]
    for piece in annotation.split(by):
        whole = parts[-1].count("[") == parts[-1].count("]")
        parts = [*parts, piece] if whole and parts[-1] else [*parts[:-1], by.join(filter(None, (parts[-1], piece)))]
    return parts


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
    if alias is Any:
        return None
    origin, parts = get_origin(alias), get_args(alias)
    if origin in (Union, UnionType):
        return _any_of([_alias(part, names) for part in parts])
    if origin is Callable:
        return callable, "a function"
    if origin is Mapping:
        return _mapping(None, _alias(parts[1], names))
    if origin is Sequence:
        return _sequence(_alias(parts[0], names), 0, None)
    if isinstance(alias, type) and origin is None:
        kind = "None" if alias is type(None) else alias.__name__
        return _KINDS.get(kind) or _of_class(kind, alias)
    raise TypeError(f"the alias {alias!r} is of no kind that the border knows")


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
        if not checks.is_several(value):
            return False
        if not isinstance(value, Sized):  # what can be gone through once is not gone through here
            return exactly is None
        fit = item is None or all(map(item[0], value))
        return fit and len(value) >= least and (exactly is None or len(value) == exactly)

    return fits, "a sequence" + ("" if item is None else f", each item {item[1]}")


def _of_class(name: str, known: Any) -> tuple[Kind, str] | None:
    """Objects of a class, which need not be loaded to know that a value is none of it."""
    words = f"{'an' if name[0] in 'AEIO' else 'a'} {name}"
    if getattr(known, "_is_protocol", False):
        if not getattr(known, "_is_runtime_protocol", False):
            return None
        return lambda value: not isinstance(value, type) and isinstance(value, known), words
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
    "AnyArray": _ARRAY,
    "Fields": _ARRAY,
    "Spins": _ARRAY,
    "Layer": (_layer, "a machine"),
    "Stack": (lambda value: not isinstance(value, type) and hasattr(value, "layers_"), "a stack of machines"),
    "np.random.Generator": (lambda value: isinstance(value, np.random.Generator), "a numpy.random.Generator"),
    "Table": (lambda value: isinstance(value, Mapping) or hasattr(value, "columns"), "a table of columns"),
    "xr.Dataset": (lambda value: is_labelled(value) and hasattr(value, "data_vars"), "a Dataset"),
}
