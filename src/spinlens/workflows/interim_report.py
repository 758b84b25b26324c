"""The report of a study that is not finished: what there is of it, marked as interim."""

from __future__ import annotations

import os
from pathlib import Path

from spinlens.report.pages.study import write_report
from spinlens.study.stages.figures import figure_data
from spinlens.study.storage import provenance
from spinlens.study.storage.refusals import named_errors
from spinlens.study.storage.store import StudyFolder
from spinlens.workflows.citing import cite
from spinlens.workflows.peeking import Peek, peek
from spinlens.workflows.reproduce import drawn_from


def interim_report(folder: str | os.PathLike[str], page: Path | None = None) -> tuple[Path, Peek]:
    """Write the page of the tasks that are done, ``interim.html`` unless told: its path, and what was found so far.

    Nothing else is written and nothing locked, so that a run at work there is not disturbed.
    """
    place, found = StudyFolder(folder).require(), peek(folder)
    results, page = found.document(), page or place.path / "interim.html"
    with named_errors(place.path), drawn_from(place.path):
        write_report(
            results, figure_data(results["study"], found.artefacts), page, provenance.read(place), cite(results)
        )
    return page, found
