"""``spinlens study``: look at a study folder, check it, clean it, and pack it into one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spinlens.cli.examples import example
from spinlens.cli.options import FILES, AsJson, Force, StudyPath, check_output, echo_json, one_thread_of_blas
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.study.storage.catalogue import Catalogue
    from spinlens.study.storage.inspection import Inspection
    from spinlens.study.storage.store import StudyFolder

app = typer.Typer(
    name="study",
    help="Look at a study folder, check it, clean it, pack it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command(epilog=example("study status"))
def status(folder: StudyPath, as_json: AsJson = False) -> None:
    """What is done, missing, damaged or left over, from the names and sizes of the files."""
    from spinlens.study.storage import inspection

    place = inspection.require_study(folder)
    state = inspection.survey(place, _catalogue(place, as_json))
    if as_json:
        echo_json(_document(state))
        return
    for stage, (done, total) in state.stages().items():
        typer.echo(f"{stage:<14} {done:>6} of {total} done")
    _summary(state)


@app.command(epilog=example("study peek"))
def peek(folder: StudyPath, as_json: AsJson = False) -> None:
    """What a study that runs, or was stopped, has found so far: critical points, flows and verdicts; it only reads."""
    one_thread_of_blas()
    from spinlens.workflows.peeking import peek as look

    found = look(folder)
    if as_json:
        echo_json(found.document())
    else:
        typer.echo(found.text)


@app.command(epilog=example("study verify"))
def verify(folder: StudyPath, as_json: AsJson = False) -> None:
    """Read every result and check it; exit code 1 when something is not what it should be."""
    from spinlens.study.storage import inspection

    place = inspection.require_study(folder)
    contents = _catalogue(place, as_json)
    state = inspection.verify(place, contents, None if as_json else typer.echo)
    problems = inspection.wrong_at_the_top(place, contents, state)
    if as_json:
        echo_json({**_document(state), "problems": problems})
    else:
        for problem in problems:
            typer.echo(problem)
        _summary(state)
    if state.damaged or problems:
        raise typer.Exit(1)


@app.command(epilog=example("study clean"))
def clean(
    folder: StudyPath,
    checkpoints: Annotated[
        bool, typer.Option("--checkpoints", help="Also the chains that a longer study could go on from.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Remove them; without it they are only listed.")] = False,
) -> None:
    """Remove damaged files and results that no task of the study asks for, after saying which."""
    from spinlens.study.storage import inspection

    place = inspection.require_study(folder)
    state = inspection.verify(place, _catalogue(place))
    if checkpoints:
        state = inspection.with_checkpoints(place, state)
    for path in state.removable:
        kind = state.damaged.get(path) or ("is of other inputs" if path in state.stale else "was set aside")
        typer.echo(f"{path.relative_to(folder)} {kind}")
    if not state.removable:
        typer.echo("nothing to remove")
    elif yes:
        freed = inspection.clean(place, state)
        typer.echo(f"{len(state.removable)} removed, {_bytes(freed)} set free")
    else:
        size = inspection.total_size(state.removable)
        typer.echo(f"{len(state.removable)} to remove, {_bytes(size)}; add --yes to remove them")


@app.command(epilog=example("study export"))
def export(
    folder: StudyPath,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="ZIP archive to write.", show_default="DIR.zip", rich_help_panel=FILES),
    ] = None,
    force: Force = False,
) -> None:
    """Pack study file, results, report, provenance and artefacts into one file; the same study gives the same bytes."""
    from spinlens.study.storage import archive, inspection

    place = inspection.require_study(folder)
    absolute = folder.absolute()
    target = out if out is not None else absolute.with_name(f"{absolute.name}.zip")
    check_output(target, force)
    contents = _catalogue(place)
    state = inspection.survey(place, contents)
    count = archive.export(place, contents.keys, state, target)
    typer.echo(f"{count} files, {_bytes(target.stat().st_size)}: {target}")
    if state.missing:
        typer.echo(f"unfinished: {len(state.missing)} of {len(contents.keys)} tasks are missing")


@app.command(epilog=example("study unpack"))
def unpack(
    source: Annotated[Path, typer.Argument(help="An archive made by export.", metavar="FILE")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder to make.", show_default="FILE without .zip", rich_help_panel=FILES),
    ] = None,
) -> None:
    """Unpack an exported study, whoever made it: nothing is written elsewhere and nothing in it is run."""
    from spinlens.study.storage import archive

    target = out if out is not None else source.with_suffix("") if source.suffix else source
    if target == source:
        raise InputError(f"{source} has no suffix; give the folder to make with --out")
    count, report = archive.unpack(source, target)
    typer.echo(f"{count} files: {target}")
    if report:
        typer.echo(f"its report was left out; draw it from the numbers with: spinlens report {target}")


def _catalogue(place: StudyFolder, silent: bool = False) -> Catalogue:
    """What the study consists of; says so when another version made it, unless `silent`."""
    from spinlens.study.planning.contents import catalogue

    contents = catalogue(place)
    if not contents.current and not silent:
        typer.echo(f"made by spinlens {contents.version}; running it again computes it anew with this version")
    return contents


def _summary(state: Inspection) -> None:
    from spinlens.study.storage.inspection import total_size

    parts = [
        f"{len(state.done)} done ({_bytes(total_size(list(state.done.values())))})",
        f"{len(state.missing)} missing",
        f"{len(state.damaged)} damaged",
        f"{len(state.stale)} of other inputs ({_bytes(total_size(state.stale))})",
        f"{len(state.rest)} set aside",
    ]
    typer.echo(", ".join(parts))


def _document(state: Inspection) -> dict[str, object]:
    """The state of a folder as JSON data."""
    return {
        "stages": {stage: {"done": done, "of": total} for stage, (done, total) in state.stages().items()},
        "done": len(state.done),
        "missing": list(state.missing),
        "damaged": {str(path): reason for path, reason in state.damaged.items()},
        "of_other_inputs": [str(path) for path in state.stale],
        "set_aside": [str(path) for path in state.rest],
    }


def _bytes(size: float) -> str:
    """A size as people read it.

    >>> _bytes(1536)
    '1.5 KiB'
    """
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"
