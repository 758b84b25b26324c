"""``spinlens reproduce``: the whole study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spinlens.cli.choices import PRESETS, one_of
from spinlens.cli.options import FILES, AsJson, Workers, cores, echo_json, one_thread_of_blas, preset_name
from spinlens.cli.report import say_findings
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
    mixed: Annotated[
        bool,
        typer.Option("--mixed", help="Go on with what other libraries or another processor began; results say so."),
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Print the study file and stop.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take, from rates measured in some seconds, and stop.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Study folder.", show_default="study-NAME", rich_help_panel=FILES),
    ] = None,
    as_json: AsJson = False,
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

        found = plan(spec, folder, cores(workers), progress=True)
        if as_json:
            echo_json(found.document())
        else:
            typer.echo(found)
    else:
        from spinlens.workflows import reproduce as workflow

        results = workflow.reproduce(spec, folder, cores(workers), scheduler, progress=True, mixed=mixed)
        say_findings(folder, results, workflow.report_path(folder), as_json)


def _source(source: str | None, preset: str | None, study: Path | None) -> str | Path:
    """The study file or the preset that is meant; they can be given in three ways, but only one at a time."""
    named = None if preset is None else preset_name(preset)
    given = [text for text in (source, named, study) if text is not None]
    if len(given) > 1:
        raise InputError("give one study: its file or preset, --preset or --study, not both of them")
    return given[0] if given else "quick"
