"""Dataclasses of numbers as JSON data, and back."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from spinlens.errors import ArtefactError, InputError
from spinlens.files.atomic import write_file
from spinlens.files.regular import read_regular

Kind = TypeVar("Kind")


def plain(value: Any) -> Any:
    """`value` as JSON data: dataclasses become dicts, arrays lists, and what is not finite None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    raise InputError(f"a JSON payload cannot hold {type(value).__name__}; return numbers, text, lists and dicts")


def restored(kind: Any, value: Any) -> Any:
    """The inverse of `plain`: JSON data as `kind`, a dataclass or what its fields are annotated with.

    Entries that the dataclass does not have are left out, fields that lack have their defaults, None is nan.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        (own,) = (one for one in inner if one is not NoneType)
        return None if value is None else restored(own, value)
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(restored(one, item) for one, item in zip(kinds, value, strict=True))
    if origin is dict:
        return {inner[0](key): restored(inner[1], item) for key, item in value.items()}
    if dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        known = [item.name for item in dataclasses.fields(kind) if item.name in value]
        make: Any = kind
        return make(**{name: restored(hints[name], value[name]) for name in known})
    if kind is float:
        return math.nan if value is None else float(value)
    return value


def write_json(path: str | Path, document: Mapping[str, Any]) -> None:
    """The document as a file, whole or not at all."""
    write_file(Path(path), (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())


def read_json(path: str | Path, kind: type[Kind], called: str) -> Kind:
    """The `kind`, `called` so in messages, that a JSON file holds."""
    try:
        found: Kind = restored(kind, json.loads(read_regular(path)))
    except OSError as error:
        raise ArtefactError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArtefactError(f"{path} holds no {called}: give a file that its save() wrote ({error})") from None
    return found
