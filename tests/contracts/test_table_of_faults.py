"""The table of faults in validation/faults names tests that are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "validation" / "faults" / "README.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ") for line in TABLE.splitlines() if "`tests/" in line or "`.ci/" in line]
NAMED = re.findall(r"`((?:tests|validation|\.ci)/[\w/.]+)(?:::(\w+))?`", TABLE)


def test_there_are_many():
    assert len(ROWS) > 80


def test_every_row_names_what_stands_for_it():
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and line.count(" | ") == 1]
    head = "| fault | stands for it |"
    table = rows[rows.index(head) :]
    assert [row for row in table if row != head and "`" not in row.split(" | ")[1]] == []


def test_every_test_that_is_named_is_there():
    lost = [f"{path}::{name}" for path, name in NAMED if not _is_there(ROOT / path, name)]
    assert lost == []


def _is_there(path: Path, name: str) -> bool:
    if not name:
        return path.exists()
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.parse("")
    return name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
