"""The page of the study file, from the models that check it: every table and key with its type, default and meaning."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
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
"""


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
        [f"`{name}`", _type(field.annotation), _default(name, field, values), describe(name, field)]
        for name, field in section.model_fields.items()
        if _model(field.annotation)[0] is None and field.annotation is not Any
    ]
    about = (section.__doc__ or "").split("\n\n")[0] if section.__doc__ != BaseModel.__doc__ else ""
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


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{json.dumps(value)}`" for value in arguments)
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if origin is types.UnionType or str(origin) == "typing.Union":
        return " or ".join(_type(one) for one in arguments if one is not type(None))
    if hasattr(annotation, "__metadata__"):
        return _type(arguments[0] if arguments else annotation.__origin__)
    return {"int": "integer", "float": "number", "bool": "true or false", "str": "text"}.get(annotation.__name__, "")


def _default(name: str, field: FieldInfo, values: BaseModel | None) -> str:
    if field.is_required() and values is None:
        return "needed"
    value = field.default if values is None else values.model_dump(mode="json")[name]
    return "left out" if value is None else f"`{json.dumps(value)}`"
