"""One critical point as one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from spinlens.plot import style
from spinlens.report.answers.critical import critical_answer, in_symbols
from spinlens.report.figures import scaling
from spinlens.report.interactive.take_pages import of_point
from spinlens.report.pages.study import draw, render_page
from spinlens.report.references import references
from spinlens.report.tables import Table
from spinlens.study.results_document import reference, section
from spinlens.versions import Make, computed_with


def render_critical(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    notes: Sequence[str],
    point: Mapping[str, Any],
    curves: Sequence[Mapping[str, Any]],
    known: Mapping[str, Any] | None = None,
    made: Sequence[tuple[str, str]] = (),
    bibtex: str = "",
    makes: Sequence[Make] = (),
) -> str:
    """The page as text: the answer, a table of what was measured, and the figures of `figures.scaling`.

    `title` names the lattice. `point` is a critical point as JSON has it, `curves` what
    `criticality.analysis.curve_tables` gives, `known` a reference as JSON has it, `made` what it was made with,
    `bibtex` what it rests on, `makes` the libraries and processors that computed it, one unless it is a mixture.
    """
    known = known or {}
    with style.context():
        beside = reference(section(known, "temperature").get("estimate"))
        pictures = scaling.illustrations(point, curves, beside)
        takes = of_point(curves, beside, scaling.is_corrected(point))
        drawn = [
            replace(draw(picture, count), take=takes[picture.name]) for count, picture in enumerate(pictures, start=1)
        ]
    cells = tuple(tuple(in_symbols(cell) if column in (0, 4, 5) else cell for column, cell in enumerate(row))
                  for row in rows)  # fmt: skip
    return render_page(
        "critical.html",
        parts=("take",),
        answer=critical_answer(title, point, known, notes),
        content=Table(tuple(headings), cells),
        figures=drawn,
        made=Table(("what", "with"), (*made, *computed_with(makes))) if made else None,
        makes=makes,
        references=references(bibtex),
        bibtex=bibtex,
    )
