"""The figures of a study by name, as matplotlib has them and as files beside its page."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from spinlens.errors import InputError
from spinlens.files.atomic import make_folder, write_file
from spinlens.plot import style
from spinlens.report.figures import along_sigma
from spinlens.report.illustration import Data, Illustration
from spinlens.report.keyed import complete
from spinlens.report.pages.study import FIGURES
from spinlens.study.results_document import Results

MODULES = {module.__name__.rpartition(".")[2].replace("_", "-"): module for module in (*FIGURES, along_sigma)}


def illustrations(results: Results, data: Data, names: Iterable[str] = ()) -> dict[str, Illustration]:
    """The figures called `names`, all of the page, and that of the map, when none is named."""
    wanted = tuple(names) or tuple(MODULES)
    unknown = [name for name in wanted if name not in MODULES]
    if unknown:
        raise InputError(f"there is no figure {unknown[0]!r}; there are {', '.join(MODULES)}")
    with style.context():
        return {name: MODULES[name].illustration(results, data) for name in wanted}


def panels(drawn: Mapping[str, Illustration]) -> dict[str, list[Figure]]:
    """The panels of each figure, each with its heading and the key."""
    with style.context():
        return {name: complete(picture) for name, picture in drawn.items()}


def write_pdfs(results: Results, data: Data, folder: Path) -> list[Path]:
    """Every figure as ``folder/NAME.pdf``, a page a panel; the same bytes each time."""
    make_folder(folder)
    written = []
    for name, figures in panels(illustrations(results, data)).items():
        if figures:
            written.append(folder / f"{name}.pdf")
            write_file(written[-1], _pdf(figures))
    return written


def _pdf(figures: Iterable[Figure]) -> bytes:
    stream = io.BytesIO()
    with style.context(), PdfPages(stream, metadata={"CreationDate": None, "Creator": "spinlens"}) as pages:
        for figure in figures:
            pages.savefig(figure, bbox_inches="tight")
    return stream.getvalue()
