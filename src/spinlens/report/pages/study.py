"""The report of a study as one HTML file that needs no network: `write_report`."""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import jinja2
import xarray as xr
from markupsafe import Markup

from spinlens.files.atomic import replace_file
from spinlens.plot import style
from spinlens.report import scripts, svg, tables, verdict_tables
from spinlens.report.answers.effects import CLAIMS, HEADINGS, effect_rows
from spinlens.report.answers.larger import open_claims
from spinlens.report.answers.sections import leads
from spinlens.report.answers.study import study_answer
from spinlens.report.figures import (
    along_sigma,
    answer,
    calibration,
    coarse_graining,
    correlations,
    crossings,
    dimensions,
    fixed_points,
    flow_ends,
    flow_snapshots,
    flow_temperatures,
    gap_effects,
    layers,
    learned_couplings,
    maps,
    receptive_fields,
    snapshots,
    training_sets,
)
from spinlens.report.illustration import Illustration
from spinlens.report.interactive.embedding import embedded
from spinlens.report.interactive.explorer import units
from spinlens.report.interactive.player import reels
from spinlens.report.interactive.take import Take, take
from spinlens.report.methods import glossary, methods
from spinlens.report.provenance import made_with, makes, runs
from spinlens.report.references import references
from spinlens.study.results_document import Results, entries, label, models, section

FIGURES: tuple[ModuleType, ...] = (
    answer, gap_effects, snapshots, crossings, calibration, learned_couplings, flow_ends, training_sets, dimensions,
    correlations, flow_temperatures, flow_snapshots, coarse_graining, fixed_points, layers, maps, receptive_fields,
)  # fmt: skip
"""In the order of the page; `along_sigma`, of a study with a map, stands after the effects against the gap."""

_TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Drawn:
    """An illustration with its number and its panels as SVG."""

    number: int
    illustration: Illustration
    svgs: tuple[Markup, ...]
    take: Take | None = None


def write_report(
    results: Mapping[str, Any],
    data: Mapping[str, xr.Dataset],
    path: str | os.PathLike[str],
    provenance: Mapping[str, Any] | None = None,
    bibtex: str = "",
) -> None:
    """Write the report of a study to `path`, one HTML file with figures, numbers and verdicts.

    `results` is the study's results.json, `data` holds the datasets of the figures under "<kind>/<model>", `bibtex` is
    what the study rests on. What is missing is said to be missing; PDFs of figures in the folder figures beside it are
    led to. The same input gives the same bytes; the file is complete or not there at all.
    """
    place = Path(path)
    beside = {file.stem for file in (place.parent / "figures").glob("*.pdf")}
    replace_file(place, render(results, data, provenance, beside, place.absolute().parent.name, bibtex).encode())


def render(
    results: Results,
    data: Mapping[str, xr.Dataset],
    provenance: Mapping[str, Any] | None = None,
    beside: Collection[str] = (),
    folder: str = "study",
    bibtex: str = "",
) -> str:
    """The page as text, of the study in `folder`, with PDFs of the figures `beside` it."""
    claims = entries(results, "claims")
    figures = {
        name: replace(drawn, take=take(name, results, data, name in beside, folder))
        for name, drawn in draw_all(results, data).items()
    }
    played, looked_at = reels(results, data), units(results, data)
    return render_page(
        "report.html",
        answer=study_answer(results, provenance),
        claim_words=CLAIMS,
        effects=effect_rows(results),
        effect_headings=HEADINGS,
        open_claims=open_claims(results, provenance or {}),
        parts=("take", "elements", *(["player"] if played else ()), *(["explorer"] if looked_at else ())),
        reels=played and embedded("player-data", played),
        units=looked_at and embedded("explorer-data", looked_at),
        outcomes=Counter(str(claim.get("outcome")) for claim in claims).most_common(),
        results=results,
        study=section(results, "study"),
        models=[(name, label(model, name), model) for name, model in models(results).items()],
        claims=claims,
        figures=figures,
        tables=tables,
        verdict_tables=verdict_tables,
        made=made_with(results, provenance or {}),
        makes=makes(results),
        runs=runs(provenance or {}),
        leads=leads(results, provenance or {}),
        methods=methods(results),
        glossary=glossary(results),
        references=references(bibtex),
        bibtex=bibtex,
    )


def render_page(template: str, *, script: bool = True, parts: Sequence[str] = (), **values: Any) -> str:
    """A template of this folder with the style of all pages and, unless left out, their script.

    `parts` name what else the page needs of the folder parts: a file of style, of script, or both.
    """
    texts = {"css": _texts("css", parts)} | ({"script": _texts("js", parts)} if script else {})
    return svg.share_styles(_environment().get_template(template).render(**values, **texts))


def _texts(suffix: str, parts: Sequence[str]) -> Markup:
    files = [_TEMPLATES / f"report.{suffix}", *(_TEMPLATES / "parts" / f"{part}.{suffix}" for part in parts)]
    return Markup("\n".join(file.read_text(encoding="utf-8") for file in files if file.is_file()))


def draw_all(results: Results, data: Mapping[str, xr.Dataset]) -> dict[str, Drawn]:
    """Every figure by its name, numbered in the order of the page; one that cannot be drawn has no panels."""
    drawn: dict[str, Drawn] = {}
    with style.context():
        for count, module in enumerate(_figures(results), start=1):
            picture: Illustration = module.illustration(results, data)
            drawn[picture.name] = draw(picture, count)
    return drawn


def _figures(results: Results) -> Sequence[ModuleType]:
    """The figures of a study."""
    if not section(results, "map"):
        return FIGURES
    place = FIGURES.index(gap_effects) + 1
    return (*FIGURES[:place], along_sigma, *FIGURES[place:])


def draw(picture: Illustration, number: int) -> Drawn:
    """The panels of one illustration as SVG; call under `style.context`."""
    svgs = tuple(svg.inline(panel.figure, panel.description) for panel in picture.panels)
    return Drawn(number, picture, svgs)


@cache
def _environment() -> jinja2.Environment:
    """Templates with the filters that they use."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.ChainableUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["scripts"] = scripts.scripts
    environment.filters["bare"] = scripts.bare
    environment.filters["tight"] = scripts.tight
    environment.filters["pretty"] = lambda value: json.dumps(value, indent=2, ensure_ascii=False, default=str)
    environment.filters["css_color"] = lambda color: (
        f"var({style.CSS_VARIABLES[color]})" if color in style.CSS_VARIABLES else color
    )
    environment.filters["bib"] = lambda text: _address("application/x-bibtex", text)
    environment.filters["css_text"] = _css_text
    environment.filters["slug"] = lambda outcome: str(outcome).replace(" ", "-")
    return environment


def _address(kind: str, text: str) -> str:
    """A text as an address that holds it."""
    return f"data:{kind};charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"


def _css_text(text: str) -> str:
    """Words as a string of CSS: what a heading says before a cell on a narrow screen."""
    quoted = scripts.bare(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"'
