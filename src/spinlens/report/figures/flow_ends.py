"""Temperature at the ends of the flows, by recipe and instrument."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.forests import forest
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, one_panel
from spinlens.report.machine_points import end_margin, end_temperatures, instrument_keys
from spinlens.report.tables import MISSING, Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.results_document import Results, entries, label, models, number, section

TITLE = "Where the flows end"
CAPTION = (
    "Temperature of the states at the end of the flow, from cold and hot starts together after at least ten "
    "autocorrelation times, in units of T_c; one row a recipe, one point a machine and instrument, with errors. Band: "
    "the margin of the rules about T_c. Points at the edge of the frame lie beyond it; instruments out of their range "
    "are left out."
)
SEE = (
    "A flow that ends at the critical point has all colours in the band; colours that spread along the axis mean "
    "states that are at no temperature at all."
)
_BEYOND = (0.55, 1.45)  # T / T_c: the widest frame

Row = tuple[str, list[dict[str, Estimate]]]


def illustration(results: Results, data: object = None) -> Illustration:
    drawn, missing = one_panel(results, by_recipe, describe, draw)
    keys = (*instrument_keys(), Key("margin about T_c", style.BAND, "band"))
    return Illustration("flow-ends", TITLE, CAPTION, SEE, drawn, keys, missing, table(results))


def by_recipe(model: Results) -> list[Row]:
    """T_end / T_c of every machine by instrument, the machines of one recipe together."""
    rows: dict[str, list[dict[str, Estimate]]] = {}
    for machine in entries(model, "machines"):
        rows.setdefault(str(machine.get("recipe")), []).append(end_temperatures(model, machine))
    return [(recipe, found) for recipe, found in rows.items() if any(found)]


def describe(where: str, rows: Sequence[Row]) -> str:
    """What the drawing shows, in a sentence."""
    margin = end_margin()
    inside = [
        recipe for recipe, machines in rows
        if all(abs(T.value - 1) < margin for found in machines for T in found.values())
    ]  # fmt: skip
    said = f"all points of {', '.join(inside)}" if inside else "of no recipe all points"
    return f"Temperature at the end of flows over T_c by recipe and instrument, {where}: within the margin lie {said}"


def draw(rows: Sequence[Row]) -> Figure:
    """T_end / T_c along x, recipes below each other, instruments side by side within a row."""
    figure, axes = layout.grid(height=0.44 * len(rows) + 0.6, left=1.15)
    frame = _frame([T.value for _, machines in rows for found in machines for T in found.values()])
    table = {
        recipe: {name: [found[name] for found in machines if name in found] for name in style.INSTRUMENTS}
        for recipe, machines in rows
    }
    forest(table, axes[0, 0], known=1.0, margin=end_margin(), frame=frame, words="T_end / T_c", legend=False)
    return figure


def _frame(values: Sequence[float]) -> tuple[float, float]:
    inside = [value for value in values if _BEYOND[0] <= value <= _BEYOND[1]]
    low, high = min([*inside, 0.95]) - 0.02, max([*inside, 1.05]) + 0.02
    return low, high


def table(results: Results) -> Table:
    """What is drawn, and what the flows from cold and from hot starts say alone."""
    names = list(style.INSTRUMENTS)
    rows = []
    for name, model in models(results).items():
        for machine in entries(model, "machines"):
            for part in ("all", "cold", "hot"):
                found = end_temperatures(model, machine, part)
                cells = [estimate(as_entry(found[key])) if key in found else MISSING for key in names]
                rows.append((_name(machine), label(model, name), part, *cells, _steps(machine)))
    return Table(("machine", "lattice", "starts", *style.INSTRUMENTS.values(), "after steps"), tuple(rows))


def _name(machine: Results) -> str:
    own = number(machine, "number")
    return f"{machine.get('recipe')}{f', {own:g}' if np.isfinite(own) else ''}"


def _steps(machine: Results) -> str:
    end = section(machine, "end")
    steps = number(end, "steps")
    return MISSING if not np.isfinite(steps) else f"{steps:g}{'' if end.get('settled') is True else ' (not settled)'}"
