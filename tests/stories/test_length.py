"""A story is short, or the interface is at fault."""

from __future__ import annotations

import ast
from pathlib import Path

LONGEST = 15


def test_stories_are_twenty_at_least_and_have_at_most_fifteen_lines():
    lengths = {}
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name != Path(__file__).name:
            functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
            lengths |= {node.name: node.end_lineno - node.body[0].lineno + 1 for node in functions if _is_story(node)}
    assert len(lengths) >= 20
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def _is_story(function: ast.FunctionDef) -> bool:
    return function.name.startswith("test_")
