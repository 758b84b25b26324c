"""``spinlens cite``: BibTeX of what a result rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def cite(
    result: Annotated[
        Path | None,
        typer.Argument(help="States, a machine, point.json, or the folder of a command or study.", metavar="PATH"),
    ] = None,
) -> None:
    """BibTeX of spinlens and of the methods that a result rests on: spinlens cite study > used.bib"""
    from spinlens.workflows.citing import cite as entries

    typer.echo(entries(result), nl=False)
