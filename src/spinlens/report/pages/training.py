"""The files of `spinlens train`: results.json, every figure as SVG, and the page; drawn from the results alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.arrays import Array
from spinlens.files.atomic import write_file
from spinlens.plot import style
from spinlens.report import svg
from spinlens.report.answers.training import training_answer
from spinlens.report.figures import learning
from spinlens.report.interactive.take_pages import of_training
from spinlens.report.pages.study import draw, render_page
from spinlens.report.provenance import makes
from spinlens.report.references import references
from spinlens.report.tables import Table, estimate, plain
from spinlens.versions import computed_with

Judged = Mapping[str, Any]


def write_training(
    folder: Path, judged: Judged, about: Mapping[str, str], fields: Array | None = None, bibtex: str = ""
) -> None:
    """results.json, the figures of a machine and the page index.html.

    `about` says in words which machine learned from which states; `fields` are receptive fields (unit, x, y) to draw,
    `bibtex` is what the training rests on.
    """
    with style.context():
        pictures = learning.illustrations(judged, fields)
        for picture in pictures:
            _write(folder, picture.name, picture.panels[0].figure)
        takes = of_training(judged, fields)
        drawn = [
            replace(draw(picture, count), take=takes[picture.name]) for count, picture in enumerate(pictures, start=1)
        ]
    page = render_page(
        "train.html",
        parts=("take",),
        answer=training_answer(judged, about),
        figures=drawn,
        layers=_layers(judged),
        made=_made(about, makes(judged)),
        makes=makes(judged),
        references=references(bibtex),
        bibtex=bibtex,
    )
    write_file(folder / "index.html", page.encode())
    write_file(folder / "results.json", (json.dumps(judged, indent=1) + "\n").encode())


def draw_layers(folder: Path, layers: Sequence[Judged]) -> None:
    """Learning curve and spectrum of every layer above the bottom, which has its figures as a machine alone has."""
    with style.context():
        for number, layer in enumerate(layers[1:], start=2):
            curve = learning.learning_curve(layer["history"])
            spectrum = learning.spectrum(np.array(layer["singular_values"]), layer["noise_edge"])
            _write(folder, f"learning-curve-layer{number}", curve)
            _write(folder, f"spectrum-layer{number}", spectrum)


def _write(folder: Path, name: str, figure: Figure) -> None:
    for suffix in ("svg", "pdf"):
        write_file(folder / f"{name}.{suffix}", svg.standalone(figure, suffix))


def _layers(judged: Judged) -> Table:
    """One row a layer of a stack."""
    rows = tuple(
        (
            str(number), plain(layer.get("n_visible")), plain(layer.get("n_hidden")),
            estimate(layer.get("log_likelihood")), estimate(layer.get("gibbs_tau")),
            plain((layer.get("placement") or {}).get("quality")),
        )
        for number, layer in enumerate(judged.get("layers") or (), start=1)
    )  # fmt: skip
    headings = ("layer", "visible units", "hidden units", "held-out ln p (nats a state)", "Gibbs τ (steps)",
                "placement quality")  # fmt: skip
    return Table(headings, rows)


def _made(about: Mapping[str, str], makes: Sequence[Mapping[str, Any]]) -> Table:
    words = ((name, str(value)) for name, value in about.items())
    return Table(("what", "how"), (*words, *computed_with(makes)))
