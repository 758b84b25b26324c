"""Figures that stand alone: a heading above, the key below, indices set as mathematics."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from spinlens.plot.style import GLYPHS
from spinlens.report.illustration import Illustration, Key, Panel
from spinlens.report.scripts import mathematics

_HEAD, _LINE, _EDGE = 0.32, 0.19, 0.12  # inches: the heading, a line of the key, what is left free at the edge
_LETTERS = 62  # of a line of the key that fit into the width of a figure
_HEADING = 50  # of a line of the heading
_MARK = 5  # letters that a mark takes


def complete(picture: Illustration) -> list[Figure]:
    """The panels of a figure as they stand alone; call it once for each, under `plot.style.context`."""
    return [_complete(panel, picture.keys) for panel in picture.panels]


def _complete(panel: Panel, keys: Sequence[Key]) -> Figure:
    figure = panel.figure
    for words in figure.findobj(Text):
        words.set_text(mathematics(words.get_text()))
    for axes in figure.axes:  # tick labels that are words, which drawing would set anew
        for axis in (axes.xaxis, axes.yaxis):
            labels = [label.get_text() for label in axis.get_ticklabels()]
            if any("_" in label for label in labels):
                axis.set_ticks(axis.get_ticklocs(), [mathematics(label) for label in labels])
    columns = _columns(keys)
    lines = -(-len(keys) // columns)
    heading = textwrap.wrap(panel.title, _HEADING) or [""]
    _grow(figure, _HEAD + (len(heading) - 1) * _LINE, lines * _LINE + _EDGE if keys else 0.0)
    height = figure.get_size_inches()[1]
    for number, line in enumerate(heading):
        at = 1 - (0.4 * _HEAD + number * _LINE) / height
        figure.text(0.02, at, mathematics(line), va="center", weight="bold", fontsize=10)
    if keys:
        figure.legend(
            handles=[_handle(key) for key in keys], loc="lower left", bbox_to_anchor=(0.01, 0), ncols=columns,
            fontsize=8.5, frameon=False, handlelength=1.6, columnspacing=1.2, labelspacing=0.35, borderaxespad=0.2,
        )  # fmt: skip
    return figure


def _columns(keys: Sequence[Key]) -> int:
    longest = max((len(key.label) for key in keys), default=0) + _MARK
    return max(1, min(len(keys), _LETTERS // longest))


def _grow(figure: Figure, above: float, below: float) -> None:
    """Room above and below the axes, in inches."""
    width, height = figure.get_size_inches()
    total = height + above + below
    boxes = [(axes, axes.get_position(original=True)) for axes in figure.axes]
    figure.set_size_inches(width, total)
    for axes, box in boxes:
        axes.set_position((box.x0, (box.y0 * height + below) / total, box.width, box.height * height / total))


def _handle(key: Key) -> Artist:
    words = mathematics(key.label)
    if key.mark in ("band", "square"):
        return Patch(facecolor=key.color, alpha=0.45 if key.mark == "band" else 1.0, label=words)
    if key.mark in ("line", "dashed") and not key.glyph:
        return Line2D([], [], color=key.color, lw=1.8, ls="--" if key.mark == "dashed" else "-", label=words)
    marker, hollow = _marker(key.glyph)
    face = "none" if hollow else key.color
    return Line2D([], [], color=key.color, marker=marker, ms=5, mfc=face, mec=key.color, lw=0, label=words)


def _marker(glyph: str) -> tuple[str, bool]:
    """The marker that a sign stands for, and whether it is hollow."""
    found = ((marker, signs.index(glyph) == 1) for marker, signs in GLYPHS.items() if glyph and glyph in signs)
    return next(found, ("o", False))
