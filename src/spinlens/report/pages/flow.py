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
from spinlens.plot.ends_of_flows import machine_name
from spinlens.plot.layered import of_entry
from spinlens.report import svg
from spinlens.report.answers.flow import flow_answer
from spinlens.report.figures import flow_comparison, flow_fields, layers, maps
from spinlens.report.illustration import Key
from spinlens.report.interactive.embedding import embedded
from spinlens.report.interactive.player import flow_reels
from spinlens.report.interactive.take import Take
from spinlens.report.interactive.take_flow import of_flow
from spinlens.report.pages import flow_tables
from spinlens.report.pages.study import render_page
from spinlens.report.provenance import makes
from spinlens.report.references import references
from spinlens.report.tables import Table
from spinlens.versions import computed_with

Document = Mapping[str, Any]
Drawn = Mapping[str, tuple[str, Figure]]

_STARTS = tuple(
    Key(f"{start} start", color, "point", style.glyph(marker))
    for start, (color, marker) in style.starts(list(style.STARTS)).items()
)
_ENDS = (
    "A state of the lattice has one temperature: where instruments disagree beyond their errors, or the test of "
    "equilibrium gives a small p, the flowed states are at no temperature at all. The plateau is the longest stretch "
    "of steps in which no instrument drifts; Δ_s and Δ_ε are scaling dimensions estimated from the states at this "
    "size; τ is the autocorrelation time of |m| in the machine’s own chain, in steps."
)
_FIELDS = (
    "One step, applied to states in equilibrium at known temperatures. Where ΔT is zero the flow rests: at an "
    "attractive fixed point, which ΔT falls through, deviations shrink by e in the steps given; from a repulsive one "
    "they grow, in a layer of blocks of side 2 by 2 to the power y_t."
)
_PATTERNS = (
    "The correlation ⟨v h⟩ of a visible spin with a hidden unit about the unit’s place, averaged over units. Peak: on "
    "the unit’s own block; background: half a lattice away. The r.m.s. radius is in lattice spacings. Alike: 1 where "
    "units are copies of one another, moved. On the grid: 1 where they sit on the coarse lattice, 0 where their places "
    "look random. Last, the temperature of the majority blocks whose pattern is most like it, and the share of the "
    "pattern that these have not."
)


@dataclass(frozen=True)
class Section:
    """A heading with a table, drawings or both; `lead` says in a line what it holds while it is folded."""

    name: str
    title: str
    lead: str = ""
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
    return {**_paths(document), **_fields(document), **_ends(document), **_layers(document), **_maps(document)}


def _paths(document: Document) -> dict[str, tuple[str, Figure]]:
    rows, unit = document["readings"], float(document["unit"])
    by_group = {name: [row for row in rows if machine_name(row) == name] for name in flow_comparison.groups(rows)}
    return {
        f"flow-{number}": (f"{name}: temperature along the flow", flow_comparison.draw_path(own, unit))
        for number, (name, own) in enumerate(by_group.items())
    }


def _fields(document: Document) -> dict[str, tuple[str, Figure]]:
    known = {
        source: own for source, own in document["fields"].items() if any(field is not None for field in own.values())
    }
    return {
        f"field-{_slug(source)}": (f"{source}: flow field", flow_fields.draw(own, float(document["unit"])))
        for source, own in known.items()
    }


def _ends(document: Document) -> dict[str, tuple[str, Figure]]:
    """Of the given machine by instrument, and of all machines instrument by instrument where there are others."""
    rows, unit = document["flows"], float(document["unit"])
    own, drawn = _given(rows), {}
    if own:
        drawn["end"] = ("Temperature at the end of the flow by instrument", flow_comparison.draw_end(own, unit))
    if len(flow_comparison.groups(rows)) > 1:
        for name in document["instruments"]:
            words = f"Temperature at the end of every flow by {style.INSTRUMENTS.get(name, name)}"
            drawn[f"ends-{_slug(name)}"] = (words, flow_comparison.draw_ends(rows, unit, name))
    return drawn


def _given(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of the machine, without the controls."""
    return [row for row in rows if row["control"] == "given"]


def _layers(document: Document) -> dict[str, tuple[str, Figure]]:
    unit = float(document["unit"])
    columns = {name: [of_entry(entry, 1.0)] for name, entry in document["layers"].items()}
    return {"layers": ("Temperature layer by layer", layers.draw(columns, unit))} if columns else {}


def _maps(document: Document) -> dict[str, tuple[str, Figure]]:
    found = document["maps"]
    if not found:
        return {}
    variables = {
        name: (("source", "x", "y"), np.array([entry[name] for entry in found.values()])) for name in maps.VARIABLES
    }
    table = xr.Dataset(variables, coords={"source": list(found)})
    return {"maps": ("Visible-hidden correlations", maps.draw(table, list(found)))}


def write_flow(folder: Path, document: Document, bibtex: str = "") -> None:
    """results.json, every figure as SVG and PDF, and the page with `bibtex`, what the flow rests on."""
    write_file(folder / "results.json", (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())
    with style.context():
        drawn = figures(document)
        for name, (_, figure) in drawn.items():
            for suffix in ("svg", "pdf"):
                write_file(folder / f"{name}.{suffix}", svg.standalone(figure, suffix))
        write_file(folder / "index.html", render(document, drawn, bibtex).encode())


def render(document: Document, drawn: Drawn, bibtex: str = "") -> str:
    """The page as text; call under `style.context`."""
    inline = {name: (words, svg.inline(figure, words)) for name, (words, figure) in drawn.items()}
    takes, played = of_flow(document, drawn), flow_reels(document)
    first, *sections = [replace(part, take=takes[part.name]) for part in _sections(document, inline)]
    kept = [part for part in sections if part.svgs or (part.table and part.table.rows)]
    return render_page(
        "flow.html",
        parts=("take", *(("elements", "player") if played else ())),
        reels=played and embedded("player-data", played),
        answer=flow_answer(document),
        picture=replace(first, number=1) if first.svgs else None,
        lead=document["lead"],
        version=document["spinlens"],
        provenance=document["provenance"],
        makes=makes(document),
        computed_with=computed_with(makes(document)),
        references=references(bibtex),
        bibtex=bibtex,
        sections=_numbered(kept, bool(first.svgs)),
    )


def _sections(document: Document, inline: Mapping[str, tuple[str, Markup]]) -> list[Section]:
    """In the order of the page, that of the first screen first; those of which there is nothing are empty."""

    def panels(*prefixes: str) -> tuple[tuple[str, Markup], ...]:
        return tuple(panel for name, panel in inline.items() if name.startswith(prefixes))

    rows = document["flows"]
    others = [row for row in rows if row["control"] != "given"]
    paths, compared, words = panels("flow-"), panels("ends-"), flow_comparison
    own = len(paths[:1] if _given(document["readings"]) else ())
    leads = flow_tables.leads(document)
    return [
        Section("end", "", "", "", None, tuple(inline[name] for name in ("end",) if name in inline), _STARTS,
                words.END_CAPTION, words.END_SEE),
        Section("ends", "Where the flow ends", leads["ends"], _ENDS, flow_tables.ends(document, _given(rows))),
        Section("flows", "Along the flow", leads["flows"], "", None, paths[:own], _STARTS, words.PATH_CAPTION,
                words.PATH_SEE),
        Section("controls", "Controls: where flows end of machines that know the lattice, or cannot", leads["controls"],
                "", flow_tables.ends(document, others), compared, _STARTS, words.ENDS_CAPTION, words.ENDS_SEE),
        Section("paths", "Controls: temperature along their flows", leads["paths"], "", None, paths[own:], _STARTS,
                words.PATH_CAPTION, words.PATH_SEE),
        Section("fields", "Flow field: what one step does", leads["fields"], _FIELDS,
                flow_tables.fixed_points(document), panels("field-"), (), flow_fields.CAPTION, flow_fields.SEE),
        Section("layers", "Layer by layer", leads["layers"], "", None, panels("layers"), layers.KEYS, layers.CAPTION,
                layers.SEE),
        Section("maps", "What hidden units see", leads["maps"], _PATTERNS, flow_tables.patterns(document),
                panels("maps"), _sources(document), maps.CAPTION, maps.SEE),
    ]  # fmt: skip


def _sources(document: Document) -> tuple[Key, ...]:
    """The key of the cuts through the maps."""
    looks = {source: style.series(k) for k, source in enumerate(document["maps"])}
    return tuple(Key(source, color, "point", style.glyph(marker)) for source, (color, marker) in looks.items())


def _numbered(sections: Sequence[Section], after: int) -> list[Section]:
    """Those with drawings counted on after the first screen's."""
    counts = itertools.count(after + 1)
    return [replace(section, number=next(counts)) if section.svgs else section for section in sections]


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-").lower()
