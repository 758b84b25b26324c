"""The whole of ``spinlens show`` from Python: whatever `spinlens.open` opens on one screen, as JSON or as a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from spinlens.errors import InputError
from spinlens.files.formats import STATES
from spinlens.files.held import array_of, has_sites, labelled, temperatures_of
from spinlens.files.plain import plain
from spinlens.lattice.model_document import model_of
from spinlens.report import findings
from spinlens.sampling.inference import summary
from spinlens.showing import Card, Shown, card_of, sides
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import QUANTITIES, entries, label, measured, models, section
from spinlens.workflows.opening import open as opened

_MOST = 20_000
"""States whose averages are shown; of more, so many evenly spaced ones."""

Row = dict[str, Any]


@dataclass(frozen=True)
class View:
    """What is shown of a file: a card for the screen, a document for JSON, rows of numbers for CSV."""

    card: Card
    document: Any
    rows: Sequence[Row]

    @property
    def text(self) -> str:
        """On one screen."""
        return self.card.text()


def view(path: str | Path) -> View:
    """What lies at a path; see `spinlens.open` for what can."""
    return view_of(opened(path), str(path))


def view_of(thing: Any, name: str = "states") -> View:
    """What was opened, `name` being what it is called."""
    if isinstance(thing, xr.Dataset):
        return _dataset(thing, name)
    if isinstance(thing, Shown):
        return _shown(thing)
    if isinstance(thing, dict) and {"claims", "models"} <= thing.keys():
        return _study(thing, name)
    flows = thing if isinstance(thing, dict) else {"flows": getattr(thing, "flows", None)}
    if isinstance(flows.get("flows"), list):
        return _flows(flows, name)
    if isinstance(thing, dict | list):
        return _json(thing, name)
    if isinstance(thing, Mapping) and not set(STATES) & set(thing):
        return _archive(thing, name)
    return _states(array_of(thing), name, {})


def _dataset(data: xr.Dataset, name: str) -> View:
    if "average" in data:
        return _run(data, name)
    if not has_sites(data):
        rows = data.to_dataframe().reset_index().to_dict("records")
        lines = [tuple(f"{cell:.6g}" if isinstance(cell, float) else cell for cell in row.values()) for row in rows]
        return View(Card(name, {}, [tuple(rows[0]), *lines] if rows else []), rows, rows)
    found = [_states(labelled(data, T).reshape(-1, *_shape(data)), f"T = {T:g}", {}) for T in temperatures_of(data)]
    if not found:
        return _states(array_of(data), name, {})
    rows = [{"temperature": T, **row} for T, one in zip(temperatures_of(data), found, strict=True) for row in one.rows]
    return View(Card(f"{name}: {found[0].card.line.partition(': ')[2]}", {}, _table(rows)), rows, rows)


def _shape(data: xr.Dataset) -> tuple[int, ...]:
    return tuple(size for name, size in data["spins"].sizes.items() if name in ("x", "y", "z"))


def _run(data: xr.Dataset, name: str) -> View:
    """A run of `sample`: what was drawn, and the means with their errors and τ."""
    rows: list[Row] = summary(data).reset_index().to_dict("records")
    model = model_of(data)
    drawn = f"{data.sizes['draw']} draws" if "draw" in data.dims else f"{data.sizes['bin']} bins"
    cold = [f"{float(T):g}" for T, good in zip(data.temperature, data.converged, strict=True) if not bool(good)]
    facts = {
        "lattice": f"{model.coupling.label}, {sides(model.shape)}"
        + (f", field {model.field:g}" if model.field else ""),
        "drawn": f"{drawn} of {data.sizes['chain']} chains by {data.attrs.get('algorithm', 'an unknown algorithm')}",
        "states": "kept" if "spins" in data else "not kept",
        **({"not converged": f"T = {', '.join(cold)}"} if cold else {}),
    }
    wanted = [row for row in rows if row["observable"] in ("energy", "magnetization", "abs_magnetization", "m2")]
    document = {"file": name, "model": json.loads(data.attrs["model"]), **facts, "rows": rows}
    return View(Card(name, facts, _table(wanted)), document, rows)


def _table(rows: Sequence[Row]) -> list[tuple[object, ...]]:
    """Averages as lines: means with errors, τ, effective draws and R̂."""
    names = [name for name in ("temperature", "observable") if rows and name in rows[0]]
    lines = [
        (
            *(f"{row[name]:g}" if isinstance(row[name], float) else row[name] for name in names),
            Estimate(row["mean"], row["error"]),
            *(_short(row[name]) for name in ("tau", "ess", "r_hat")),
        )
        for row in rows
    ]
    return [(*("T" if name == "temperature" else name for name in names), "mean", "tau", "eff. draws", "R-hat"), *lines]


def _short(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.4g}"


def _states(array: np.ndarray, name: str, facts: Mapping[str, object]) -> View:
    """States of any origin: how many of what shape, and the magnetization, with its τ in the order of the file."""
    if array.ndim < 2:
        raise InputError(f"{name} holds an array of shape {array.shape}: states have shape (n, L_1, …)")
    taken = np.asarray(array[:: max(1, len(array) // _MOST)], dtype=np.float64)
    m = taken.reshape(len(taken), -1).mean(axis=1)
    rows = summary({"magnetization": m, "abs_magnetization": np.abs(m), "m2": m**2}).reset_index().to_dict("records")
    what = "±1" if np.all(np.abs(taken) == 1) else f"from {taken.min():g} to {taken.max():g}"
    thinned = {"averages": f"of {len(taken)} of them"} if len(taken) < len(array) else {}
    shape = sides(array.shape[1:]) if array.ndim > 2 else f"{array.shape[1]} sites, flat"
    line = f"{name}: {len(array)} states of {shape}, {what}"
    document = {"file": name, "states": len(array), "shape": list(array.shape[1:]), "values": what, "rows": rows}
    return View(Card(line, {**facts, **thinned}, _table(rows)), document, rows)


def _archive(arrays: Mapping[str, np.ndarray], name: str) -> View:
    """An archive of arrays by name: what is in it."""
    rows = [{"array": key, "shape": sides(one.shape), "dtype": str(one.dtype)} for key, one in arrays.items()]
    return View(Card(name, {}, [("array", "shape", "dtype"), *(tuple(row.values()) for row in rows)]), rows, rows)


def _shown(thing: Shown) -> View:
    """An object that says itself what it is, with its own table and document where it has them."""
    card, own = card_of(thing), getattr(thing, "to_dataframe", None)
    heading, *table = [list(row) for row in card.table] or [[]]
    rows = [dict(zip(map(str, heading), map(str, row), strict=True)) for row in table]
    if own is not None:
        rows = own().reset_index().to_dict("records")
    elif history := getattr(thing, "history_", None):
        rows = [dict(entry) for entry in history]
    document = thing.to_dict() if hasattr(thing, "to_dict") else {"what": card.line, **card.facts, "rows": rows}
    return View(card, plain(_said(document)), rows)


def _said(value: Any) -> Any:
    """Facts of a card as JSON data: estimates by value and error, what is no number as it is said."""
    if isinstance(value, Mapping):
        return {str(key): _said(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_said(item) for item in value]
    return value if isinstance(value, Estimate | bool | int | float | str | np.generic | None) else str(value)


def _study(results: dict[str, Any], name: str) -> View:
    """A study: its lines of words, then T_c and dimensions of each lattice."""
    rows: list[Row] = []
    table: list[tuple[object, ...]] = [("lattice", *QUANTITIES.values(), "machines")]
    for key, model in models(results).items():
        found = {said: measured(section(model, "critical").get(own)) for own, said in QUANTITIES.items()}
        table.append((label(model, key), *(found[said] or "-" for said in found), len(entries(model, "machines"))))
        rows.append({"lattice": label(model, key), **{said: value and value.value for said, value in found.items()},
                     **{f"{said}_error": value and value.error for said, value in found.items()}})  # fmt: skip
    words = [str(line) for line in findings.findings(results)]
    facts = {str(number): line for number, line in enumerate(words, 1)}
    return View(Card(f"{name}: a study", facts, table), results, rows)


def _flows(results: Mapping[str, Any], name: str) -> View:
    """A flow, or a table of flows: where each ends by every instrument."""
    rows = entries(results, "flows")
    readings = list(dict.fromkeys(key for row in rows for key in row if key.startswith("reading_")))
    about = [key for key in ("control", "recipe", "n_hidden", "seed", "start") if any(key in row for row in rows)]
    table = [(*about, *(key.removeprefix("reading_") for key in readings))]
    table += [tuple(row.get(key, "") for key in [*about, *readings]) for row in rows]
    title = results.get("title") or f"{len(rows)} flows"
    lead = {"about": results["lead"]} if results.get("lead") else {}
    return View(Card(f"{name}: {title}", lead, table), dict(results), [dict(row) for row in rows])


def _json(document: Any, name: str) -> View:
    """Any other JSON: its entries, long ones cut."""
    facts = document if isinstance(document, dict) else {str(k): item for k, item in enumerate(document)}
    rows = [{"name": key, "value": value} for key, value in facts.items()]
    lines = [(key, text if len(text := str(value)) <= 60 else f"{text[:59]}…") for key, value in facts.items()]
    return View(Card(name, {}, [("name", "value"), *lines]), document, rows)
