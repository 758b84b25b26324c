"""``spinlens plot``: a figure of whatever spinlens or others have written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from spinlens.cli.choices import FIGURES, INSTRUMENTS, one_of
from spinlens.cli.options import FILES, FlatShape, Force, check_output, make_sides, one_thread_of_blas

_USUAL = "series or reweighted curves of runs, states, weights of a machine, crossings of a critical point, a flow"
_OUT = "Figure to write, .png, .svg or .pdf; of a saved Trajectory also a movie, .gif or .mp4."
_QUANTITY = "Observable of a run (energy, magnetization, ...) or of a curve (specific_heat, binder, xi, ...)."


def plot(
    path: Annotated[
        Path,
        typer.Argument(
            help="States, a run, a machine, point.json, instruments, or the folder of flow.", metavar="PATH"
        ),
    ],
    figure: Annotated[
        str | None,
        one_of("--figure", FIGURES, "What to draw; what a file does not have is said", "-F", show_default=_USUAL),
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", "-T", help="Which temperature of the file.", show_default="the only one"),
    ] = None,
    quantity: Annotated[str | None, typer.Option("--quantity", "-q", help=_QUANTITY, metavar="NAME")] = None,
    instrument: Annotated[
        str | None, one_of("--instrument", INSTRUMENTS, "Which curve or flow", show_default="the first")
    ] = None,
    shape: FlatShape = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help=_OUT, show_default="PATH.png in this folder", rich_help_panel=FILES),
    ] = None,
    force: Force = False,
) -> None:
    """Draw a figure of a file: its kind decides which, unless --figure names another."""
    one_thread_of_blas()
    sides = None if shape is None else make_sides(shape, None, None)
    target = Path(f"{path.resolve().stem}.png") if out is None else out
    import matplotlib

    from spinlens.workflows.drawing import Wanted, write_figure

    check_output(target, force)
    matplotlib.use("agg")
    write_figure(path, target, figure, Wanted(temperature, quantity, instrument, sides))
    typer.echo(f"written to {target}")
