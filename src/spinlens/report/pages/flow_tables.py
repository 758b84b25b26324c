"""The tables of the page of `spinlens flow`, and the line of each of its folded sections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.plot import style
from spinlens.plot.ends_of_flows import machine_name
from spinlens.report.tables import MISSING, Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.results_document import finite, reference

Document = Mapping[str, Any]
Row = Mapping[str, Any]

_PATTERNS = {
    "peak": "peak", "background": "background", "rms_radius": "r.m.s. radius", "participation": "sites that take part",
    "covariance": "alike", "quality": "on the grid", "match_temperature": "T / T_c of the best blocks",
    "match_residual": "not in common",
}  # fmt: skip


def leads(document: Document) -> dict[str, str]:
    """Section → what it holds, in a line that stands while it is folded."""
    rows, count = document["flows"], len(document["instruments"])
    others = [row for row in rows if row["control"] != "given"]
    machines = len({machine_name(row) for row in others})
    who = f"{machines} other machine{'s' * (machines != 1)}"
    points = fixed_points(document).rows
    kinds = [f"{sum(row[4] == kind for row in points)} {kind}" for kind in ("attractive", "repulsive")]
    read = f"by {count} instruments"
    return {
        "ends": f"{len(rows) - len(others)} flows read {read}: T / T_c, p of equilibrium, Δ_s, Δ_ε.",
        "flows": f"T / T_c {read}, from the first to the last of {document['machine']['steps']} steps.",
        "controls": f"{len(others)} flows of {who}, read {read}.",
        "paths": f"T / T_c of {who} {read}.",
        "fields": f"Change of T by one step of {_listed(document['fields'])}; fixed points: {' and '.join(kinds)}.",
        "layers": f"T / T_c after every layer of {_listed(document['layers'])}.",
        "maps": f"Correlations ⟨v h⟩ of {_listed(document['maps'])}.",
    }


def _listed(names: Mapping[str, Any]) -> str:
    return " and ".join(map(str, names))


def ends(document: Document, rows: Sequence[Row]) -> Table:
    """What the instruments read where the flows of these rows end, in units of T_c."""
    names, unit = list(document["instruments"]), float(document["unit"])
    titles = [f"T / T_c by {style.INSTRUMENTS.get(name, name)}" for name in names]
    headings = ("machine", "seed", "start", *titles, "p", "plateau", "Δ_s", "Δ_ε", "τ")
    return Table(headings, tuple(_end(row, names, unit) for row in rows))


def _end(row: Row, names: Sequence[str], unit: float) -> tuple[str, ...]:
    steps = f"{row['plateau_first']} to {row['plateau_last']}" if row.get("plateau") else "none"
    read = [_read(row, name, unit) for name in names]
    rest = [_value(row, name) for name in ("delta_spin", "delta_energy", "gibbs_tau")]
    return (machine_name(row), str(row["seed"]), row["start"], *read, _chance(row), steps, *rest)


def _read(row: Row, name: str, unit: float) -> str:
    """T / T_c by an instrument; out of its range the nearest that it can read, marked."""
    if row.get(f"in_range_{name}"):
        return over(_entry(row, f"T_{name}"), unit)
    nearest = finite(row.get(f"nearest_{name}"))
    return MISSING if nearest is None else f"beyond {nearest / unit:.3g}"


def _chance(row: Row) -> str:
    p = row.get("equilibrium_p")
    return MISSING if p is None else ("< 0.0001" if p < 1e-4 else f"{p:.4f}")


def _entry(row: Row, name: str) -> dict[str, Any]:
    return {"value": row.get(name), "error": row.get(f"{name}_error")}


def _value(row: Row, name: str) -> str:
    return estimate(_entry(row, name))


def over(entry: Any, unit: float) -> str:
    """A temperature in units of T_c."""
    known = reference(entry)
    return MISSING if known is None else estimate(as_entry(Estimate(known.value / unit, known.error / unit)))


def fixed_points(document: Document) -> Table:
    """The zeros of each flow field."""
    unit = float(document["unit"])
    rows = tuple(
        (
            source, style.INSTRUMENTS.get(name, name), over(point["temperature"], unit), estimate(point["slope"]),
            "attractive" if point["stable"] else "repulsive", estimate(point.get("y_t")),
            estimate(point.get("relaxation")),
        )
        for source, fields in document["fields"].items()
        for name, field in fields.items()
        for point in (field or {}).get("fixed_points", ())
    )  # fmt: skip
    return Table(("flow", "instrument", "T / T_c", "dΔT/dT", "fixed point", "y_t", "steps to fall by e"), rows)


def patterns(document: Document) -> Table:
    """Numbers of the maps of ⟨v h⟩."""
    unit = float(document["unit"])
    found = document["patterns"]
    rows = tuple((str(row["source"]), *(_of_pattern(row, name, unit) for name in _PATTERNS)) for row in found)
    return Table(("units", *_PATTERNS.values()), rows)


def _of_pattern(row: Row, name: str, unit: float) -> str:
    return over(row.get(name), unit) if name == "match_temperature" else estimate(row.get(name))
