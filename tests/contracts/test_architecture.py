"""ARCHITECTURE.md says what is there: its paths exist, no folder is left out, recipes are short, layers as enforced."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "spinlens"
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| `")]
NAMED = sorted(set(re.findall(r"`([\w/]+(?:\.py|/))`", TEXT)))
RECIPES = re.findall(r"^### (.+?)\n\n(.+?)(?=\n\n|\Z)", TEXT, re.M | re.S)


@pytest.mark.parametrize("path", NAMED)
def test_a_path_that_is_named_exists(path):
    assert (SOURCE / path).exists() or (ROOT / path).exists()


def test_every_folder_of_the_source_has_a_row():
    folders = {f"{path.parent.relative_to(SOURCE)}/" for path in SOURCE.rglob("__init__.py")} - {"./"}
    assert not {folder for folder in folders if f"`{folder}`" not in "\n".join(ROWS)}


def test_rows_stand_in_the_order_of_the_layers():
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = [re.findall(r"spinlens\.(\w+)", layer) for layer in rules["contracts"][0]["layers"]]
    first = [min(_row(name) for name in layer) for layer in reversed(layers)]
    last = [max(_row(name) for name in layer) for layer in reversed(layers)]
    assert all(below < above for below, above in zip(last[:-1], first[1:], strict=True))


def _row(name: str) -> int:
    """The first row that names a folder or file of the source."""
    return next(k for k, row in enumerate(ROWS) if f"`{name}/`" in row or f"`{name}.py`" in row.split(" | ")[0])


def test_the_four_recipes_are_short():
    assert [title for title, _ in RECIPES] == ["A sampling algorithm", "A thermometer", "A claim", "A machine"]
    assert max(len(text.splitlines()) for _, text in RECIPES) <= 10
