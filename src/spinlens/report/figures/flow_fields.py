"""The flow field of each instrument: ΔT per step against T, with its fixed points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.flow_fields import flow_field as plot_field
from spinlens.report import layout

Field = Mapping[str, Any]

CAPTION = (
    "Change of temperature per step against temperature, both in units of T_c, of ensembles in equilibrium before the "
    "step; errors are those of the differences of the same samples. Triangles: fixed points with their errors, "
    "pointing down where they attract and up where they repel. Dotted: the states start at T_c."
)
SEE = (
    "Where instruments find the zero at one temperature, there is a state of the lattice that the step leaves as it is."
)


def draw(fields: Mapping[str, Field | None], unit: float, per: str = "step") -> Figure:
    """One row an instrument, those without two readings left out."""
    shown = {name: field for name, field in fields.items() if field is not None}
    figure, axes = layout.grid(max(len(shown), 1), 1, height=1.3 * max(len(shown), 1) + 0.65, sharex=True)
    for row, (name, field) in enumerate(shown.items()):
        place = axes[row, 0]
        plot_field(field, place, unit=unit, step=per, legend=False)
        falls = field["change"][-1] < field["change"][0]  # the words stand where the points do not
        style.note(place, style.INSTRUMENTS.get(name, name), (0.97 if falls else 0.4, 0.95))
        if row < len(shown) - 1:
            place.set_xlabel("")
        place.set_ylabel("ΔT / T_c")
    return figure
