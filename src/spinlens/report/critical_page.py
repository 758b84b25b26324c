"""One critical point as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from spinlens.report import style, svg
from spinlens.report.figures import scaling
from spinlens.report.page import TEMPLATES, Drawn, environment


def render_critical(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str],
    point: Mapping[str, Any],
    curves: Sequence[Mapping[str, Any]],
) -> str:
    """The page as text: a table of what was measured, remarks, and the figures of `figures.scaling`.

    `point` is a critical point as JSON has it, `curves` what `criticality.pictures` gives.
    """
    drawn = []
    with style.context():
        for count, picture in enumerate(scaling.illustrations(point, curves), start=1):
            panels = enumerate(picture.panels)
            svgs = tuple(svg.inline(panel.figure, f"f{count}p{k}", panel.description) for k, panel in panels)
            drawn.append(Drawn(count, picture, svgs))
    css = Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))
    template = environment().get_template("critical.html")
    return template.render(title=title, headings=headings, rows=rows, notes=notes, figures=drawn, css=css)
