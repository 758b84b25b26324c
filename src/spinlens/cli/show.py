"""``spinlens show``: whatever spinlens or others have written, on one screen, as JSON or as CSV."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spinlens.cli.options import FILES, AsJson, echo_json, one_thread_of_blas
from spinlens.errors import InputError

if TYPE_CHECKING:
    from spinlens.workflows.viewing import View


def show(
    path: Annotated[
        Path,
        typer.Argument(
            help="States, a machine, point.json, instruments, or the folder of a command or study.", metavar="PATH"
        ),
    ],
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print its table as CSV, and nothing else.", rich_help_panel=FILES)
    ] = False,
) -> None:
    """Show what is in a file or a folder: means with errors and tau, a machine, a critical point, a flow, a study."""
    if as_json and as_csv:
        raise InputError("--json and --csv are two forms of the same: leave one of them out")
    one_thread_of_blas()
    from spinlens.workflows.viewing import view

    found = view(path)
    if as_json:
        echo_json(found.document)
    elif as_csv:
        _echo_csv(found)
    else:
        typer.echo(found.text)


def _echo_csv(found: View) -> None:
    names = list(dict.fromkeys(name for row in found.rows for name in row))
    writer = csv.DictWriter(sys.stdout, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found.rows)
