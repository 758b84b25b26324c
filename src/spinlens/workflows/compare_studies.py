"""Two finished studies held against each other: a page, and some lines of words."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spinlens.errors import InputError
from spinlens.files.atomic import write_file
from spinlens.files.regular import read_regular
from spinlens.report.pages.comparison import render_comparison, summary
from spinlens.study.results_document import section


def compare_studies(
    first: str | os.PathLike[str], second: str | os.PathLike[str], page: str | os.PathLike[str]
) -> list[str]:
    """Write the page that sets two studies side by side; returns what it says in some lines.

    `first` and `second` are folders of studies with a results.json, or such files, of any version.
    """
    a, b = (results_of(Path(place)) for place in (first, second))
    write_file(Path(page), render_comparison(a, b, names(Path(first), Path(second), [a, b])).encode())
    return summary(a, b)


def results_of(place: Path) -> Mapping[str, Any]:
    """What the results.json of a study holds."""
    file = place / "results.json" if place.is_dir() else place
    try:
        found = json.loads(read_regular(file))
    except OSError as error:
        raise InputError(
            f"cannot read {file}: {error.strerror or error}; give the folder of a finished study"
        ) from None
    except ValueError:
        raise InputError(f"{file} is no JSON: give the results.json of a study, or its folder") from None
    if not isinstance(found, dict) or not {"study", "models"} <= found.keys():
        raise InputError(f"{file} holds no results of a study: give the folder of one")
    return found


def names(first: Path, second: Path, documents: list[Mapping[str, Any]]) -> tuple[str, str]:
    """What the studies are called: folders, with the seed."""
    seeds = [section(document, "study").get("seed") for document in documents]
    titles = [place.absolute().name for place in (first, second)]
    a, b = (title if seed is None else f"{title} (seed {seed})" for title, seed in zip(titles, seeds, strict=True))
    return (a, b) if a != b else (str(first), str(second))
