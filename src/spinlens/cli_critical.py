"""What `spinlens critical` does: find the critical point, show it beside what is known, keep it as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import typer

from spinlens.cli_input import write_file
from spinlens.criticality.critical_point import CriticalPoint, find_critical_point
from spinlens.criticality.planner import plan_critical_point, seconds_of, updates_for
from spinlens.criticality.universality import Reference, reference
from spinlens.lattice.couplings import Coupling
from spinlens.statistics.estimate import Estimate
from spinlens.study.codec import plain

_LINES = (
    ("T_c", "temperature"),
    ("delta_s", "delta_spin"),
    ("delta_eps", "delta_energy"),
    ("U4", "binder"),
    ("xi/L", "xi"),
)


def find(
    coupling: Coupling, sizes: tuple[int, ...], dimension: int, budget: str | None, options: dict[str, Any]
) -> CriticalPoint:
    """The critical point for a time budget ("5m"), or with fixed draws."""
    if budget is None:
        return find_critical_point(coupling, sizes, dimension, **options)
    kept = {name: options[name] for name in ("seed", "points", "workers")}
    updates = updates_for(seconds_of(budget), coupling, kept["workers"])
    return plan_critical_point(coupling, sizes, updates, dimension, report=_say_round, **kept).point


def _say_round(number: int, point: CriticalPoint, draws: dict[int, int]) -> None:
    spent = ", ".join(f"L = {L}: {n}" for L, n in draws.items())
    typer.echo(f"round {number + 1}: T_c = {point.temperature}; draws {spent}", err=True)


def show(point: CriticalPoint, coupling: Coupling, dimension: int) -> None:
    """One line a quantity: measured, the part of its error that corrections to scaling make, and what is known."""
    known = reference(coupling, dimension)
    typer.echo(f"{'':<10}{'measured':<14}{'systematic':<12}{'known':<16}source")
    for label, name in _LINES:
        found: Estimate | None = getattr(point, name)
        if found is None:
            continue
        entry = getattr(known, name, None)
        reference_text, source = (str(entry.estimate), entry.source) if entry is not None else ("-", "")
        typer.echo(f"{label:<10}{found!s:<14}{point.systematic[name]:<12.1g}{reference_text:<16}{source}".rstrip())
    typer.echo(f"class: {_class(known)}")


def _class(known: Reference) -> str:
    return f"{known.regime}" + (f" ({known.note})" if known.note else "")


def keep(point: CriticalPoint, out: Path) -> None:
    """JSON at `out`, and the crossings as a table beside it (suffix .csv)."""
    write_file(out, (json.dumps(plain(point), indent=2, ensure_ascii=False) + "\n").encode())
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    names = ("temperature", "value", "delta_spin", "delta_energy")
    writer.writerow(["ratio", "L_small", "L_large", *(f"{name}{end}" for name in names for end in ("", "_error"))])
    for ratio, crossings in (("U4", point.crossings), ("xi/L", point.xi_crossings)):
        for pair in crossings:
            numbers = [x for name in names for x in (getattr(pair, name).value, getattr(pair, name).error)]
            writer.writerow([ratio, *pair.sizes, *numbers])
    write_file(out.with_suffix(".csv"), table.getvalue().encode())
    typer.echo(f"written to {out} and {out.with_suffix('.csv')}")
