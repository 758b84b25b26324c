"""The flow field: change of temperature per step against temperature, and its zeros."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spinlens.errors import InputError
from spinlens.flows.jackknife import Array
from spinlens.statistics.estimate import Estimate


@dataclass(frozen=True)
class FixedPoint:
    """A zero of the flow field: its temperature, the slope d(ΔT)/dT there, and whether the flow is drawn to it."""

    temperature: Estimate
    slope: Estimate
    stable: bool


@dataclass(frozen=True, eq=False)
class FlowField:
    """ΔT per step at rising temperatures (all arrays alike), and the fixed points between them."""

    temperatures: Array
    change: Array
    error: Array
    fixed_points: tuple[FixedPoint, ...]


def flow_field(before: Sequence[Estimate], after: Sequence[Estimate]) -> FlowField:
    """The flow field of one thermometer from its readings before and after a step.

    Between neighbouring temperatures at which ΔT changes sign the zero is found by linear interpolation, with the
    errors of the two ends propagated. Noise around ΔT = 0 makes zeros too: judge a fixed point by its slope's error.

    Parameters
    ----------
    before, after : T of each starting ensemble and of the same ensemble one step later, finite.

    Examples
    --------
    >>> start = [Estimate(T, 0.0) for T in (0.8, 1.0, 1.2)]
    >>> end = [Estimate(T, 0.01) for T in (0.7, 0.95, 1.25)]
    >>> field = flow_field(start, end)
    >>> print(field.fixed_points[0].temperature, field.fixed_points[0].stable)
    1.100(14) False
    """
    if len(before) != len(after) or len(before) < 2:
        raise InputError(f"a flow field needs at least two pairs of readings, got {len(before)} and {len(after)}")
    order = np.argsort([reading.value for reading in before], kind="stable")
    temperatures = np.array([before[k].value for k in order])
    change = np.array([after[k].value - before[k].value for k in order])
    error = np.array([float(np.hypot(after[k].error, before[k].error)) for k in order])
    if not np.all(np.isfinite(np.concatenate([temperatures, change, error]))):
        raise InputError("a flow field needs finite readings: leave out those that are out of range")
    zeros = tuple(
        _zero(temperatures[k : k + 2], change[k : k + 2], error[k : k + 2])
        for k in range(len(order) - 1)
        if (change[k] >= 0) != (change[k + 1] >= 0) and temperatures[k + 1] > temperatures[k]
    )
    return FlowField(temperatures, change, error, zeros)


def _zero(temperatures: Array, change: Array, error: Array) -> FixedPoint:
    (low, high), (a, b), (da, db) = temperatures, change, error
    width, rise = high - low, b - a
    position = low - a * width / rise
    slope = rise / width
    position_error = width / rise**2 * np.hypot(b * da, a * db)
    slope_error = np.hypot(da, db) / width
    return FixedPoint(
        Estimate(float(position), float(position_error)), Estimate(float(slope), float(slope_error)), bool(slope < 0)
    )
