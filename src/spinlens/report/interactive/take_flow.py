"""What can be taken along of the figures of a flow: files beside its page, numbers, lines of Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spinlens.report.interactive.take import Take, block_data, grid, short

Block = Mapping[str, Any]

_HEAD = """import spinlens as sl

results = sl.open("results.json")
"""
_LINES = {
    "end": """ax = sl.plot.flow_ends(results["flows"], unit=results["unit"])
ax.figure.savefig("end.pdf")
""",
    "flows": """rows = [row for row in results["readings"] if row["control"] == "given"]
for name in results["instruments"]:
    ax = sl.plot.flow(rows, instrument=name, unit=results["unit"])
    ax.figure.savefig(f"flow-{name}.pdf")
""",
    "controls": """for name in results["instruments"]:
    ax = sl.plot.flow_ends(results["flows"], instrument=name, unit=results["unit"])
    ax.figure.savefig(f"ends-{name}.pdf")
""",
    "paths": """machines = {}
for row in results["readings"]:
    if row["control"] != "given":
        machine = "-".join(str(row[key]) for key in ("control", "recipe", "n_hidden"))
        machines.setdefault(machine, []).append(row)
for machine, rows in machines.items():
    for name in results["instruments"]:
        ax = sl.plot.flow(rows, instrument=name, unit=results["unit"])
        ax.figure.savefig(f"flow-{machine}-{name}.pdf")
""",
    "fields": """for source, fields in results["fields"].items():
    for name, field in fields.items():
        if field is not None:
            ax = sl.plot.flow_field(field, unit=results["unit"])
            ax.figure.savefig(f"field-{source}-{name}.pdf")
""",
    "layers": """for source, entry in results["layers"].items():
    for name in entry["instrument"]:
        ax = sl.plot.layers(entry, instrument=name, unit=results["unit"])
        ax.figure.savefig(f"layers-{source}-{name}.pdf")
""",
    "maps": """for source, maps in results["maps"].items():
    for kind in ("raw", "connected"):
        ax = sl.plot.correlation_map(maps[kind], title=f"{source}, {kind}")
        ax.figure.savefig(f"map-{source}-{kind}.pdf")
""",
}


def of_flow(document: Mapping[str, Any], drawn: Iterable[str]) -> dict[str, Take]:
    """Of the sections of the page of a flow; `drawn` are the names of its figures, which lie beside it as PDFs."""
    names = list(drawn)
    fields, layers, maps = _field_blocks(document), _layer_blocks(document), _map_blocks(document)
    own, others = (_named(names, "flow-")[part] for part in _split(document))
    readings, flows = (("CSV", "readings.csv"),), (("CSV", "flows.csv"),)
    return {
        "end": Take((*_pdfs(["end"]), *flows), None, _made("end")),
        "ends": Take(),
        "flows": Take((*_pdfs(own), *readings), None, _made("flows")),
        "controls": Take((*_pdfs(_named(names, "ends-")), *flows), None, _made("controls")),
        "paths": Take((*_pdfs(others), *readings), None, _made("paths")),
        "fields": Take(_pdfs(_named(names, "field-")), block_data("fields", fields), _made("fields")),
        "layers": Take(_pdfs(["layers"]), block_data("layers", layers), _made("layers")),
        "maps": Take(_pdfs(["maps"]), block_data("maps", maps), _made("maps")),
    }


def _split(document: Mapping[str, Any]) -> tuple[slice, slice]:
    """Of the paths those of the given machine, which come first, and those of the controls."""
    given = int(any(row["control"] == "given" for row in document["readings"]))
    return slice(0, given), slice(given, None)


def _named(names: Iterable[str], prefix: str) -> list[str]:
    return [name for name in names if name.startswith(prefix)]


def _made(section: str) -> str:
    return f"{_HEAD}{_LINES[section]}"


def _pdfs(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """A PDF a panel, by its number where there are several."""
    return tuple((f"PDF {k}" if len(names) > 1 else "PDF", f"{name}.pdf") for k, name in enumerate(names, start=1))


def _field_blocks(document: Mapping[str, Any]) -> list[Block]:
    return [
        {"flow": source, "instrument": name, "dims": {"T": short(field["temperatures"])},
         "values": {key: short(field[key]) for key in ("change", "error")}}
        for source, fields in document["fields"].items()
        for name, field in fields.items()
        if field is not None
    ]  # fmt: skip


def _layer_blocks(document: Mapping[str, Any]) -> list[Block]:
    dims, values = ("start", "layer", "instrument"), ("temperature", "temperature_error", "in_range")
    return [
        {"flow": source, "dims": {dim: list(entry[dim]) for dim in dims},
         "values": {name: short(np.array(entry[name], dtype=np.float64)) for name in values}}
        for source, entry in document["layers"].items()
    ]  # fmt: skip


def _map_blocks(document: Mapping[str, Any]) -> list[Block]:
    return [_map_block(source, entry) for source, entry in document["maps"].items()]


def _map_block(source: str, entry: Mapping[str, Any]) -> Block:
    grids = [grid(np.array(values, dtype=np.float64), ("x", "y"), name) for name, values in entry.items()]
    values = {name: row for grid in grids for name, row in grid["values"].items()}
    return {"units": source, "dims": grids[0]["dims"], "values": values}
