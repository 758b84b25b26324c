"""How thermometers show themselves: their lattice, where they read, their calibration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spinlens.lattice.ising import IsingModel
from spinlens.showing import Card, sides
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    from spinlens.thermometers.thermometer import Thermometer

_HEADINGS = ("T", "quantity read", "± of single states")


def card(thermometer: Thermometer) -> Card:
    """Of one thermometer, with its calibration."""
    curve = thermometer.curve
    grid = curve.temperatures
    rows = zip(grid, curve.mean, curve.error, curve.spread, strict=True)
    table = [(f"{T:.4g}", Estimate(mean, error), f"{spread:.3g}") for T, mean, error, spread in rows]
    facts = {"calibrated": f"at {len(grid)} temperatures from {grid[0]:.4g} to {grid[-1]:.4g}"}
    line = f"{type(thermometer).__name__}({lattice(thermometer.model)}; reads {reach(thermometer)})"
    return Card(line, facts, [_HEADINGS, *table])


def lattice(model: IsingModel) -> str:
    """A model in words."""
    return f"{sides(model.shape)}, {model.coupling.label}" + (f", field {model.field:g}" if model.field else "")


def reach(thermometer: Thermometer) -> str:
    """The temperatures between which a thermometer reads, in words."""
    low, high = thermometer.range
    return "no temperature" if math.isnan(low) else f"T from {low:.4g} to {high:.4g}"
