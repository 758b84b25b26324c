"""What can be taken along of the figures of a critical point and of a training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spinlens.arrays import Array
from spinlens.report.interactive.take import Take, block_data, grid, short
from spinlens.statistics.estimate import Estimate

Block = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]

_HEAD = """import spinlens as sl

{opened}
"""
_FIGURE = """ax = sl.plot.{call}
ax.figure.savefig("{name}.pdf")
"""
_POINT = 'point = sl.open("point.json")  # what spinlens critical wrote'
_OF_POINT = {
    "crossings": (
        "crossings(point.curves, point=point{known})",
        'crossings(point.curves, point=point, quantity="xi"{known})',
    ),
    "collapse": ("collapse(point.curves, point=point)", 'collapse(point.curves, point=point, quantity="m2")'),
    "drift": ("drift(point{known})",),
    "residuals": ("residuals(point)",),
    "budget": ("error_budget(point)", "influence(point)"),
}
_MACHINE = 'machine = sl.open("machine").bottom  # of the folder of this page'
_JUDGED = 'results = sl.open("results.json")  # of the folder of this page'
_CURVE = """rows = sl.open("results.json")["couplings"]  # of the folder of this page
curve = {"r": [row["r"] for row in rows], "learned": [row["learned"] for row in rows],
         "lattice": [row["true"] for row in rows], "error": [float("nan")] * len(rows)}"""
_OF_MACHINE = {
    "learning-curve": (
        _JUDGED,
        ('learning_curve(results["history"])', 'learning_curve(results["history"], quantity="weight_rms")'),
    ),
    "spectrum": (_MACHINE, ("spectrum(sl.spectrum(machine))",)),
    "couplings": (_MACHINE, ("couplings(sl.learned_couplings([machine], {shape}))",)),
    "receptive-fields": (
        _MACHINE,
        ("receptive_fields(sl.receptive_fields(machine, {shape}, {units}), centred=True, named=True)",),
    ),
}


def of_point(
    curves: Sequence[Mapping[str, Any]], known: Estimate | None = None, corrected: bool = False
) -> dict[str, Take]:
    """Of the figures of a critical point, the `known` T_c drawn in them; those without curves have tables.

    `corrected`: whether each collapse is drawn without the corrections to scaling, too.
    """
    blocks = [
        {"L": curve["L"], "dims": {"T": short(curve["temperature"])},
         "values": {name: short(curve[name]) for name in curve if name not in ("L", "temperature")}}
        for curve in curves
    ]  # fmt: skip
    beside = "" if known is None else f", known=sl.Estimate({known.value:.10g}, {known.error:.3g})"
    has_xi = any(np.isfinite(np.array(curve["xi"], dtype=np.float64)).any() for curve in curves)
    made = {}
    for name, calls in _OF_POINT.items():
        shown = [call.replace("{known}", beside) for call in calls if has_xi or "xi" not in call]
        if name == "collapse" and corrected:
            shown = [own for call in shown for own in (call, f"{call[:-1]}, corrected=True)")]
        data = block_data(name, blocks) if "curves" in calls[0] else None
        made[name] = Take((), data, _lines(_POINT, shown, name))
    return made


def of_training(judged: Mapping[str, Any], fields: Array | None) -> dict[str, Take]:
    """Of the figures of a machine; PDFs lie beside its page."""
    values = np.array(judged["singular_values"])
    found: dict[str, list[Block]] = {
        "couplings": _columns(judged["couplings"], "r", ("learned", "true")),
        "learning-curve": _columns(judged["history"], "epoch"),
        "spectrum": [{"dims": {"rank": list(range(1, len(values) + 1))}, "values": {"singular value": short(values)}}],
        "receptive-fields": [] if fields is None else [grid(fields, ("unit", "x", "y"), "weight")],
    }
    return {
        name: Take((("PDF", f"{name}.pdf"),), block_data(name, blocks), _of_machine(name, judged, fields))
        for name, blocks in found.items()
    }


def _of_machine(name: str, judged: Mapping[str, Any], fields: Array | None) -> str:
    """The lines of a figure: couplings beside those of the lattice where these are known, curves that were tracked."""
    opened, calls = _OF_MACHINE[name]
    if name == "couplings" and "true" in judged["couplings"][0]:
        opened, calls = _CURVE, ('couplings({"learned": curve})',)
    if name == "learning-curve" and not any("log_likelihood" in entry for entry in judged["history"]):
        calls = calls[1:]
    shape = "shape" if fields is None else f"({', '.join(map(str, fields.shape[1:]))})"
    count = "" if fields is None else str(len(fields))
    return _lines(opened, [call.replace("{shape}", shape).replace("{units}", count) for call in calls], name)


def _lines(opened: str, calls: Sequence[str], name: str) -> str:
    """What is opened, and a figure a call, numbered where there are several."""
    names = [name if k == 1 else f"{name}-{k}" for k in range(1, len(calls) + 1)]
    figures = [_FIGURE.format(call=call, name=own) for call, own in zip(calls, names, strict=True)]
    return "".join([_HEAD.format(opened=opened), *figures])


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
