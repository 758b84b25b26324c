"""What `spinlens critical` does: find the critical point, show it beside what is known, keep it in files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import typer

from spinlens.checks import choice
from spinlens.cli.options import interruptible, write_file
from spinlens.cli.progress import SearchLines, search_display
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.budget import TimeBudget, seconds_of
from spinlens.criticality.search.budgeted import plan_critical_point
from spinlens.criticality.search.find import CriticalPoint, find_critical_point
from spinlens.criticality.universality import Reference, Regime, reference
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.statistics.estimate import Estimate
from spinlens.study.storage.codec import plain

_AFTER = 2.0  # seconds that a page takes
_REGIMES = ("short-range", "long-range", "mean-field", "boundary")
_LINES = (
    ("T_c", "temperature"),
    ("delta_s", "delta_spin"),
    ("delta_eps", "delta_energy"),
    ("U4", "binder"),
    ("xi/L", "xi"),
    ("nu", "nu"),
    ("eta", "eta"),
)


@dataclass(frozen=True)
class Found:
    """A critical point, the runs it rests on, their draws where a budget decided, where they are kept until then."""

    point: CriticalPoint
    curves: tuple[SizeCurves, ...]
    draws: dict[int, int] | None
    temporary: Path | None

    def settle(self) -> None:
        """Remove what was kept for the case that something stops the command."""
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)


def find(
    coupling: Coupling,
    sizes: tuple[int, ...],
    dimension: int,
    budget: str | None,
    options: dict[str, Any],
    out: Path | None = None,
    checkpoint: Path | None = None,
    begun: float = math.nan,
) -> Found:
    """The critical point for a time budget ("5m"), counted from `begun` on by `time.monotonic`, or with fixed draws.

    The runs are kept in `checkpoint`, or beside `out` until they are finished, so that they can be stopped and go on
    when the same command is given again.
    """
    limit = None
    if budget is not None:
        limit = TimeBudget(seconds_of(budget), options["workers"], _AFTER if out is not None else 0.0, begun=begun)
    folder = checkpoint or _folder(coupling, sizes, dimension, options, budget, out)
    with interruptible(f"stopped; what is done is saved in {folder}"), search_display() as display:
        point, curves, draws = _found(coupling, sizes, dimension, limit, options, folder, display)
    return Found(point, curves, draws, folder if checkpoint is None else None)


def _found(
    coupling: Coupling, sizes: tuple[int, ...], dimension: int, limit: TimeBudget | None, options: dict[str, Any],
    folder: Path, display: SearchLines,
) -> tuple[CriticalPoint, tuple[SizeCurves, ...], dict[int, int] | None]:  # fmt: skip
    shown: dict[str, Any] = {"report": display.report, "progress": display.step, "checkpoint": folder}
    if limit is None:
        kept: list[SizeCurves] = []
        point = find_critical_point(coupling, sizes, dimension, runs=kept, **shown, **options)
        return point, tuple(kept), None
    if options["draws"] is not None or options["chains"] is not None:
        raise InputError("--budget decides about draws and chains itself: give either it, or --draws and --chains")
    chosen = {name: options[name] for name in ("seed", "points", "workers", "regime")}
    planned = plan_critical_point(coupling, sizes, limit, dimension, **shown, **chosen)
    return planned.point, planned.curves, planned.draws


def checked_regime(name: str | None) -> Regime | None:
    """The class that --regime names, None for the one that theory expects."""
    return None if name is None else cast(Regime, choice("--regime", name, _REGIMES))


def show_correlators(
    point: CriticalPoint, coupling: Coupling, dimension: int, draws: int, seed: int, workers: int
) -> None:
    """Δ_s and Δ_ε from correlators at L/2 at the T_c found, beside those of the fit."""
    from spinlens.criticality.correlators.measure import check_with_correlators
    from spinlens.lattice.ising import IsingModel

    models = [IsingModel((L,) * dimension, coupling) for L in point.sizes if L % 2 == 0]
    check = check_with_correlators(models, point.temperature, draws, seed, workers, point.regime)
    corrections = ", ".join(f"L^-{power:g}" for power in check.exponents)
    typer.echo(f"correlators at L/2, with corrections {corrections}:")
    for label, part in (("delta_s", check.spin), ("delta_eps", check.energy)):
        if part is None:
            typer.echo(f"  {label} lost in noise: more states are needed")
        else:
            parts = f"statistical {part.statistical:.1g}, systematic {part.systematic:.1g}"
            quality = f", p = {part.p_value:.2g}" if part.freedom else ""
            typer.echo(f"  {label} = {part.value} ({parts}{quality}, L = {', '.join(map(str, part.sizes))})")


def _folder(
    coupling: Coupling, sizes: Sequence[int], dimension: int, options: dict[str, Any], budget: str | None,
    out: Path | None,
) -> Path:  # fmt: skip
    """Where an unfinished run is kept: beside the output, or in the working folder under a name of its own."""
    if out is not None:
        return out.with_name(f"{out.name}.checkpoint")
    kind = "budget" if budget is not None else (options["draws"], options["chains"])
    told = (coupling, tuple(sizes), dimension, options["seed"], options["points"], kind)
    return Path(f"critical-{hashlib.sha256(repr(told).encode()).hexdigest()[:8]}.checkpoint")


HEADINGS = ("", "measured", "statistical", "systematic", "crossings", "known", "source")


def rows_of(point: CriticalPoint, known: Reference) -> list[tuple[str, ...]]:
    """One row a quantity: measured, its error in two parts, what crossings alone give, and what is known."""
    rows = []
    for label, name in _LINES:
        found: Estimate | None = getattr(point, name)
        if found is None:
            continue
        entry = getattr(known, name, None)
        text, source = (str(entry.estimate), entry.source) if entry is not None else ("-", "")
        crossed = (point.by_crossings or {}).get(name)
        parts = [f"{part[name]:.1g}" if name in part else "" for part in (point.statistical, point.systematic)]
        rows.append((label, str(found), *parts, str(crossed or "-"), text, source))
    return rows


def remarks(point: CriticalPoint, known: Reference) -> list[str]:
    """How well the fit describes the data, the class expected and assumed, and whether the data agree with it."""
    quality = point.quality
    said = [
        f"fit: chi2 = {quality.chi2:.1f} for {quality.freedom:.1f} degrees of freedom (p = {quality.p_value:.2g}), "
        f"L >= {quality.smallest}, averaged over {quality.fits} fits",
        f"class: {_class(known)}",
    ]
    if point.regime != known.regime:
        said.append(f"assumed: {point.regime}")
    return [*said, f"{'WARNING: ' if point.check.contradicted else ''}{point.check.text}"]


def show(point: CriticalPoint, coupling: Coupling, dimension: int) -> None:
    """The table and the remarks on standard output."""
    known = reference(coupling, dimension)
    for row in (HEADINGS, *rows_of(point, known)):
        typer.echo("{:<10}{:<15}{:<12}{:<12}{:<15}{:<16}{}".format(*row).rstrip())
    for line in remarks(point, known):
        typer.echo(line)


def _class(known: Reference) -> str:
    return f"{known.regime}" + (f" ({known.note})" if known.note else "")


def keep(found: Found, coupling: Coupling, dimension: int, out: Path) -> None:
    """JSON at `out`, and beside it the crossings as a table (.csv) and a page with figures (.html)."""
    from spinlens.criticality.analysis.curve_tables import scaling_curves
    from spinlens.report.pages.critical import render_critical

    point, theory = found.point, reference(coupling, dimension)
    document = {"coupling": coupling.label, "dimension": dimension, **plain(point), "known": plain(theory)}
    if found.draws is not None:
        document["draws"] = {str(L): n for L, n in found.draws.items()}
    title = f"{coupling.label}, {dimension} dimension{'s' if dimension > 1 else ''}"
    curves = scaling_curves(found.curves, point)
    page = render_critical(title, HEADINGS, rows_of(point, theory), remarks(point, theory), plain(point), curves)
    write_file(out, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode())
    write_file(out.with_suffix(".csv"), _table(point).encode())
    write_file(out.with_suffix(".html"), page.encode())
    typer.echo(f"written to {out}, {out.with_suffix('.csv')} and {out.with_suffix('.html')}")


def _table(point: CriticalPoint) -> str:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    names = ("temperature", "value", "delta_spin", "delta_energy")
    writer.writerow(["ratio", "L_small", "L_large", *(f"{name}{end}" for name in names for end in ("", "_error"))])
    for ratio, crossings in (("U4", point.crossings), ("xi/L", point.xi_crossings)):
        for pair in crossings:
            numbers = [x for name in names for x in (getattr(pair, name).value, getattr(pair, name).error)]
            writer.writerow([ratio, *pair.sizes, *numbers])
    return table.getvalue()
