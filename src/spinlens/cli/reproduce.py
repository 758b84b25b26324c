"""``spinlens reproduce`` and ``spinlens report``: the whole study, and its report drawn anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spinlens.cli.choices import FIGURE_FILES, PRESETS, one_of
from spinlens.cli.options import FILES, Force, StudyPath, Workers, check_output, cores, one_thread_of_blas, preset_name
from spinlens.errors import InputError


def reproduce(
    source: Annotated[
        str | None, typer.Argument(help="A study file (TOML) or a preset.", metavar="[STUDY]", show_default="quick")
    ] = None,
    preset: Annotated[
        str | None,
        one_of("--preset", PRESETS, "A study by its name", "-p", show_default="quick", callback=None),
    ] = None,
    study: Annotated[Path | None, typer.Option(help="A study file (TOML) instead of a preset.")] = None,
    sigma: Annotated[
        float | None, typer.Option("--sigma", "-s", help="Another power law J(r) = r^-(d+sigma), sigma > 0.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The one seed.", show_default="that of the study")] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler.", metavar="tcp://HOST:PORT")
    ] = None,
    workers: Workers = None,
    show: Annotated[bool, typer.Option("--show", help="Print the study file and stop.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take, from rates measured in some seconds, and stop.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Study folder.", show_default="study-NAME", rich_help_panel=FILES),
    ] = None,
) -> None:
    """Run the whole study, or what is missing of it, and write the report."""
    one_thread_of_blas()
    from spinlens.study.definition.toml_file import load_study, to_toml

    spec = load_study(_source(source, preset, study), sigma=sigma, seed=seed)
    folder = out if out is not None else Path(f"study-{spec.study.name}")
    if show:
        typer.echo(to_toml(spec).lstrip(), nl=False)
    elif dry_run:
        from spinlens.study.planning.planning import plan

        typer.echo(plan(spec, folder, cores(workers), progress=True))
    else:
        from spinlens.workflows import reproduce as workflow

        results = workflow.reproduce(spec, folder, cores(workers), scheduler, progress=True)
        _say(folder, results)


def _source(source: str | None, preset: str | None, study: Path | None) -> str | Path:
    """The study file or the preset that is meant; they can be given in three ways, but only one at a time."""
    named = None if preset is None else preset_name(preset)
    given = [text for text in (source, named, study) if text is not None]
    if len(given) > 1:
        raise InputError("give one study: its file or preset, --preset or --study, not both of them")
    return given[0] if given else "quick"


def report(
    folder: StudyPath,
    other: Annotated[
        Path | None, typer.Argument(help="A second study, to be set beside the first.", metavar="[DIR]")
    ] = None,
    figures: Annotated[
        str | None, one_of("--figures", FIGURE_FILES, "Every figure as a file in DIR/figures, too", show_default=False)
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The page that sets two studies side by side.", rich_help_panel=FILES)
    ] = Path("comparison.html"),
    force: Force = False,
) -> None:
    """Write the report of a finished study anew, or set two studies side by side."""
    if other is None:
        from spinlens.workflows import reproduce as workflow

        _say(folder, workflow.report(folder, pdfs=figures is not None))
        return
    if figures is not None:
        raise InputError("--figures is for the report of one study: leave it or the second folder out")
    check_output(out, force)
    from spinlens.workflows.compare_studies import compare_studies

    for line in compare_studies(folder, other, out):
        typer.echo(line)
    typer.echo(f"side by side: {out}")


def _say(folder: Path, results: dict[str, Any]) -> None:
    from spinlens.workflows import reproduce as workflow

    for line in workflow.findings(results, folder):
        typer.echo(line)
    typer.echo(f"report: {workflow.report_path(folder)}")
    typer.echo(f"numbers: {folder / 'results.json'}")
