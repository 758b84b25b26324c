"""Tables that are too wide for a phone say in every cell what it is, so that rows can be set one below another.

Those that are too wide for a page, too, are set smaller there. `_static/site.css` does both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

_PHONE, _PAGE = 40, 86  # characters of a line on a phone and of a page, of which each column takes two for its margins
_PROSE = 14  # characters below which a column of words cannot be read
_TEX = re.compile(r"\\\w+|[{}_^]")


class StackTables(SphinxTransform):
    """Mark wide tables and head their cells."""

    default_priority = 860  # after symbols were set in the headings

    def apply(self, **kwargs: Any) -> None:
        for table in list(self.document.findall(nodes.table)):
            rows = [_entries(row) for row in table.findall(nodes.row)]
            if width(rows) > _PHONE:
                table["classes"] += ["stacked", "wide"] if width(rows) > _PAGE else ["stacked"]
                heads = next((_entries(row) for head in table.findall(nodes.thead) for row in head.children), None)
                body = next(table.findall(nodes.tbody))
                for row in body.children:
                    _head(_entries(row), heads)


def width(rows: Sequence[Sequence[nodes.Element]]) -> int:
    """Characters that a table needs in a line, if words of a cell may be put one below another."""
    return sum(max(map(_least, column)) + 2 for column in zip(*rows, strict=True))


def _least(entry: nodes.Element) -> int:
    """What is not broken into lines: words, formulas, and the first code of a cell."""
    text = "".join(one for one in entry.findall(nodes.Text) if not isinstance(one.parent, nodes.raw))
    formulas = [_TEX.sub("", formula.astext()) for formula in entry.findall(nodes.math)]
    code = [one.astext() for one in entry.findall(nodes.literal)][:1]
    words = [_TEX.sub("", word) for word in text.split()]
    return max(min(len(text), _PROSE), *map(len, [*words, *formulas, *code, ""]))


def _entries(row: nodes.Node) -> list[nodes.Element]:
    return [entry for entry in row.children if isinstance(entry, nodes.entry)]


def _head(entries: Sequence[nodes.Element], heads: Sequence[nodes.Element] | None) -> None:
    """Put the heading of its column into every cell after the first; empty cells are marked."""
    for entry, head in zip(entries[1:], heads[1:] if heads else [None] * (len(entries) - 1), strict=True):
        if not entry.astext().strip():
            entry["classes"].append("empty")
        elif head is not None:
            place = entry.children[0]
            words = [part.deepcopy() for part in _inline(head)]
            place.insert(0, [nodes.inline("", "", *words, classes=["of"]), nodes.Text(" ")])
    if entries and not entries[0].astext().strip():
        entries[0]["classes"].append("empty")


def _inline(entry: nodes.Element) -> Iterator[nodes.Node]:
    for child in entry.children:
        yield from child.children


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_transform(StackTables)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
