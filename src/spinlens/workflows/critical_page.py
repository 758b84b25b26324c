"""The page of a critical point: what was measured beside what is known of its coupling, and figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from spinlens.criticality.analysis.account import measured
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.universality import Reference, reference
from spinlens.files.atomic import write_file
from spinlens.files.plain import plain
from spinlens.report.pages.critical import render_critical
from spinlens.versions import Make
from spinlens.workflows.citing import cite

_SAME_UNIT = 0.1  # relative, by how much T_c and a known one may differ and be in the same unit
_HEADINGS = ("", "measured", "statistical", "systematic", "crossings", "known", "source")
_LABELS = {
    "temperature": "T_c", "delta_spin": "delta_s", "delta_energy": "delta_eps", "binder": "U4", "xi": "xi/L",
    "critical_polynomial": "Rp", "nu": "nu", "eta": "eta",
}  # fmt: skip


def known_of(point: CriticalPoint) -> Reference:
    """What is known of it from elsewhere; T_c beside a table only where both seem to be in one unit."""
    known = reference(point.coupling, point.dimension)
    entry = known.temperature
    if entry is None or point.made_from == "runs":
        return known
    alike = abs(point.temperature.value / entry.estimate.value - 1) < _SAME_UNIT
    return known if alike else replace(known, temperature=None)


def rows(point: CriticalPoint) -> list[tuple[str, ...]]:
    """Headings, and a row a quantity: measured, its error in two parts, what crossings alone give, what is known."""
    return [_HEADINGS, *(_row(point, name, cells) for name, cells in measured(point).items())]


def _row(point: CriticalPoint, name: str, cells: tuple[str, ...]) -> tuple[str, ...]:
    entry = getattr(known_of(point), name, None)
    known, source = (str(entry.estimate), entry.source) if entry is not None else ("-", "")
    return (_LABELS[name], *cells[:3], cells[3] or "-", known, source)


def remarks(point: CriticalPoint) -> list[str]:
    """How well the fit describes the data, the class expected and assumed, and whether the data agree with it."""
    known, quality = known_of(point), point.quality
    said = [
        f"fit: chi2 = {quality.chi2:.1f} for {quality.freedom:.1f} degrees of freedom (p = {quality.p_value:.2g}), "
        f"L >= {quality.smallest}, averaged over {quality.fits} fits",
        f"class: {known.regime}" + (f" ({known.note})" if known.note else ""),
    ]
    if point.regime != known.regime:
        said.append(f"assumed: {point.regime}")
    return [*said, f"{'WARNING: ' if point.check.contradicted else ''}{point.check.text}", *point.notes]


def write_page(
    point: CriticalPoint,
    path: str | Path,
    title: str | None = None,
    made: Sequence[tuple[str, str]] = (),
    makes: Sequence[Make] = (),
) -> None:
    """The page as one file, whole or not at all; `title` names the lattice, `made`, `makes` what it was made with."""
    headings, *values = rows(point)
    curves = [{"L": L, **asdict(curve)} for L, curve in sorted(point.curves.items())]
    page = render_critical(
        title or _title(point),
        headings,
        values,
        remarks(point),
        plain(point),
        curves,
        plain(known_of(point)),
        made,
        cite(point),
        makes,
    )
    write_file(Path(path), page.encode())


def _title(point: CriticalPoint) -> str:
    name = "lattice that was given" if point.coupling is None else f"{point.coupling.label} lattice"
    return f"{name} in {point.dimension}D"
