"""``spinlens report``: the report of a study drawn anew, or two studies side by side; what was found, in words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spinlens.cli.choices import FIGURE_FILES, one_of
from spinlens.cli.options import FILES, AsJson, Force, StudyPath, check_output, echo_json, one_thread_of_blas
from spinlens.errors import InputError

SOURCE = (
    "Claims A to F: de Mello Koch et al., Short sighted deep learning, Phys. Rev. E 102, 013307 (arXiv:2002.02664); "
    "C′ and G are questions of this package."
)

_OUT = "HTML file to write in place of DIR/report.html, the folder is left as it is; of two studies the page of both."


def report(
    folder: StudyPath,
    other: Annotated[
        Path | None, typer.Argument(help="A second study, to be set beside the first.", metavar="[DIR]")
    ] = None,
    figures: Annotated[
        str | None, one_of("--figures", FIGURE_FILES, "Every figure as a file in DIR/figures, too", show_default=False)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=_OUT, show_default="comparison.html of two studies", rich_help_panel=FILES),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the report of a study anew, an interim one where it is not finished, or set two studies side by side."""
    one_thread_of_blas()
    _require_studies(folder, other)
    if figures is not None and (other, out) != (None, None):
        raise InputError("--figures go into the folder of one study: leave it, or --out and the second folder out")
    page = Path("comparison.html") if out is None and other is not None else out
    if page is not None:
        check_output(page, force)
    if other is None:
        _one(folder, figures is not None, page, as_json)
    else:
        _compare(folder, other, page or Path("comparison.html"), as_json)


def _one(folder: Path, pdfs: bool, page: Path | None, as_json: bool) -> None:
    """The report of a finished study; of another one what there is."""
    from spinlens.workflows import reproduce as workflow

    if workflow.is_finished(folder):
        found = workflow.report(folder, pdfs, page)
        say_findings(folder, found, page or workflow.report_path(folder), as_json)
        return
    if pdfs:
        raise InputError(
            f"--figures are of a finished study, and {folder} is not: leave it out, or run the study again"
        )
    from spinlens.workflows.interim_report import interim_report

    written, so_far = interim_report(folder, page)
    if as_json:
        echo_json({"interim": True, "done": so_far.done, "total": so_far.total, "report": str(written)})
    else:
        typer.echo(f"{so_far.text}\ninterim report: {written}")


def _compare(folder: Path, other: Path, page: Path, as_json: bool) -> None:
    from spinlens.workflows.compare_studies import compare_studies

    lines = list(compare_studies(folder, other, page))
    if as_json:
        echo_json({"findings": lines, "comparison": str(page)})
        return
    for line in [*lines, f"side by side: {page}"]:
        typer.echo(line)


def _require_studies(*folders: Path | None) -> None:
    """Say of the folder of another command where its page is."""
    from spinlens.files.run_folder import run_of

    for folder in folders:
        if folder is not None and (command := run_of(folder).get("command")):
            raise InputError(
                f"{folder} was made by spinlens {command}, which wrote its page with it: {folder / 'index.html'}; "
                f"spinlens show {folder} says what is in it"
            )


def say_findings(folder: Path, results: dict[str, Any], page: Path, as_json: bool) -> None:
    """What was found in words, whose claims they are, and where the rest is."""
    from spinlens.workflows import reproduce as workflow

    lines = workflow.findings(results, folder)
    if as_json:
        claims = {str(claim["id"]): claim["outcome"] for claim in results.get("claims", [])}
        files = {"report": str(page), "numbers": str(folder / "results.json")}
        echo_json({"findings": lines, "claims": claims, "source": SOURCE, **files})
        return
    for line in [*lines, SOURCE]:
        typer.echo(line)
    typer.echo(f"report: {page}")
    typer.echo(f"numbers: {folder / 'results.json'}")
