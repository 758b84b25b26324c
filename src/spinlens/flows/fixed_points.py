"""Where one layer of a stack or of block spins changes nothing: T* of its step, instrument by instrument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from spinlens.errors import InputError
from spinlens.flows.flow_field import RESOLVED, FlowField, fields_of
from spinlens.statistics.estimate import Estimate, as_entry


@dataclass(frozen=True)
class LayerFixedPoint:
    """T* at which a step changes no temperature, in units of T_c, or between which starts it must lie.

    Attributes
    ----------
    temperature : Estimate or None
        The zero of ΔT; the unstable one where there are several; None where the starts hold none.
    stable : bool or None
        Whether ΔT falls there: a step then leads to it.
    above, below : float or None
        The highest start at which the step cools, with no lower one at which it heats, and the lowest one at which it
        heats, with no higher one at which it cools, both beyond two errors: T* is above the one and below the other.
    """

    temperature: Estimate | None
    stable: bool | None
    above: float | None
    below: float | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able: `value` and `error` (None without a zero), `stable`, `above`, `below`."""
        found = as_entry(self.temperature) or {"value": None, "error": None}
        return {**found, "stable": self.stable, "above": self.above, "below": self.below}


def layer_fixed_points(readings: xr.Dataset, critical_temperature: float, layer: int = 1) -> dict[str, LayerFixedPoint]:
    """T*/T_c of the step to layer number `layer`, for each instrument.

    Parameters
    ----------
    readings : xarray.Dataset
        Of `read_layers`, from starts that are labelled by T/T_c.
    critical_temperature : float
        T_c in units of J/k_B, without error.
    layer : int, default 1
        Which step, from 1.

    Returns
    -------
    dict of str to LayerFixedPoint
        By instrument. Errors are those of the changes of the same states; every lattice is read with instruments of its
        own size. A start that is out of range before the step says nothing; after it, at an end of the calibration, it
        says where to.

    Raises
    ------
    InputError
        A layer that the readings do not have.
    """
    if not 1 <= layer < readings.sizes["layer"]:
        raise InputError(f"layer must be from 1 to {readings.sizes['layer'] - 1}, got {layer}")
    fields = fields_of(readings, layer)
    return {
        name: _found(field, readings.sel(instrument=name), critical_temperature, layer)
        for name, field in fields.items()
    }


def _found(field: FlowField | None, readings: xr.Dataset, T_c: float, layer: int) -> LayerFixedPoint:
    zeros = sorted(field.fixed_points if field else (), key=lambda zero: zero.stable)
    at = None
    if zeros:
        T = zeros[0].temperature
        at = Estimate(T.value / T_c, T.error / T_c)
    above, below = _bounds(readings, layer)
    return LayerFixedPoint(at, zeros[0].stable if zeros else None, above, below)


def _bounds(readings: xr.Dataset, layer: int) -> tuple[float | None, float | None]:
    """The highest start that cools below all that heat, and the lowest one that heats above all that cool."""
    order = np.argsort(readings["start"].values)
    start = readings["start"].values[order]
    move, error = (readings[name].values[order, layer] for name in ("change", "change_error"))
    usable = readings["in_range"].values[order, layer - 1].astype(bool) & np.isfinite(move)
    cools = start[usable & (move < -RESOLVED * error)]
    heats = start[usable & (move > RESOLVED * error)]
    lower = cools[cools < heats.min()] if len(heats) else cools
    upper = heats[heats > cools.max()] if len(cools) else heats
    return (float(lower.max()) if len(lower) else None, float(upper.min()) if len(upper) else None)
