"""``spinlens critical``: the critical point of a lattice, shown beside what is known, and kept in files."""

from __future__ import annotations

import shutil
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spinlens.cli.choices import REGIMES, one_of
from spinlens.cli.lists import numbers
from spinlens.cli.options import (
    FILES,
    AsJson,
    Cell,
    CouplingName,
    Dimension,
    Force,
    Images,
    Seed,
    Sigma,
    Workers,
    anew_if_forced,
    check_output,
    cores,
    echo_json,
    interruptible,
    make_coupling,
)
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.workflows.critical import SearchSettings

_BUDGET = "Time to spend, such as 90s, 5m or 2h; sweeps then go where they help most."
_CHECKPOINT = "Folder that keeps the runs, even when they are done; a larger budget or more draws prolong them."
_CORRELATORS = "States per chain for dimensions from correlators at L/2, a check; 0 for none."
_ROW = "{:<10}{:<15}{:<12}{:<12}{:<15}{:<16}{}"


def critical(
    sizes: Annotated[
        list[str],
        typer.Option(
            "--sizes",
            "-L",
            metavar="LIST",
            help="At least three sides L: comma-separated, as ranges 8:64:8, or the option several times.",
        ),
    ] = ["8,16,32,64"],  # noqa: B006  never changed
    budget: Annotated[str | None, typer.Option("--budget", "-b", help=_BUDGET, metavar="TIME")] = None,
    draws: Annotated[
        int | None,
        typer.Option("--draws", "-n", help="Sweeps per chain and temperature.", show_default="20000 without a budget"),
    ] = None,
    chains: Annotated[
        int | None,
        typer.Option("--chains", "-c", help="Independent chains per temperature.", show_default="2 without a budget"),
    ] = None,
    points: Annotated[int, typer.Option(help="Temperatures per size.")] = 5,
    regime: Annotated[
        str | None,
        one_of("--regime", REGIMES, "Class to assume", show_default="the class that theory expects"),
    ] = None,
    wrapping: Annotated[
        bool, typer.Option("--wrapping", help="Count clusters that wind around the torus: R_p beside U4 and ξ/L (2D).")
    ] = False,
    correlators: Annotated[int, typer.Option(help=_CORRELATORS)] = 0,
    seed: Seed = 0,
    workers: Workers = None,
    dimension: Dimension = 2,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="JSON file to write, with a CSV table and a page beside it.", rich_help_panel=FILES
        ),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help=_CHECKPOINT, show_default="OUT.checkpoint, until OUT is there", rich_help_panel=FILES),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Critical temperature and scaling dimensions from finite-size scaling; no temperature need be given.

    Whatever stops it, the same command goes on: runs are kept in OUT.checkpoint, or without --out in a folder
    critical-….checkpoint here, until they are finished. A time budget counts everything, earlier calls included, but
    not --correlators.
    """
    begun = time.monotonic()
    sides = tuple(numbers("--sizes", sizes, int))
    chosen = make_coupling(coupling, sigma, images, cell)
    from spinlens.workflows.critical import SearchSettings, checked_regime

    settings = SearchSettings(
        chosen, sides, dimension, budget, draws, chains, points, seed, cores(workers), checked_regime(regime), wrapping
    )
    settings.check()
    if correlators:
        settings.check_correlators(correlators)
    if out is not None and out.suffix in (".csv", ".html"):
        raise InputError(
            f"--out is the JSON file, beside which {out.suffix} is written too: give a name such as point.json"
        )
    if out is not None:
        check_output(out, force)
        for ending in (".csv", ".html"):
            check_output(out.with_suffix(ending), force)
    _search(settings, out, checkpoint, begun, correlators, as_json, force)


def _search(
    settings: SearchSettings, out: Path | None, checkpoint: Path | None, begun: float, correlators: int, as_json: bool,
    force: bool,
) -> None:  # fmt: skip
    """Search, show and keep; the folder of the runs goes when all of it is done, unless it was asked for."""
    from spinlens.files.locking import alone
    from spinlens.workflows.critical import correlator_lines, document, find, write
    from spinlens.workflows.critical_page import remarks, rows

    folder = checkpoint if checkpoint is not None else _folder(settings, out)
    with alone(folder), interruptible(f"stopped; what is done is saved in {folder}"):
        searching = partial(find, settings, folder, begun, out is not None, progress=True)
        found = anew_if_forced(searching, folder, force and checkpoint is None)
        written = [] if out is None else [str(path) for path in write(found, out)]
        checked = correlator_lines(found, correlators) if correlators else []
        if checkpoint is None:
            shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        echo_json({**document(found), "remarks": [*remarks(found.point), *checked], "written": written})
    else:
        for row in rows(found.point):
            typer.echo(_ROW.format(*row).rstrip())
        for line in [*remarks(found.point), *checked, *([f"written to {', '.join(written)}"] if written else [])]:
            typer.echo(line)


def _folder(settings: SearchSettings, out: Path | None) -> Path:
    """Where an unfinished run is kept: beside the output, or in the working folder under a name of its own."""
    if out is not None:
        return out.with_name(f"{out.name}.checkpoint")
    import hashlib

    s = settings
    kind = "budget" if s.budget is not None else (s.draws, s.chains)
    told = (s.coupling, s.sizes, s.dimension, s.seed, s.points, kind, *(["wrapping"] if s.wrapping else []))
    return Path(f"critical-{hashlib.sha256(repr(told).encode()).hexdigest()[:8]}.checkpoint")
