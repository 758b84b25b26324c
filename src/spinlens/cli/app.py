"""The command line: every mistake is one sentence and exit code 2."""

from __future__ import annotations

import os
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from spinlens import __version__
from spinlens.cli import flow as cli_flow
from spinlens.cli import study as cli_study
from spinlens.cli import train as cli_train
from spinlens.cli.options import (
    check_output,
    cores,
    make_coupling,
    make_sides,
    numbers,
    one_thread_of_blas,
    preset_name,
)
from spinlens.errors import InputError, SpinlensError, StudyInterrupted

app = typer.Typer(
    name="spinlens",
    help="Does a machine that learns from lattice data do what the renormalization group does?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(cli_study.app)
app.command()(cli_train.train)
app.command()(cli_flow.flow)

Seed = Annotated[int, typer.Option(help="The one seed; the same seed gives the same numbers.")]
Workers = Annotated[int | None, typer.Option(help="Cores to use; the numbers do not depend on it.  [default: all]")]
CouplingName = Annotated[
    str | None, typer.Option(help="nearest-neighbour or power-law.  [default: power-law when --sigma is given]")
]
Sigma = Annotated[float | None, typer.Option(help="Power law J(r) = r^-(d+sigma), sigma > 0.")]
Cell = Annotated[str, typer.Option(help="Power law at lattice points (point) or integrated over unit cells.")]
Images = Annotated[str, typer.Option(help="Images of the power law: periodic (all, Ewald sum) or minimum.")]
Dimension = Annotated[int, typer.Option(help="Dimension of the lattice: 1, 2 or 3.")]
Force = Annotated[bool, typer.Option("--force", help="Replace the output file if it exists.")]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spinlens {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Does a machine that learns from lattice data do what the renormalization group does?"""


@app.command()
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
    from spinlens.study.definition.toml_file import load_study, to_toml

    if preset is not None and study is not None:
        raise InputError("give either --preset or --study, not both")
    text = preset if preset is not None else "quick"
    spec = load_study(study if study is not None else preset_name(text), sigma=sigma, seed=seed)
    if show:
        typer.echo(to_toml(spec).lstrip(), nl=False)
        return
    folder = out if out is not None else Path(f"study-{spec.study.name}")
    one_thread_of_blas()
    if dry_run:
        from spinlens.study.planning.planning import plan

        typer.echo(plan(spec, folder, cores(workers)))
        return
    from spinlens.study.running.progress import default_progress
    from spinlens.workflows import reproduce as workflow

    results = workflow.reproduce(spec, folder, cores(workers), scheduler, default_progress())
    _say_findings(folder, results)


@app.command()
def sample(
    temperatures: Annotated[str, typer.Option(help="Comma-separated, in J/k_B; 0 and inf are legal.")],
    size: Annotated[int | None, typer.Option(help="Side L of the lattice, at least 3.  [default: 32]")] = None,
    dimension: Annotated[int | None, typer.Option(help="Dimension of the lattice: 1, 2 or 3.  [default: 2]")] = None,
    shape: Annotated[str | None, typer.Option(help="Unequal sides, such as 32x16, instead of --size.")] = None,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    strength: Annotated[float, typer.Option(help="Amplitude J of the coupling, above 0.")] = 1.0,
    draws: Annotated[int, typer.Option(help="Measurements per chain.")] = 1000,
    chains: Annotated[int, typer.Option(help="Independent chains per temperature.")] = 2,
    thin: Annotated[int, typer.Option(help="Sweeps between draws.")] = 1,
    warmup: Annotated[int | None, typer.Option(help="Sweeps to discard.  [default: decided from the data]")] = None,
    field: Annotated[float, typer.Option(help="Uniform field h, in J.")] = 0.0,
    algorithm: Annotated[
        str,
        typer.Option(
            help="auto, swendsen-wang, wolff, metropolis, heat-bath, clock, or for many chains of nearest neighbours "
            "multi-spin-metropolis or multi-spin-heat-bath (64 a word)."
        ),
    ] = "auto",
    exchange: Annotated[
        bool, typer.Option("--exchange", help="Single-spin chains of neighbouring temperatures swap their states.")
    ] = False,
    keep_spins: Annotated[bool, typer.Option("--keep-spins", help="Keep the states (one bit a spin).")] = False,
    averages: Annotated[
        bool, typer.Option("--averages", help="Keep bin means instead of every draw: for runs of any length.")
    ] = False,
    correlations: Annotated[
        bool, typer.Option("--correlations", help="Average the correlation function G(r).")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when the chains have not converged.")] = False,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="Folder to save chains in, kept for longer runs.  [default: OUT.checkpoint, until OUT is there]"
        ),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    out: Annotated[Path, typer.Option(help="netCDF file to write.")] = Path("sample.nc"),
    force: Force = False,
) -> None:
    """Sample a lattice at given temperatures and write a netCDF file."""
    grid = numbers("--temperatures", temperatures, float)
    check_output(out, force)
    chosen = make_coupling(coupling, sigma, images, cell, strength)
    sides = make_sides(shape, size, dimension)
    from spinlens.cli import sample as cli_sample
    from spinlens.lattice.ising import IsingModel

    options = {
        "draws": draws, "chains": chains, "seed": seed, "algorithm": algorithm, "keep_spins": keep_spins,
        "workers": cores(workers), "thin": thin, "warmup": warmup, "series": not averages,
        "correlations": correlations, "exchange": exchange, "strict": strict,
    }  # fmt: skip
    data = cli_sample.run(IsingModel(sides, chosen, field), grid, out, checkpoint, options)
    typer.echo(cli_sample.table(data))
    typer.echo(f"written to {out}")


@app.command()
def critical(
    sizes: Annotated[str, typer.Option(help="At least three sides L, comma-separated.")] = "8,16,32,64",
    dimension: Dimension = 2,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    budget: Annotated[
        str | None, typer.Option(help="Time to spend, such as 90s, 5m or 2h; sweeps then go where they help most.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option(help="Sweeps per chain and temperature, without a budget.  [default: 20000]")
    ] = None,
    chains: Annotated[
        int | None, typer.Option(help="Independent chains per temperature, without a budget.  [default: 2]")
    ] = None,
    points: Annotated[int, typer.Option(help="Temperatures per size.")] = 5,
    seed: Seed = 0,
    workers: Workers = None,
    out: Annotated[Path | None, typer.Option(help="JSON file to write, with a CSV table and a page beside it.")] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps the runs, even when they are done; a larger budget then prolongs them.  [default: "
            "OUT.checkpoint, until OUT is there]"
        ),
    ] = None,
    regime: Annotated[
        str | None, typer.Option(help="Class to assume: short-range, long-range, mean-field or boundary.")
    ] = None,
    correlators: Annotated[
        int, typer.Option(help="States per chain for dimensions from correlators at L/2, a check; 0 for none.")
    ] = 0,
    force: Force = False,
) -> None:
    """Critical temperature and scaling dimensions from finite-size scaling; no temperature need be given.

    Whatever stops it, the same command goes on: runs are kept in OUT.checkpoint, or without --out in a folder
    critical-….checkpoint here, until they are finished. A time budget counts everything, earlier calls included, but
    not --correlators.
    """
    begun = time.monotonic()
    sides = numbers("--sizes", sizes, int)
    if out is not None:
        check_output(out, force)
        for suffix in (".csv", ".html"):
            check_output(out.with_suffix(suffix), force)
    chosen = make_coupling(coupling, sigma, images, cell)
    from spinlens.cli import critical as cli_critical

    threads = cores(workers)
    options = {
        "seed": seed, "draws": draws, "chains": chains, "points": points, "workers": threads,
        "regime": cli_critical.checked_regime(regime),
    }  # fmt: skip
    found = cli_critical.find(chosen, tuple(sides), dimension, budget, options, out, checkpoint, begun)
    cli_critical.show(found.point, chosen, dimension)
    if correlators:
        cli_critical.show_correlators(found.point, chosen, dimension, correlators, seed, threads)
    if out is not None:
        cli_critical.keep(found, chosen, dimension, out)
    found.settle()


@app.command()
def report(folder: Annotated[Path, typer.Argument(help="A study folder.", metavar="DIR")]) -> None:
    """Write the report of a finished study anew."""
    from spinlens.workflows import reproduce as workflow

    _say_findings(folder, workflow.report(folder))


def main() -> None:
    """Entry point of the ``spinlens`` command."""
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone, as in "spinlens --help | head -1"
        code = 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)


def _run() -> int:
    """Run the command line; what goes wrong on the user's side is said in one sentence."""
    try:
        return int(app(standalone_mode=False) or 0)
    except StudyInterrupted as error:
        _fail(f"{error}; go on with: {shlex.join(['spinlens', *sys.argv[1:]])}")
        os._exit(128 + error.signal)  # a kernel may still be running in a thread
    except SpinlensError as error:
        return _fail(str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        return _fail(f"{error.filename or 'input or output'}: {error.strerror or error}")
    except MemoryError:
        return _fail("out of memory; ask for smaller lattices or fewer draws")
    except KeyboardInterrupt:
        return _fail("stopped", 130)
    except Exception as error:  # mistakes in the command line; their classes moved between versions of typer
        if type(error).__name__ == "Abort":
            return _fail("stopped", 130)
        if not hasattr(error, "format_message"):
            raise
        return _usage(error)


def _usage(error: Any) -> int:
    """A mistake in the command line: help when nothing was asked for, one sentence otherwise."""
    message = str(error.format_message())
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message)
        return 2
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "spinlens"
    return _fail(f"{' '.join(message.split()).rstrip('.')}; see {command} --help")


def _fail(message: str, code: int = 2) -> int:
    print(f"spinlens: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return code


def _say_findings(folder: Path, results: dict[str, Any]) -> None:
    from spinlens.workflows import reproduce as workflow

    typer.echo(f"report: {workflow.report_path(folder)}")
    typer.echo(f"numbers: {folder / 'results.json'}")
    for line in workflow.findings(results):
        typer.echo(line)


if __name__ == "__main__":
    main()
