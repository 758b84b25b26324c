"""Public docstrings say in numpydoc layout what goes in and out, with sources from the one list."""

import dataclasses
import importlib
import inspect
import re
import sys
import types
from importlib.resources import files

import pytest
from numpydoc.validate import validate

import spinlens

MISTAKES = {
    "GL03", "GL06", "GL07", "GL08",  # blank lines, unknown sections, their order, no docstring at all
    "SS01",  # no summary
    "PR01", "PR02", "PR03", "PR04", "PR05", "PR07", "PR10",  # parameters: all of them, in order, with type and text
    "RT01", "RT03", "YD01",  # what is returned, and what it is
}  # fmt: skip
KEYS = set(re.findall(r"^@\w+\{(\w+),", (files("spinlens") / "references.bib").read_text(encoding="utf-8"), re.M))


def public_objects():
    parts = [f"{part}.{name}" for part in ("exact", "plot") for name in getattr(spinlens, part).__all__]
    for name in (*spinlens.__all__, *parts):
        if name in ("__version__", "exact", "plot"):
            continue
        item = spinlens
        for part in name.split("."):
            item = getattr(item, part)
        if not callable(item):
            continue
        path = f"{item.__module__}.{item.__qualname__}"
        yield path
        if inspect.isclass(item):
            fields = {field.name for field in dataclasses.fields(item)} if dataclasses.is_dataclass(item) else set()
            for member, value in vars(item).items():
                if member.startswith("_") or member in fields:
                    continue
                if inspect.isfunction(value) or isinstance(value, classmethod | staticmethod):
                    yield f"{path}.{member}"


PUBLIC = sorted(set(public_objects()))


@pytest.mark.parametrize("path", PUBLIC)
def test_layout(path):
    found = [f"{code} {text}" for code, text in validate(path)["errors"] if code in MISTAKES]
    assert not found, f"{path}: " + "; ".join(found)


def documented(path):
    """The object at a dotted path."""
    *parts, name = path.split(".")
    for length in range(len(parts), 0, -1):
        try:
            item = importlib.import_module(".".join(parts[:length]))
            break
        except ImportError:
            continue
    for part in [*parts[length:], name]:
        item = getattr(item, part)
    return item


@pytest.mark.parametrize("path", PUBLIC)
def test_sources_are_in_the_bibliography(path):
    cited = re.findall(r"\.\. \[(\w+)\]", documented(path).__doc__ or "")
    assert set(cited) <= KEYS, f"{path} cites {sorted(set(cited) - KEYS)}, which references.bib does not have"


@pytest.mark.parametrize("path", PUBLIC)
def test_an_example_runs_as_a_doctest(path):
    text = inspect.getdoc(documented(path)) or ""
    _, _, example = text.partition("Examples\n--------\n")
    assert ">>> " in example, f"{path} has no section Examples with a line that runs"


def test_the_check_sees_a_docstring_whose_types_are_sentences(monkeypatch):
    def resample(blocks, seed):
        """Draw blocks again.

        Parameters
        ----------
        blocks : (n_blocks, m) block means of m observables
        seed : the same seed gives the same numbers
        """

    module = types.ModuleType("module_of_the_example")
    module.resample = resample
    monkeypatch.setitem(sys.modules, module.__name__, module)
    assert "PR07" in {code for code, _ in validate(f"{module.__name__}.resample")["errors"]}
