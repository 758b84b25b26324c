"""The page of the study file, from the models that check it: every table and key with its type, default and meaning."""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Iterator, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from tables.markdown import table

from spinlens.study.definition.recipes import RecipeSection
from spinlens.study.definition.spec import Study
from spinlens.study.definition.toml_file import load_study, to_toml

_HEAD = """# Study file

What `spinlens reproduce` computes: a TOML file, checked before anything runs. Unknown keys and values that do not fit
are named by their place. What is left out has the value of the preset `quick`, which is the default below, but for
tables in a list (`[[…]]`): what is left out of one of these has a default of its own.
`spinlens reproduce --preset standard --show > my.toml` prints a preset to begin with.

Temperatures are in units of T_c of their lattice, sides in sites; states, sweeps and steps are counted. A *name* begins
with a letter or digit, goes on with these or `_ . + -`, and has at most 40 characters.
"""

_FIRM = "\u00a0"  # a space at which no line is broken
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def page() -> str:
    """The page as Markdown."""
    quick = load_study("quick")
    sections = [_section(*one) for one in tables_of(Study, quick)]
    whole = f"## A whole file\n\nThe preset `quick`, as `--show` prints it:\n\n```toml\n{to_toml(quick)}```\n"
    return "\n".join([_HEAD, *sections, whole])


def tables_of(
    model: type[BaseModel], values: BaseModel | None, before: str = ""
) -> Iterator[tuple[str, type[BaseModel], BaseModel | None]]:
    """Tables of the file by the heading that they have in TOML, outermost first, with the values of a study."""
    for name, field in model.model_fields.items():
        inner, listed = _model(field.annotation)
        if inner is not None:
            path, own = f"{before}{name}", None if listed else getattr(values, name, None)
            yield (f"[[{path}]]" if listed else f"[{path}]"), inner, own
            yield from tables_of(inner, own, f"{path}.")


def _section(heading: str, section: type[BaseModel], values: BaseModel | None) -> str:
    rows = [
        [f"`{name}`", _bounded(field.annotation, field.metadata), _default(name, field, values), describe(name, field)]
        for name, field in sorted(section.model_fields.items(), key=lambda item: item[0] != "name")
        if _model(field.annotation)[0] is None and field.annotation is not Any
    ]
    about = inspect.getdoc(section) or ""
    return f"## `{heading}`\n\n{about}\n\n{table(['key', 'type', 'default', 'what it is'], rows)}\n"


def describe(name: str, field: FieldInfo) -> str:
    """What a key is; the keys of a phase are those of its recipe."""
    return field.description or RecipeSection.model_fields.get(name, field).description or ""


def _model(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model of a table, and whether the file has a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    if get_origin(annotation) is tuple:
        return _model(get_args(annotation)[0])[0], True
    return None, False


def _bounded(annotation: Any, metadata: Sequence[Any] = ()) -> str:
    """A type with what its values may be: number, > 0, ≤ 10."""
    if hasattr(annotation, "__metadata__"):
        return _bounded(annotation.__origin__, [*annotation.__metadata__, *metadata])
    flat = [part for one in metadata for part in (one.metadata if isinstance(one, FieldInfo) else [one])]
    if any(getattr(one, "pattern", None) for one in flat):
        return "name"
    found = {key: getattr(one, key) for one in flat for key in (*_SIGNS, "min_length") if hasattr(one, key)}
    if annotation is int and "gt" in found:
        found["ge"] = found.pop("gt") + 1
    ends = [f"{sign}{_FIRM}{_number(found[key])}" for key, sign in _SIGNS.items() if key in found]
    if {"ge", "le"} <= set(found):
        ends = [f"{_number(found['ge'])}{_FIRM}…{_FIRM}{_number(found['le'])}"]
    least = [f"at least {found['min_length']} of them"] if "min_length" in found else []
    return ", ".join([_type(annotation), *ends, *least])


def _number(bound: float) -> str:
    return "2⁶³" if bound == 2**63 else f"{bound:,g}"


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{json.dumps(value)}`" for value in arguments)
    if origin is tuple:
        return f"{'list of' if ... in arguments else f'{len(arguments)} of'} {_bounded(arguments[0])}"
    if origin is types.UnionType or str(origin) == "typing.Union":
        return " or ".join(_bounded(one) for one in arguments if one is not type(None))
    return {"int": "integer", "float": "number", "bool": "true or false", "str": "text"}.get(annotation.__name__, "")


def _default(name: str, field: FieldInfo, values: BaseModel | None) -> str:
    if field.is_required() and values is None:
        return "needed"
    value = field.default if values is None else values.model_dump(mode="json")[name]
    return "left out" if value is None else f"`{json.dumps(value)}`"
