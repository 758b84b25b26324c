"""``spinlens read``: the temperature of anyone's states by every thermometer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spinlens.cli.choices import INSTRUMENTS, some_of, words
from spinlens.cli.given import NamedLattice, critical_temperature, given_states
from spinlens.cli.lists import numbers
from spinlens.cli.options import (
    FILES,
    AsJson,
    Cell,
    CouplingName,
    Dimension,
    Images,
    Seed,
    Shape,
    Sigma,
    Size,
    StatesPath,
    Workers,
    cores,
    echo_json,
    one_thread_of_blas,
)

_CALIBRATION = "File of instruments to read with; without one they are calibrated, and kept there for the next time."


def read(
    states: StatesPath,
    temperature: Annotated[
        list[str] | None,
        typer.Option("--temperature", "-T", help="Which of the file.", show_default="each of them", metavar="LIST"),
    ] = None,
    instruments: Annotated[
        str, some_of("--instruments", INSTRUMENTS, "What to read with", "-i", show_default="all")
    ] = ",".join(INSTRUMENTS),
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid", help="Temperatures to calibrate at.", show_default="16 from 0.5 to 2.6 T_c", metavar="LIST"
        ),
    ] = None,
    samples: Annotated[int, typer.Option(help="States per temperature to calibrate with.")] = 1000,
    seed: Seed = 0,
    workers: Workers = None,
    size: Size = None,
    dimension: Dimension = 2,
    shape: Shape = None,
    coupling: CouplingName = None,
    sigma: Sigma = None,
    images: Images = "periodic",
    cell: Cell = "point",
    calibration: Annotated[Path | None, typer.Option(help=_CALIBRATION, rich_help_panel=FILES)] = None,
    as_json: AsJson = False,
) -> None:
    """Read the temperature of states with six thermometers, and test whether they are at any temperature at all.

    Files of spinlens say which lattice they are of; of other states the coupling is named here, nearest neighbours
    unless --sigma says otherwise.
    """
    one_thread_of_blas()
    wanted: list[Any] = numbers("--temperature", temperature or [], float)
    chosen = tuple(numbers("--grid", grid, float)) if grid else None
    given = given_states(states, NamedLattice(size, dimension, coupling, sigma, images, cell, shape))
    from spinlens.workflows.reading import ReadingSettings, ensembles_of, instruments_for, read_states

    ensembles = ensembles_of(given.held, given.temperatures, wanted)
    settings = ReadingSettings(given.model, words(instruments), chosen, samples, seed, cores(workers))
    known = chosen is not None or (calibration is not None and calibration.exists())
    unit = None if known else critical_temperature(given.model)
    found = read_states(instruments_for(settings, unit, calibration, progress=True), ensembles)
    if as_json:
        echo_json(found.document())
    else:
        typer.echo(found.card().text())
