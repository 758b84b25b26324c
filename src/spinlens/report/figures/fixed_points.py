"""Where the temperature of a layer neither rises nor falls: fixed points by instrument and kind of flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.forests import forest
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, one_panel
from spinlens.report.machine_points import instrument_keys
from spinlens.report.tables import MISSING, Table, estimate
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.claims.fixed_temperature import MARGIN
from spinlens.study.results_document import Results, entries, finite, label, models, reference

TITLE = "Fixed points of the layers"
CAPTION = (
    "T* / T_c, where the change of temperature from the states to the first layer changes sign, by each instrument; "
    "one point a machine, with errors. An arrow begins at the outermost start where no sign changes: T* lies beyond "
    "it. Band: the margin of the rules about T_c, where blocks have their fixed point."
)
SEE = (
    "Above its T* a layer heats, below it cools. A flow with one fixed point has all colours at one place; colours "
    "that lie apart mean that the layer's states are at no temperature."
)
FLOWS = {"majority": "majority blocks", "average": "block average", "learned": "learned map", "stack": "dense stack"}


@dataclass(frozen=True)
class Zero:
    """T* / T_c by one instrument, or the start beyond which it lies (`side` 1: above it, −1: below)."""

    instrument: str
    at: Estimate
    side: int = 0


def illustration(results: Results, data: object = None) -> Illustration:
    drawn, missing = one_panel(results, by_flow, describe, draw)
    keys = (*instrument_keys(), Key("margin about T_c", style.BAND, "band"))
    return Illustration("fixed-points", TITLE, CAPTION, SEE, drawn, keys, missing, table(results))


def by_flow(model: Results) -> dict[str, list[Zero]]:
    """The zeros of each flow in the order of `FLOWS`."""
    found: dict[str, list[Zero]] = {}
    for entry in entries(model, "fixed_points"):
        zero = _zero(entry)
        if zero is not None:
            found.setdefault(str(entry.get("flow")), []).append(zero)
    return {flow: found[flow] for flow in (*FLOWS, *found) if flow in found}


def _zero(entry: Results) -> Zero | None:
    instrument = str(entry.get("instrument"))
    if (at := reference(entry)) is not None:
        return Zero(instrument, at)
    bounds = ((1, finite(entry.get("above"))), (-1, finite(entry.get("below"))))
    return next((Zero(instrument, Estimate(at, 0.0), side) for side, at in bounds if at is not None), None)


def describe(where: str, found: Mapping[str, Sequence[Zero]]) -> str:
    """What the drawing shows, in a sentence."""
    said = [f"{FLOWS.get(flow, flow)} {_range(zeros)}" for flow, zeros in found.items()]
    return f"Fixed points T* over T_c by instrument, {where}: {', '.join(said)}"


def _range(zeros: Sequence[Zero]) -> str:
    inside = [zero.at.value for zero in zeros if not zero.side]
    return f"{min(inside):.3f} to {max(inside):.3f}" if inside else "beyond all starts"


def draw(found: Mapping[str, Sequence[Zero]]) -> Figure:
    """T* / T_c along x, a row a flow, instruments side by side within a row."""
    figure, axes = layout.grid(height=0.62 * len(found) + 0.6, left=1.25)
    rows = {
        FLOWS.get(flow, flow): {
            name: [(z.at.value, z.side) if z.side else z.at for z in zeros if z.instrument == name]
            for name in style.INSTRUMENTS
        }
        for flow, zeros in found.items()
    }
    forest(rows, axes[0, 0], known=1.0, margin=MARGIN, words="T* / T_c", legend=False)
    low, high = axes[0, 0].get_xlim()
    axes[0, 0].set_xlim(low - 0.02, high + 0.02)  # room for arrows
    return figure


def table(results: Results) -> Table:
    """What is drawn."""
    rows = []
    for name, model in models(results).items():
        for entry in entries(model, "fixed_points"):
            flow, number = str(entry.get("flow")), finite(entry.get("number"))
            who = FLOWS.get(flow, flow) + ("" if number is None else f", {number:g}")
            instrument = style.INSTRUMENTS.get(str(entry.get("instrument")), str(entry.get("instrument")))
            rows.append((who, label(model, name), instrument, _said(entry)))
    return Table(("flow", "lattice", "instrument", "T* / T_c"), tuple(rows))


def _said(entry: Results) -> str:
    zero = _zero(entry)
    if zero is None:
        return MISSING
    return f"{'above' if zero.side > 0 else 'below'} {zero.at.value:g}" if zero.side else estimate(as_entry(zero.at))
