"""The files of `spinlens train`: results.json and every figure as SVG, drawn from the results alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.arrays import Array
from spinlens.files.atomic import write_file
from spinlens.plot import style
from spinlens.report import svg
from spinlens.report.figures import learning

Judged = Mapping[str, Any]


def write_training(folder: Path, judged: Judged, fields: Array | None = None) -> None:
    """results.json and the figures of a machine; `fields` are receptive fields (unit, x, y) to draw."""
    with style.context():
        figures = {
            "learning-curve": learning.learning_curve(judged["history"]),
            "spectrum": learning.spectrum(np.array(judged["singular_values"]), judged["noise_edge"]),
            "couplings": _couplings(judged["couplings"]),
        }
        if fields is not None:
            figures["receptive-fields"] = learning.receptive_fields(fields)
        for name, figure in figures.items():
            write_file(folder / f"{name}.svg", svg.standalone(figure))
    write_file(folder / "results.json", (json.dumps(judged, indent=1) + "\n").encode())


def draw_layers(folder: Path, layers: Sequence[Judged]) -> None:
    """Learning curve and spectrum of every layer above the bottom, which has its figures as a machine alone has."""
    with style.context():
        for number, layer in enumerate(layers[1:], start=2):
            curve = learning.learning_curve(layer["history"])
            spectrum = learning.spectrum(np.array(layer["singular_values"]), layer["noise_edge"])
            write_file(folder / f"learning-curve-layer{number}.svg", svg.standalone(curve))
            write_file(folder / f"spectrum-layer{number}.svg", svg.standalone(spectrum))


def _couplings(rows: Sequence[Mapping[str, Any]]) -> Any:
    """One machine has no scatter over seeds, so its couplings are drawn without errors."""
    distance, learned = (np.array([row[name] for row in rows]) for name in ("r", "learned"))
    true = np.array([row["true"] for row in rows]) if "true" in rows[0] else None
    return learning.couplings(distance, learned, np.full(len(rows), np.nan), true)
