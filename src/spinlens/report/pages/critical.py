"""One critical point as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.plot import style
from spinlens.report.figures import scaling
from spinlens.report.pages.study import draw, render_page


def render_critical(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str],
    point: Mapping[str, Any],
    curves: Sequence[Mapping[str, Any]],
) -> str:
    """The page as text: a table of what was measured, remarks, and the figures of `figures.scaling`.

    `point` is a critical point as JSON has it, `curves` what `criticality.analysis.curve_tables` gives.
    """
    with style.context():
        drawn = [draw(picture, count) for count, picture in enumerate(scaling.illustrations(point, curves), start=1)]
    content = {"headings": headings, "rows": rows}
    return render_page("critical.html", script=False, title=title, content=content, notes=notes, figures=drawn)
