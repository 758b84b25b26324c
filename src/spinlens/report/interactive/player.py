"""Flows to be played: the spins that a study kept, with what its instruments say of every step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from spinlens.plot import style
from spinlens.report.illustration import Data
from spinlens.report.interactive.embedding import packed
from spinlens.study.results_document import Results, entries, label, models, section, temperature_unit

BLOCKS = {"majority": "majority blocks", "average": "block averages"}
COLORS = (style.DOWN, style.BETWEEN_MIDDLE, style.UP)
"""Of spins −1, of 0 in a real field, and of +1."""
_KINDS = {"machine": "machines", "stack": "stack, layer by layer", "blocks": "renormalization group"}


def reels(results: Results, data: Data) -> dict[str, Any] | None:
    """All that the player of a study shows, as JSON data; None where the study kept no spins.

    `lattices` hold `T_c`, `G` of equilibrium there, and `flows`, these `starts`, each with `steps`, `shapes` and
    `real` of its records (see `Film`), the `frames` of its samples in base64, and by instrument `T` = [T, error] of
    every record, error null out of range; `m` = [⟨|m|⟩, error] and `G` likewise.
    """
    lattices = [lattice(name, model, data) for name, model in models(results).items()]
    shown = [found for found in lattices if found["flows"]]
    return {"colors": COLORS, "instruments": instruments(), "lattices": shown} if shown else None


def flow_reels(document: Results) -> dict[str, Any] | None:
    """The same of the page of ``spinlens flow``, from its results alone."""
    flows = [_of_document(films, document) for films in entries(document, "films")]
    of: dict[str, Any] = {
        "label": str(document.get("title", "")).partition(":")[0],
        "T_c": document.get("unit"),
        "G": [],
    }
    shown = {"colors": COLORS, "instruments": instruments(), "lattices": [{**of, "flows": flows}]}
    return shown if flows else None


def _of_document(films: Results, document: Results) -> dict[str, Any]:
    kind, source = str(films.get("kind")), str(films.get("source"))
    layers = section(section(document, "layers"), source)
    starts = [
        {**film, **(_read(document, film) if kind == "machine" else _read_layers(layers, place))}
        for place, film in enumerate(entries(films, "starts"))
    ]
    name = f"{source}, layer by layer" if kind == "stack" else source
    about = {"kind": kind, "of": source.removesuffix(" blocks"), "name": name, "group": _KINDS[kind]}
    return {**about, "layers": kind != "machine", "starts": starts}


def _read(document: Results, film: Results) -> dict[str, Any]:
    """What instruments read of the given machine from the start of a film: readings come step by step."""
    rows = [
        row
        for row in entries(document, "readings")
        if row.get("control") == "given" and row.get("start") == film.get("name")
    ]
    names = dict.fromkeys(str(row.get("instrument")) for row in rows)
    by_name = {name: [row for row in rows if row.get("instrument") == name] for name in names}
    T = {name: [[row.get("nearest"), row.get("temperature_error")] for row in own] for name, own in by_name.items()}
    m = [[row.get("statistic"), row.get("statistic_error")] for row in by_name.get("magnetization", ())]
    return {"T": T, "m": m}


def _read_layers(layers: Results, place: int) -> dict[str, Any]:
    names = [str(name) for name in layers.get("instrument", ())]
    read = [layers.get(key, ()) for key in ("temperature", "temperature_error")]
    pairs = zip(*(values[place] for values in read), strict=True) if all(len(of) > place for of in read) else ()
    rows = [list(zip(*layer, strict=True)) for layer in pairs]
    return {"T": {name: [list(row[k]) for row in rows] for k, name in enumerate(names)}, "m": []}


def instruments() -> list[dict[str, str]]:
    """Name, words, colour and sign of every instrument, as the figures have them."""
    looks = {name: (words, *style.instrument(name)[:2]) for name, words in style.INSTRUMENTS.items()}
    return [
        {"name": name, "label": words, "color": f"var({style.CSS_VARIABLES[color]})", "glyph": style.glyph(marker)}
        for name, (words, color, marker) in looks.items()
    ]


def lattice(name: str, model: Results, data: Data) -> dict[str, Any]:
    """One lattice with the flows whose spins were kept."""
    flows = [_flow(kind, of, film, model) for (kind, of), film in _films(name, data).items()]
    known = data[f"correlation/{name}"]["G"].values[0].tolist() if f"correlation/{name}" in data else []
    return {"label": label(model, name), "T_c": temperature_unit(model), "G": known, "flows": flows}


def _films(name: str, data: Data) -> dict[tuple[str, str], xr.Dataset]:
    split = {tuple(key.split("/")): film for key, film in data.items() if key.startswith("film/")}
    return {(key[1], key[2]): film for key, film in split.items() if key[3] == name}


def _flow(kind: str, name: str, film: xr.Dataset, model: Results) -> dict[str, Any]:
    number = int(film.attrs["number"])
    title = {"blocks": BLOCKS.get(name, name), "stack": f"stack {number}", "machine": f"{name}, machine {number}"}[kind]
    starts = []
    for start, frames in zip(film["start"].values.tolist(), film["frames"].values, strict=True):
        about = {"name": _start(start), **film.attrs["film"], "frames": [packed(sample) for sample in frames]}
        starts.append({**about, **_along(kind, name, number, start, model)})
    return {
        "kind": kind,
        "of": name,
        "name": title,
        "group": _KINDS[kind],
        "layers": kind != "machine",
        "starts": starts,
    }


def _start(start: object) -> str:
    return start if isinstance(start, str) else f"{start:.2f} T_c"


def _along(kind: str, name: str, number: int, start: object, model: Results) -> dict[str, Any]:
    """What results.json says of every record."""
    if kind == "machine":
        found = _entry(entries(model, "flows"), recipe=name, seed=number, start=start)
        path = section(found, "path")
        return {"T": path.get("temperature"), "m": path.get("magnetization"), "G": path.get("correlation")}
    own = {"rule": name} if kind == "blocks" else {"seed": number}
    found = _entry(entries(model, "rg" if kind == "blocks" else "stack"), start=start, **own)
    layers = entries(found, "layers")
    return {
        "T": _temperatures(layers),
        "m": [_pair(section(layer, "magnetization")) for layer in layers],
        "G": [layer.get("correlation") for layer in layers],
    }


def _entry(rows: Sequence[Results], **wanted: object) -> Results:
    return next((row for row in rows if all(row.get(key) == value for key, value in wanted.items())), {})


def _temperatures(layers: Sequence[Results]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for layer in layers for name in section(layer, "temperature"))
    return {name: [_pair(section(section(layer, "temperature"), name)) for layer in layers] for name in names}


def _pair(entry: Mapping[str, Any]) -> list[Any]:
    return [entry.get("value"), entry.get("error")]
