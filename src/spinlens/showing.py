"""How objects show themselves: one line in lists, one screen when printed, a table in a notebook, a data frame.

A class says in `_card` what it is; `Shown` makes the four forms of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_MOST_ROWS = 30  # that fit on a screen beside the line and the facts
_WIDTH = 60  # of a value in a one-line call, beyond which it is cut


@dataclass(frozen=True)
class Card:
    """What an object says of itself: a line, named facts, and a table whose first row has the headings."""

    line: str
    facts: Mapping[str, object] = field(default_factory=dict)
    table: Sequence[Sequence[object]] = ()

    def text(self) -> str:
        """On one screen."""
        width = max((len(name) for name in self.facts), default=0)
        facts = [f"  {name:{width}}  {value}" for name, value in self.facts.items()]
        return "\n".join([self.line, *facts, *([""] if facts and self.table else []), *_columns(self._rows())])

    def html(self) -> str:
        """The same as HTML without styles of its own, for notebooks."""
        facts = "".join(f"<tr><th>{_safe(name)}</th><td>{_safe(value)}</td></tr>" for name, value in self.facts.items())
        heading, *rows = self._rows() or [[]]
        head = "".join(f"<th>{_safe(cell)}</th>" for cell in heading)
        body = "".join(f"<tr>{''.join(f'<td>{_safe(cell)}</td>' for cell in row)}</tr>" for row in rows)
        parts = [f"<div><strong>{_safe(self.line)}</strong></div>"]
        parts += [f"<table>{facts}</table>"] if facts else []
        parts += [f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"] if head else []
        return "".join(parts)

    def _rows(self) -> list[Sequence[object]]:
        rows = list(self.table)
        if len(rows) <= _MOST_ROWS + 1:
            return rows
        return [*rows[: _MOST_ROWS + 1], (f"… {len(rows) - _MOST_ROWS - 1} more", *[""] * (len(rows[0]) - 1))]


class Shown:
    """An object with a card: ``repr`` is its line, ``str`` one screen, notebooks show the table."""

    @abstractmethod
    def _card(self) -> Card:
        """What it says of itself."""

    def __repr__(self) -> str:
        return self._card().line

    def __str__(self) -> str:
        return self._card().text()

    def _repr_html_(self) -> str:
        return self._card().html()


def card_of(thing: Shown) -> Card:
    """What an object says of itself."""
    return thing._card()


def call(kind: type, **settings: object) -> str:
    """``Kind(name=value, …)``, long values cut.

    >>> call(dict, width=3, name="a")
    "dict(width=3, name='a')"
    """
    return f"{kind.__name__}({', '.join(f'{name}={_short(value)}' for name, value in settings.items())})"


def sides(shape: Iterable[int]) -> str:
    """The lattice as it is said.

    >>> sides((16, 16))
    '16×16'
    """
    return "×".join(map(str, shape))


def data_frame(rows: Iterable[Mapping[str, Any]], index: str | list[str] | None = None) -> pd.DataFrame:
    """Rows as a pandas DataFrame; pandas comes with xarray."""
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    return frame if index is None else frame.set_index(index)


def _columns(rows: Sequence[Sequence[object]]) -> list[str]:
    """Rows as lines with aligned columns."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    return ["  " + "  ".join(f"{cell:{w}}" for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"


def _safe(value: object) -> str:
    return escape(str(value))
