"""``spinlens reproduce`` and ``spinlens report``: the whole study, and its report drawn anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spinlens.cli.options import Sigma, StudyPath, Workers, cores, one_thread_of_blas, preset_name
from spinlens.cli.progress import display
from spinlens.errors import InputError


def reproduce(
    preset: Annotated[str | None, typer.Option(help="quick, standard or full.  [default: quick]")] = None,
    study: Annotated[Path | None, typer.Option(help="A study file (TOML) instead of a preset.")] = None,
    sigma: Sigma = None,
    seed: Annotated[int | None, typer.Option(help="The one seed.  [default: that of the study]")] = None,
    out: Annotated[Path | None, typer.Option(help="Study folder.  [default: study-NAME]")] = None,
    workers: Workers = None,
    scheduler: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, tcp://host:port.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Print the study file and stop.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take, from rates measured in some seconds, and stop.")
    ] = False,
) -> None:
    """Run the whole study, or what is missing of it, and write the report."""
    one_thread_of_blas()
    from spinlens.study.definition.toml_file import load_study, to_toml

    if preset is not None and study is not None:
        raise InputError("give either --preset or --study, not both")
    source = study if study is not None else preset_name(preset if preset is not None else "quick")
    spec = load_study(source, sigma=sigma, seed=seed)
    folder = out if out is not None else Path(f"study-{spec.study.name}")
    if show:
        typer.echo(to_toml(spec).lstrip(), nl=False)
    elif dry_run:
        from spinlens.study.planning.planning import plan

        typer.echo(plan(spec, folder, cores(workers)))
    else:
        from spinlens.workflows import reproduce as workflow

        with display() as shown:
            results = workflow.reproduce(spec, folder, cores(workers), scheduler, shown)
        _say(folder, results)


def report(folder: StudyPath) -> None:
    """Write the report of a finished study anew."""
    from spinlens.workflows import reproduce as workflow

    _say(folder, workflow.report(folder))


def _say(folder: Path, results: dict[str, Any]) -> None:
    from spinlens.workflows import reproduce as workflow

    for line in workflow.findings(results, folder):
        typer.echo(line)
    typer.echo(f"report: {workflow.report_path(folder)}")
    typer.echo(f"numbers: {folder / 'results.json'}")
