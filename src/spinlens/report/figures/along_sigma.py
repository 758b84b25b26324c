"""The map: effects of the study against the range of the power law, and what its rule says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.ranges import along_sigma
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, Panel
from spinlens.report.tables import MISSING, Table, estimate
from spinlens.study.results_document import Results, entries, section

TITLE = "The map: effects against the range of the power law"
CAPTION = (
    "Along the axis: σ of J(r) = r^{−(2+σ)}; to the right, nearest neighbours. y_h, y_t: exponents of one step of the "
    "learned coarse-graining beside those of majority blocks; lines: what is known of the infinite lattice, y_h = (2 + "
    "σ)/2 from 1 to 7/4 and 15/8 beyond, dashed where theories disagree; below 1 a torus has 3/2, the Gaussian field "
    "the dashed line. The others are of the machines that know their lattice best: Δ_s and temperature of the states "
    "where their flows end, J_{eff} at r = 2 and the slope of its tail, each less that of the lattice. Bands: the "
    "margins of the rules."
)
SEE = (
    "Where learned maps leave the band, what a machine keeps is not what a block keeps; where flows and couplings stay "
    "inside theirs at every σ, the range is nothing that a machine of this kind cannot learn."
)
_TITLES = {
    "y_h": "y_h of one step",
    "y_t": "y_t of one step",
    "delta_spin": "Δ_s where flows end",
    "temperature": "T where flows end",
    "coupling": "learned coupling at r = 2",
    "slope": "slope of the learned tail",
}
_NEAR = "nearest neighbours"


def illustration(results: Results, data: object = None) -> Illustration:
    found = section(results, "map")
    panels = tuple(_panel(key, found) for key in section(found, "quantities"))
    keys = (
        Key("learned map, or learned machines", style.BLUE, "point", style.glyph("o")),
        Key("majority blocks", style.MUTED, "point", style.glyph("s")),
        Key("known", style.INK, "line"),
        Key("margin of the rules", style.BAND, "band"),
    )
    missing = () if panels else ("three power laws or more",)
    return Illustration("along-sigma", TITLE, CAPTION, SEE, panels, keys, missing, table(found))


def _panel(key: str, found: Mapping[str, Any]) -> Panel:
    title = _TITLES.get(key, key)
    return Panel(title, f"{title} against σ: {_said(found['quantities'][key])}", draw(found, key))


def draw(found: Mapping[str, Any], key: str) -> Figure:
    """One quantity of a map."""
    figure, axes = layout.grid(height=2.3, left=0.72)
    names = list(found["quantities"][key]["points"])
    looks = {name: {"color": style.BLUE, "marker": "o"} for name in names} if key not in ("y_h", "y_t") else None
    along_sigma({"map": found}, axes[0, 0], quantity=key, looks=looks, legend=False)
    return figure


def _said(quantity: Results) -> str:
    """The numbers in words."""
    points = section(quantity, "points")
    return "; ".join(
        f"{name} {', '.join(f'{estimate(point)} at {_where(point)}' for point in entries(points, name))}"
        for name in points
    )


def _where(point: Results) -> str:
    return _NEAR if point.get("sigma") is None else f"σ = {point['sigma']:g}"


def table(found: Results) -> Table:
    """A row a lattice: what the rule says of it, and all quantities."""
    quantities = section(found, "quantities")
    columns = [(key, name) for key in quantities for name in section(quantities[key], "points")]
    rows = tuple(
        (
            _where(place),
            estimate(section(place, "effect")),
            str(place.get("answer")),
            *(_number(entries(section(quantities[key], "points"), name), place) for key, name in columns),
        )
        for place in entries(found, "places")
    )
    headings = [f"{quantities[key]['words']}, {name}" for key, name in columns]
    return Table(("lattice", "y_h learned − blocks", "against 0.1", *headings), rows)


def _number(points: Sequence[Results], place: Results) -> str:
    own = next((point for point in points if point.get("model") == place.get("model")), None)
    sign = {"lower": "≥ ", "upper": "≤ "}.get(str((own or {}).get("bound")), "")
    return MISSING if own is None else f"{sign}{estimate(own)}"
