"""Every public function is behind the border, and the border knows every annotation."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from types import FunctionType
from typing import Any

import pytest

import spinlens as sl
from spinlens import border, exact
from spinlens.errors import InputError

OPEN = {
    "cite", "save",  # of anything: what they do not know they say
    "fit_transform", "from_parts", "get_params", "set_params",  # of scikit-learn, and of files that are checked
    "table", "self_image", "deviation", "for_lattice",  # check what they are given themselves
}  # fmt: skip
"""Names of functions that are not behind the border, and why."""


def functions():
    """Every function and method of the package that is behind the border, by name."""
    for module in pkgutil.walk_packages(sl.__path__, "spinlens."):
        if module.name == "spinlens.__main__" or ".cli" in module.name:
            continue
        names = vars(importlib.import_module(module.name))
        for name, item in names.items():
            parts = vars(item).items() if inspect.isclass(item) and item.__module__ == module.name else [("", item)]
            for part, thing in parts:
                found = thing.__func__ if isinstance(thing, classmethod | staticmethod) else thing
                if isinstance(found, FunctionType) and found.__code__ is border.checked(_any).__code__:
                    yield f"{module.name}.{name}.{part}".rstrip("."), inspect.unwrap(found)


def _any(value: object) -> object:
    return value


CHECKED = dict(functions()) | {f"plot.{name}": inspect.unwrap(getattr(sl.plot, name)) for name in sl.plot.__all__}


@pytest.mark.parametrize("name", sorted(CHECKED))
def test_every_annotation_is_of_a_kind_that_is_known(name):
    """One that was not known went unchecked, in silence."""
    border._gates(CHECKED[name])


def test_there_are_many():
    assert len(CHECKED) > 100


def public():
    """Every public function, and every method of a public class, with arguments."""
    for name in dir(sl):
        thing = getattr(sl, name)
        items = [(name, thing)]
        if inspect.isclass(thing):
            items = [(f"{name}.{part}", inspect.getattr_static(thing, part)) for part in dir(thing)]
        for label, item in items:
            found = item.__func__ if isinstance(item, classmethod | staticmethod) else item
            ours = isinstance(found, FunctionType) and found.__module__.startswith("spinlens") and "._" not in label
            if ours and set(inspect.signature(found).parameters) - {"self", "cls"}:
                yield label, found
    for module in (sl.plot, exact):
        for name in module.__all__:
            if inspect.isfunction(getattr(module, name)):
                yield f"{module.__name__}.{name}", getattr(module, name)


def test_every_public_function_is_behind_the_border():
    open_ones = [name for name, found in public() if not hasattr(found, "__wrapped__")]
    assert {name.split(".")[-1] for name in open_ones} == OPEN, open_ones


@pytest.mark.parametrize("annotation", ["Nonsense[int]", "int or float", "dict[str, int]", "lambda"])
def test_an_annotation_of_no_known_kind_is_an_error(annotation):
    def function(value):
        return value

    function.__annotations__["value"] = annotation
    with pytest.raises(TypeError, match="is of no kind that the border knows"):
        border.checked(function)(1)


def test_an_argument_without_annotation_is_an_error():
    with pytest.raises(TypeError, match="value without annotation"):
        border.checked(lambda value: value)(1)


Named = Mapping[str, Any]


def test_any_in_an_alias_is_anything():
    def function(rows):
        return len(rows)

    function.__annotations__["rows"] = "Sequence[Named]"
    assert border.checked(function)([{"a": 1}, {}]) == 2
    with pytest.raises(InputError, match="rows must be a sequence, each item a mapping"):
        border.checked(function)([1])
