"""What can be taken along of the figures of a critical point, a training and a flow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from spinlens.arrays import Array
from spinlens.report.interactive.take import Take, block_data, short

Block = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]

_FIGURE = """import spinlens as sl

{opened}
ax = sl.plot.{call}
ax.figure.savefig("{name}.pdf")
"""
_POINT = 'point = sl.open("point.json")  # what spinlens critical wrote'
_OF_POINT = {
    "crossings": "crossings(point.curves, point=point)",
    "collapse": "collapse(point.curves, point=point)",
    "drift": "drift(point)",
    "residuals": "residuals(point)",
}
_MACHINE = 'machine = sl.open("machine").bottom  # of the folder of this page'
_OF_MACHINE = {
    "learning-curve": 'learning_curve(machine.history_, quantity="weight_rms")',
    "spectrum": "spectrum(sl.spectrum(machine))",
    "couplings": "couplings(sl.learned_couplings([machine], {shape}))",
    "receptive-fields": "receptive_fields(sl.receptive_fields(machine, {shape}, 12))",
}
_FIELDS = """import spinlens as sl

results = sl.open("results.json")
for source, fields in results["fields"].items():
    ax = sl.plot.flow_field(fields, unit=results["unit"])
    ax.figure.savefig(f"field-{source}.pdf")
"""
_READINGS = """import matplotlib.pyplot as plt
import spinlens as sl

results = sl.open("results.json")
for start in ("cold", "critical", "hot"):
    rows = [row for row in results["readings"]
            if (row["control"], row["start"], row["instrument"]) == ("given", start, "energy")]
    plt.plot([row["step"] for row in rows], [row["nearest"] / results["unit"] for row in rows], label=start)
plt.legend()
plt.savefig("flow.pdf")
"""


def of_point(curves: Sequence[Mapping[str, Any]]) -> dict[str, Take]:
    """Of the figures of a critical point; those without curves have tables."""
    blocks = [
        {"L": curve["L"], "dims": {"T": short(curve["temperature"])},
         "values": {name: short(curve[name]) for name in curve if name not in ("L", "temperature")}}
        for curve in curves
    ]  # fmt: skip
    return {
        name: Take((), block_data(name, blocks) if "curves" in call else None, _lines(_POINT, call, name))
        for name, call in _OF_POINT.items()
    }


def of_training(judged: Mapping[str, Any], fields: Array | None) -> dict[str, Take]:
    """Of the figures of a machine; PDFs lie beside its page."""
    shape = f"({', '.join(map(str, fields.shape[1:]))})" if fields is not None else "shape"
    values = np.array(judged["singular_values"])
    found: dict[str, list[Block]] = {
        "couplings": _columns(judged["couplings"], "r", ("learned", "true")),
        "learning-curve": _columns(judged["history"], "epoch"),
        "spectrum": [{"dims": {"rank": list(range(1, len(values) + 1))}, "values": {"singular value": short(values)}}],
        "receptive-fields": [] if fields is None else [_grid(fields, ("unit", "x", "y"), "weight")],
    }
    return {
        name: Take(
            (("PDF", f"{name}.pdf"),),
            block_data(name, blocks),
            _lines(_MACHINE, _OF_MACHINE[name].replace("{shape}", shape), name),
        )
        for name, blocks in found.items()
    }


def _lines(opened: str, call: str, name: str) -> str:
    return _FIGURE.format(opened=opened, call=call, name=name)


def of_flow(document: Mapping[str, Any], drawn: Iterable[str]) -> dict[str, Take]:
    """Of the sections of the page of a flow; `drawn` are the names of its figures, which lie beside it as PDFs."""
    names = list(drawn)
    fields, layers, maps = _field_blocks(document), _layer_blocks(document), _map_blocks(document)
    csv = {
        name: (("CSV", f"{file}.csv"),) for name, file in (("end", "flows"), ("ends", "flows"), ("flows", "readings"))
    }
    made = {
        "end": (("end",), (), ""), "ends": (("ends",), (), ""),
        "flows": ([name for name in names if name.startswith("flow-")], (), _READINGS),
        "fields": ([name for name in names if name.startswith("field-")], fields, _FIELDS),
        "layers": (("layers",), layers, ""), "maps": (("maps",), maps, ""),
    }  # fmt: skip
    return {
        section: Take((*_pdfs(own), *csv.get(section, ())), block_data(section, blocks), python)
        for section, (own, blocks, python) in made.items()
    }


def _pdfs(names: Sequence[str]) -> list[tuple[str, str]]:
    """A PDF a panel, by its number where there are several."""
    return [(f"PDF {k}" if len(names) > 1 else "PDF", f"{name}.pdf") for k, name in enumerate(names, start=1)]


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
    grids = [_grid(np.array(values, dtype=np.float64), ("x", "y"), name) for name, values in entry.items()]
    values = {name: row for grid in grids for name, row in grid["values"].items()}
    return {"units": source, "dims": grids[0]["dims"], "values": values}


def _columns(rows: Rows, key: str, names: Sequence[str] = ()) -> list[Block]:
    """Rows as one block with `key` along it, columns that every row has."""
    own = names or [name for name in rows[0] if name != key]
    kept = [name for name in own if all(isinstance(row.get(name), int | float) for row in rows)]
    return [
        {
            "dims": {key: [row[key] for row in rows]},
            "values": {name: short([row[name] for row in rows]) for name in kept},
        }
    ]


def _grid(values: Array, dims: Sequence[str], name: str) -> dict[str, Any]:
    labels = {dim: list(range(size)) for dim, size in zip(dims, values.shape, strict=True)}
    return {"dims": labels, "values": {name: short(values)}}
