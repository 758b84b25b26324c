"""The page of `spinlens flow`: one HTML file that needs no network, drawn from its results alone."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from markupsafe import Markup
from matplotlib.figure import Figure

from spinlens.files.atomic import write_file
from spinlens.plot import style
from spinlens.report import svg
from spinlens.report.answers.flow import flow_answer
from spinlens.report.figures import flow_comparison, flow_fields, layers, maps
from spinlens.report.illustration import Key
from spinlens.report.interactive.embedding import embedded
from spinlens.report.interactive.player import flow_reels
from spinlens.report.interactive.take import Take
from spinlens.report.interactive.take_pages import of_flow
from spinlens.report.pages.study import render_page
from spinlens.report.references import references
from spinlens.report.tables import MISSING, Table, estimate

Document = Mapping[str, Any]

_STARTS = tuple(
    Key(f"{start} start", color, "point", style.glyph(marker))
    for start, (color, marker) in style.starts(list(style.STARTS)).items()
)
_AGREE = (
    "A state of the lattice has one temperature: where instruments disagree beyond their errors, or the equilibrium "
    "test gives a small p, the flowed states are at no temperature at all. The plateau is the longest stretch of steps "
    "in which no instrument drifts; τ is the autocorrelation time of |m| in the machine's own chain."
)


@dataclass(frozen=True)
class Section:
    """A heading with a table, drawings or both."""

    name: str
    title: str
    text: str = ""
    table: Table | None = None
    svgs: tuple[tuple[str, Markup], ...] = ()
    keys: tuple[Key, ...] = ()
    caption: str = ""
    see: str = ""
    number: int = 0
    take: Take | None = None


def figures(document: Document) -> dict[str, tuple[str, Figure]]:
    """Every drawing by its file name, with its words for those who cannot see it; to be saved under `style.context`."""
    unit = float(document["unit"])
    drawn: dict[str, tuple[str, Figure]] = {}
    for number, group in enumerate(flow_comparison.groups(document["readings"])):
        rows = [row for row in document["readings"] if flow_comparison.group(row) == group]
        drawn[f"flow-{number}"] = (f"{group}: temperature along the flow", flow_comparison.draw_path(rows, unit))
    for source, fields in document["fields"].items():
        if any(field is not None for field in fields.values()):
            drawn[f"field-{_slug(source)}"] = (f"{source}: flow field", flow_fields.draw(fields, unit))
    own = [row for row in document["flows"] if row["control"] == "given"]
    if own:
        end = flow_comparison.draw_end(own, unit, document["instruments"])
        drawn["end"] = ("Temperature at the end of the flow by instrument", end)
    if len(flow_comparison.groups(document["flows"])) > 1:
        ends = flow_comparison.draw_ends(document["flows"], unit, document["instruments"])
        drawn["ends"] = ("Temperature at the end of every flow", ends)
    if document["layers"]:
        columns = {name: [_layers(entry)] for name, entry in document["layers"].items()}
        drawn["layers"] = ("Temperature layer by layer", layers.draw(columns, unit))
    if document["maps"]:
        sources = list(document["maps"])
        drawn["maps"] = ("Visible-hidden correlations", maps.draw(_maps(document["maps"]), sources))
    return drawn


def write_flow(folder: Path, document: Document, bibtex: str = "") -> None:
    """results.json, every figure as SVG and PDF, and the page with `bibtex`, what the flow rests on."""
    write_file(folder / "results.json", (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())
    with style.context():
        drawn = figures(document)
        for name, (_, figure) in drawn.items():
            for suffix in ("svg", "pdf"):
                write_file(folder / f"{name}.{suffix}", svg.standalone(figure, suffix))
        write_file(folder / "index.html", render(document, drawn, bibtex).encode())


def render(document: Document, drawn: Mapping[str, tuple[str, Figure]], bibtex: str = "") -> str:
    """The page as text; call under `style.context`."""
    inline = {name: (words, svg.inline(figure, words)) for name, (words, figure) in drawn.items()}

    def panels(prefix: str) -> tuple[tuple[str, Markup], ...]:
        return tuple(panel for name, panel in inline.items() if name.startswith(prefix))

    sections = [
        Section(
            "ends",
            "Where the flows end",
            _AGREE,
            _ends(document),
            panels("ends"),
            _STARTS,
            flow_comparison.ENDS_CAPTION,
            flow_comparison.ENDS_SEE,
        ),
        Section(
            "flows",
            "Along the flows",
            "",
            None,
            panels("flow-"),
            _STARTS,
            flow_comparison.PATH_CAPTION,
            flow_comparison.PATH_SEE,
        ),
        Section("fields", "Flow fields", "", _fixed_points(document), panels("field-"), (), flow_fields.CAPTION),
        Section("layers", "Layer by layer", "", None, panels("layers"), layers.KEYS, layers.CAPTION),
        Section("maps", "What hidden units see", "", _patterns(document), panels("maps"), (), maps.CAPTION),
    ]
    takes = of_flow(document, drawn)
    kept = [replace(part, take=takes[part.name]) for part in sections if part.svgs or (part.table and part.table.rows)]
    first = [inline["end"]] if "end" in inline else []
    played = flow_reels(document)
    return render_page(
        "flow.html",
        parts=("take", *(("elements", "player") if played else ())),
        reels=played and embedded("player-data", played),
        answer=flow_answer(document),
        picture=Section(
            "end",
            "",
            svgs=tuple(first),
            keys=_STARTS,
            caption=flow_comparison.END_CAPTION,
            see=flow_comparison.END_SEE,
            number=1,
            take=takes["end"],
        )
        if first
        else None,
        lead=document["lead"],
        version=document["spinlens"],
        provenance=document["provenance"],
        references=references(bibtex),
        bibtex=bibtex,
        sections=_numbered(kept, bool(first)),
    )


def _numbered(sections: Sequence[Section], after: int) -> list[Section]:
    """Those with drawings counted on after the first screen's."""
    counts = itertools.count(after + 1)
    return [replace(section, number=next(counts)) if section.svgs else section for section in sections]


def _ends(document: Document) -> Table:
    names = list(document["instruments"])
    titles = [f"T {style.INSTRUMENTS.get(name, name)}" for name in names]
    headings = ("machine", "seed", "start", *titles, "p", "plateau", "Δ_s", "Δ_ε", "τ")
    rows = []
    for row in document["flows"]:
        steps = f"{row['plateau_first']} to {row['plateau_last']}" if row.get("plateau") else "none"
        readings = [row[f"reading_{name}"] for name in names]
        p = row.get("equilibrium_p")
        chance = MISSING if p is None else ("< 0.0001" if p < 1e-4 else f"{p:.4f}")
        rest = (_value(row, "delta_spin"), _value(row, "delta_energy"), _value(row, "gibbs_tau"))
        rows.append((flow_comparison.group(row), str(row["seed"]), row["start"], *readings, chance, steps, *rest))
    return Table(headings, tuple(rows))


def _value(row: Mapping[str, Any], name: str) -> str:
    return estimate({"value": row.get(name), "error": row.get(f"{name}_error")})


def _fixed_points(document: Document) -> Table:
    rows = []
    for source, fields in document["fields"].items():
        for name, field in fields.items():
            for point in (field or {}).get("fixed_points", ()):
                kind = "attractive" if point["stable"] else "repulsive"
                label = style.INSTRUMENTS.get(name, name)
                y_t, relaxation = estimate(point.get("y_t")), estimate(point.get("relaxation"))
                rows.append(
                    (source, label, estimate(point["temperature"]), estimate(point["slope"]), kind, y_t, relaxation)
                )
    return Table(("flow", "instrument", "T", "dΔT/dT", "fixed point", "y_t", "steps to fall by e"), tuple(rows))


def _patterns(document: Document) -> Table:
    columns = {
        "peak": "peak", "background": "background", "rms_radius": "r.m.s. radius", "participation": "participation",
        "covariance": "covariance", "quality": "placement", "match_temperature": "T of the best RG pattern",
        "match_residual": "residual",
    }  # fmt: skip
    rows = [
        (str(row["source"]), *(estimate(row.get(name)) for name in columns)) for row in document["patterns"]
    ]  # fmt: skip
    return Table(("units", *columns.values()), tuple(rows))


def _layers(entry: Mapping[str, Any]) -> xr.Dataset:
    axes = ("start", "layer", "instrument")
    variables = {
        name: (axes, np.array(entry[name], dtype=np.float64))
        for name in ("temperature", "temperature_error", "in_range")
    }
    coords = {"start": entry["start"], "layer": entry["layer"], "instrument": entry["instrument"]}
    return xr.Dataset(variables, coords=coords)


def _maps(found: Mapping[str, Mapping[str, Sequence[Any]]]) -> xr.Dataset:
    variables = {
        name: (("source", "x", "y"), np.array([entry[name] for entry in found.values()])) for name in maps.VARIABLES
    }
    return xr.Dataset(variables, coords={"source": list(found)})


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-").lower()
