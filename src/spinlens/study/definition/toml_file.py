"""Study files: TOML in, with mistakes named by their place in the file; TOML out, with a comment for every number."""

from __future__ import annotations

import difflib
import json
import math
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from spinlens import checks
from spinlens.errors import InputError
from spinlens.files.regular import open_regular
from spinlens.lattice.kinds import SIGMAS
from spinlens.study.definition.recipes import LENGTHS
from spinlens.study.definition.sections import VERSION
from spinlens.study.definition.spec import Study

PRESETS = ("quick", "standard", "full", "map-quick", "map")
_MAX_BYTES = 2**20
_DEEPEST = 16  # keys within keys that are looked at; a study has four


def load_study(
    source: str | os.PathLike[str] = "quick", *, sigma: float | None = None, seed: int | None = None
) -> Study:
    """The study of one of the `PRESETS` or of a TOML file (a path, or text ending in .toml).

    `sigma` replaces σ of the power-law model, `seed` the seed. Raises `InputError` with the place of the mistake.
    """
    text, name = _read(source)
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{name} is not valid TOML: {error or 'nested too deeply'}") from None
    study = parse_study(document, name)
    if sigma is None and seed is None:
        return study
    return parse_study(_replaced(study, sigma, seed), "the study with these options")


def parse_study(document: Mapping[str, Any], name: str = "study") -> Study:
    """The study of a parsed TOML document; what is left out has the value of the preset quick."""
    _check_version(document, name)
    try:
        complete = _merged(tomllib.loads(preset_text("quick")), document)
        return Study.model_validate_json(json.dumps(complete, default=_no_number))
    except ValidationError as error:
        raise InputError(_sentence(name, error)) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name} cannot be read: {str(error)[:200]}") from None


def _check_version(document: Mapping[str, Any], name: str) -> None:
    """Say of a file of an earlier version what has changed, instead of naming its keys one after the other."""
    about = document.get("study")
    if isinstance(about, Mapping) and about.get("version") == 1 and about.get("version") is not True:
        raise InputError(
            f"{name} is a study file of version 1, whose machines were trained and judged in other ways: begin with a "
            f"file of version {VERSION}, such as spinlens reproduce --show prints"
        )


def preset_text(name: str) -> str:
    """The TOML text of a preset."""
    if name not in PRESETS:
        raise InputError(f"there is no preset {name!r}{_nearest(name, PRESETS)}")
    return (files("spinlens.study") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def to_toml(study: Study) -> str:
    """The study as a TOML file that loads to the same study, with a comment for every number that needs one."""
    return "\n".join(_table(study, ())) + "\n"


def _no_number(value: Any) -> dict[str, str]:
    """A TOML date or time, which no key takes, as something that is refused."""
    return {type(value).__name__: str(value)}


def _read(source: str | os.PathLike[str]) -> tuple[str, str]:
    if isinstance(source, str) and not source.endswith(".toml"):
        return preset_text(source), source
    path = Path(source)
    try:
        with open_regular(path) as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise InputError(f"{path} is larger than {_MAX_BYTES} bytes: no study file")
        return data.decode("utf-8-sig"), str(path)
    except OSError as error:
        raise InputError(f"cannot read the study file {path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text: save it as UTF-8") from None
    except ValueError as error:  # a null byte in the path
        raise InputError(f"cannot read the study file {str(path)!r}: {error}") from None


def _merged(base: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `document`; tables are merged, lists and the other length of a training replaced."""
    both = {key: _merged(base[key], value) for key, value in document.items() if _is_table(base, key, value)}
    kept = {key: value for key, value in base.items() if key not in LENGTHS or not LENGTHS & set(document)}
    return {**kept, **document, **both}


def _is_table(base: Mapping[str, Any], key: str, value: Any) -> bool:
    return isinstance(base.get(key), dict) and isinstance(value, dict)


def _replaced(study: Study, sigma: float | None, seed: int | None) -> dict[str, Any]:
    document = study.model_dump(mode="python", exclude_none=True)
    if seed is not None:
        document["study"]["seed"] = checks.seed(seed)
    power_laws = [model for model in document["models"] if model["coupling"] == "power-law"]
    if sigma is not None:
        if not power_laws:
            raise InputError("sigma given, but the study has no power-law model")
        if len(power_laws) > 1:
            raise InputError(
                f"sigma given, but the study has {len(power_laws)} power-law models, whose sigma are in its file "
                "(--show prints it)"
            )
        power_laws[0]["sigma"] = checks.within("sigma", sigma, *SIGMAS)
    return document


def _sentence(name: str, error: ValidationError) -> str:
    """The first mistake of a study file in one sentence: where, what was given, what was expected."""
    found = error.errors(include_url=False)
    # a list with a mistake in it is also reported as empty: leave that out
    around = {place[:n] for place in (item["loc"] for item in found) for n in range(min(len(place), _DEEPEST))}
    mistakes = [item for item in found if item["loc"] not in around]
    first = next((item for item in mistakes if item["type"] == "extra_forbidden"), mistakes[0])
    place, more = first["loc"], f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    if first["type"] == "extra_forbidden":
        known = _known_keys(place[:-1])
        where = f" in [{_dotted(place[:-1])}]" if place[:-1] else ""
        return f"{name}: unknown key {place[-1]!r}{where}{_nearest(str(place[-1]), known)}{more}"
    message = first["msg"].removeprefix("Value error, ").replace("Input should", "it should")
    given = "" if first["type"] in ("missing", "value_error") else f", got {_shortened(first['input'])}"
    where = f" {_dotted(place)}:" if place else ""
    return f"{name}:{where} {message[:300]}{given}{more}"


def _known_keys(place: Sequence[int | str]) -> list[str]:
    section: type[BaseModel] = Study
    for part in place:
        if isinstance(part, str):
            section = next(_sections(section.model_fields[part].annotation))
    return list(section.model_fields)


def _sections(annotation: Any) -> Iterator[type[BaseModel]]:
    """The sections named in a type, such as X in tuple[X, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections(argument)


def _nearest(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(known)}"


def _dotted(place: Sequence[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _table(section: BaseModel, path: tuple[str, ...]) -> Iterator[str]:
    """Lines of one table: its own values first, then the tables in it."""
    fields = dict(sorted(type(section).model_fields.items(), key=lambda item: item[0] != "name"))
    inner: list[tuple[str, Any]] = []
    for name, field in fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel) or (isinstance(value, tuple) and value and isinstance(value[0], BaseModel)):
            inner.append((name, value))
        elif value is not None:
            yield _line(name, value, field)
    for name, value in inner:
        for item in value if isinstance(value, tuple) else (value,):
            header = ".".join((*path, name))
            yield from ("", f"[[{header}]]" if isinstance(value, tuple) else f"[{header}]")
            yield from _table(item, (*path, name))


def _line(name: str, value: Any, field: FieldInfo) -> str:
    text = f"{name} = {_value(value)}"
    return f"{text}  # {field.description}" if field.description else text


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(value, ensure_ascii=False)
