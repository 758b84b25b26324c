"""The flow field of each instrument: ΔT per step against T, with its fixed points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.report import style

Field = Mapping[str, Any]

CAPTION = (
    "Change of temperature per step against temperature, both in units of T_c, of ensembles in equilibrium before the "
    "step; errors are those of the differences of the same samples. Triangles: fixed points with their errors, "
    "pointing down where the flow is drawn to them and up where it is driven away. Dotted: the states start at T_c."
)


def draw(fields: Mapping[str, Field | None], unit: float, per: str = "step") -> Figure:
    """One row an instrument, those without two readings left out."""
    shown = {name: field for name, field in fields.items() if field is not None}
    figure, axes = style.grid(max(len(shown), 1), 1, height=1.3 * max(len(shown), 1) + 0.65, sharex=True)
    for row, (name, field) in enumerate(shown.items()):
        place = axes[row, 0]
        style.level(place, 0.0)
        place.axvline(1.0, color=style.MUTED, lw=0.7, dashes=(1, 2))
        temperature, change = np.asarray(field["temperatures"]) / unit, np.asarray(field["change"]) / unit
        style.points(place, temperature, change, np.asarray(field["error"]) / unit, style.BLUE, lw=0.9)
        _fixed_points(place, field["fixed_points"], unit)
        falls = change[-1] < change[0]  # the words stand where the points do not
        style.note(place, style.INSTRUMENTS.get(name, name), (0.97 if falls else 0.4, 0.95))
        place.set_ylabel("ΔT / T_c")
    axes[-1, 0].set_xlabel(f"T / T_c before the {per}")
    return figure


def _fixed_points(place: Any, points: Sequence[Mapping[str, Any]], unit: float) -> None:
    for point in points:
        marker = "v" if point["stable"] else "^"
        value, error = point["temperature"]["value"] / unit, point["temperature"]["error"] / unit
        place.errorbar(
            [value], [0.0], xerr=[error], color=style.ORANGE, marker=marker, ms=6.5, mec="none", elinewidth=1.2
        )  # fmt: skip
