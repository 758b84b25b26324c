"""Exponents of one step of coarse-graining: the learned map beside blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.forests import forest
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, one_panel
from spinlens.report.tables import MISSING, Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.claims.coarse_graining import MARGIN
from spinlens.study.results_document import Results, entries, label, models, reference

TITLE = "Exponents of one step of coarse-graining"
CAPTION = (
    "y_t and y_h of one step at T_c from the linearized flow of couplings (Monte Carlo renormalization), the same "
    "operators for every map; one point a machine, with errors. Band: the margin of the rules about majority blocks."
)
SEE = (
    "Two maps of one kind have the same exponents; a learned map whose points lie outside the band throws away what a "
    "block spin keeps. Decimation shows how far a map can be off."
)
SYMBOLS = {"y_t": "y_t", "y_h": "y_h"}
WORDS = {
    "majority": "majority blocks",
    "average": "block average",
    "decimation": "decimation",
    "learned": "learned map",
    "untrained": "untrained map",
    "kadanoff-machine": "machine that is a block",
}
_LOOKS = dict(zip(WORDS, zip((style.INK, style.MUTED, style.OCHRE, style.BLUE, style.ORANGE, style.GREEN), "osvDX^",
                             strict=True), strict=True))  # fmt: skip


def illustration(results: Results, data: object = None) -> Illustration:
    drawn, missing = one_panel(results, by_map, describe, draw)
    keys = (Key("margin about majority blocks", style.BAND, "band"),)
    return Illustration("coarse-graining", TITLE, CAPTION, SEE, drawn, keys, missing, table(results))


def by_map(model: Results) -> dict[str, list[Results]]:
    """The entries of each map, those to compare with first."""
    found: dict[str, list[Results]] = {}
    for entry in entries(model, "coarse"):
        found.setdefault(str(entry.get("map")), []).append(entry)
    return {name: found[name] for name in (*_LOOKS, *found) if name in found}


def exponent(found: Sequence[Results], key: str) -> list[Estimate]:
    """The known numbers of one exponent."""
    return [known for entry in found if (known := reference(entry.get(key))) is not None]


def describe(where: str, found: Mapping[str, Sequence[Results]]) -> str:
    """What the drawing shows, in a sentence."""
    means = [f"{WORDS.get(name, name)} {' and '.join(_means(own))}" for name, own in found.items()]
    return f"Exponents y_t and y_h of one step of coarse-graining, {where}: {', '.join(means)}"


def _means(found: Sequence[Results]) -> list[str]:
    known = [[each.value for each in exponent(found, key)] for key in SYMBOLS]
    return [f"{np.mean(values):.2f}" if values else MISSING for values in known]


def draw(found: Mapping[str, Sequence[Results]]) -> Figure:
    """y_t to the left, y_h to the right, a row a map."""
    figure, axes = layout.grid(1, 2, height=0.3 * len(found) + 0.75, left=1.6, gap=(0.1, 0.2), sharey=True)
    looks = {WORDS.get(name, name): _look(name) for name in found}
    for place, key in zip(axes[0], SYMBOLS, strict=True):
        rows = {WORDS.get(name, name): {"": exponent(own, key)} for name, own in found.items()}
        about = next(iter(exponent(found.get("majority", ()), key)), None)
        forest(rows, place, known=about, margin=MARGIN, looks=looks, words=SYMBOLS[key], legend=False)
        place.locator_params(axis="x", nbins=4)
    return figure


def _look(name: str) -> dict[str, Any]:
    color, marker = _LOOKS.get(name, (style.PURPLE, "P"))
    return {"color": color, "marker": marker, "ms": 3.6}


def table(results: Results) -> Table:
    """What is drawn, with systematic errors and operators."""
    rows = []
    for name, model in models(results).items():
        for kind, own in by_map(model).items():
            rows += [(WORDS.get(kind, kind), label(model, name), *_cells(entry)) for entry in own]
    return Table(("map", "lattice", "machine", "y_t", "y_h", "operators", "L"), tuple(rows))


def _cells(entry: Results) -> tuple[str, ...]:
    number = entry.get("number")
    counts = " + ".join(str(count) for count in entry.get("operators") or ())
    sides = " → ".join(str(side) for side in entry.get("sides") or ())
    exponents = (reference(entry.get(key)) for key in SYMBOLS)
    return ("" if number is None else str(number), *(estimate(as_entry(e)) for e in exponents), counts, sides)
