"""Hidden units to be looked through: receptive fields, ⟨vh⟩ maps, their numbers, and the couplings they add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import AnyArray
from spinlens.report.illustration import Data
from spinlens.report.interactive.embedding import packed
from spinlens.study.results_document import Results, entries, label, models, section

_LEVELS = 127  # of a byte, on either side of zero


def units(results: Results, data: Data) -> dict[str, Any] | None:
    """All that the explorer of a study shows, as JSON data; None where the study kept no single units.

    `lattices` hold `machines`, each with `shape` of its fields, `numbers` of every unit, and `fields` and `maps`: for
    every unit a byte a site in base64 (signed, 127 standing for its entry in `scale`). `couplings` are those of the
    machine: `r`, `learned`, `error` and `lattice`, J(r)/T.
    """
    lattices = [
        {"label": label(model, name), "machines": _machines(name, model, data)}
        for name, model in models(results).items()
    ]
    shown = [found for found in lattices if found["machines"]]
    return {"lattices": shown} if shown else None


def _machines(name: str, model: Results, data: Data) -> list[dict[str, Any]]:
    split = {tuple(key.split("/")): found for key, found in data.items() if key.startswith("units/")}
    numbers = section(model, "units")
    return [
        _machine(key[2], found, numbers[key[2]], _couplings(model, key[2]))
        for key, found in split.items()
        if key[3] == name and isinstance(numbers.get(key[2]), Sequence)
    ]


def _machine(
    recipe: str, found: xr.Dataset, numbers: Sequence[Mapping[str, Any]], couplings: Mapping[str, Any]
) -> dict[str, Any]:
    fields, maps = found["units"].values
    return {
        "name": "stack, first layer" if recipe == "stack" else f"{recipe}, machine 0",
        "of": recipe,
        "shape": list(fields.shape[1:]),
        "numbers": list(numbers),
        "fields": _bytes(fields),
        "maps": _bytes(maps),
        "couplings": dict(couplings),
    }


def _bytes(tables: AnyArray) -> dict[str, Any]:
    """(unit, x, y) as signed bytes, each unit on its own scale."""
    tables = np.nan_to_num(tables, posinf=0.0, neginf=0.0)  # what has no number is drawn as zero
    scale = np.maximum(np.abs(tables).reshape(len(tables), -1).max(axis=1), 1e-300)
    levels = np.rint(tables / scale[:, None, None] * _LEVELS).astype(np.int8)
    return {"scale": [float(f"{value:.4g}") for value in scale], "bytes": packed(levels)}


def _couplings(model: Results, recipe: str) -> Results:
    """Of the first machine of a recipe, empty for a stack."""
    own = (machine for machine in entries(model, "machines") if machine.get("recipe") == recipe)
    return section(next(own, {}), "couplings")
