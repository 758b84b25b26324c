"""The flow field: change of temperature per step against temperature, and its zeros."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from spinlens import checks
from spinlens.arrays import Array, Fields
from spinlens.border import checked, drawing
from spinlens.errors import InputError
from spinlens.flows.reading import Instruments, InstrumentsByShape, read_flow
from spinlens.flows.zeros import FixedPoint, zero
from spinlens.lattice.trajectory import Trajectory
from spinlens.progress import Progress, counted, telling
from spinlens.showing import Card, Shown, data_frame
from spinlens.statistics.estimate import Estimate, as_entry

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

RESOLVED = 2.0  # errors by which ΔT must differ from zero to count as a sign


@dataclass(frozen=True, eq=False, repr=False)
class FlowField(Shown):
    """ΔT per step at rising temperatures, and the fixed points between them.

    Attributes
    ----------
    temperatures : ndarray
        (n,) T before the step, rising, in units of J/k_B.
    change, error : ndarray
        (n,) ΔT per step and its standard error.
    fixed_points : tuple of FixedPoint
        Each with its `temperature`, the `slope` d(ΔT)/dT there (both an `Estimate`) and `stable`, whether the flow is
        drawn to it; ``exponent(b)`` is y = ln(1 + slope) / ln b of a step that blocks by b, and `relaxation` the number
        of steps in which a small distance falls by e.

    Examples
    --------
    >>> field = flow_field([Estimate(2.0, 0.0), Estimate(2.4, 0.0)], [Estimate(1.8, 0.01), Estimate(2.6, 0.01)])
    >>> print(field.fixed_points[0].temperature, field.fixed_points[0].exponent(2))
    2.200(7) 1.00(3)
    """

    temperatures: Array
    change: Array
    error: Array
    fixed_points: tuple[FixedPoint, ...]

    def _card(self) -> Card:
        zeros = [
            f"{'attractive' if point.stable else 'repulsive'} at T = {point.temperature}, slope {point.slope}"
            for point in self.fixed_points
        ]
        rows = [(f"{T:.4g}", Estimate(dT, s)) for T, dT, s in zip(*self._columns(), strict=True)]
        said = f"{len(self.temperatures)} temperatures from {self.temperatures[0]:.4g} to {self.temperatures[-1]:.4g}"
        facts = {"fixed points": "; ".join(zeros) or "none between resolved changes"}
        line = f"FlowField({said}; fixed points: {', '.join(zero.split(',')[0] for zero in zeros) or 'none'})"
        return Card(line, facts, [("T", "ΔT per step"), *rows])

    def _columns(self) -> tuple[Array, Array, Array]:
        return self.temperatures, self.change, self.error

    def to_dataframe(self) -> pd.DataFrame:
        """A row a temperature: ΔT per step as `change`, with its `error`."""
        names = ("temperature", "change", "error")
        return data_frame([dict(zip(names, row, strict=True)) for row in zip(*self._columns(), strict=True)], names[0])

    def to_dict(self, scale: float | None = None) -> dict[str, Any]:
        """JSON-able: lists, and fixed points with y_t where the step blocks by `scale`, else with their relaxation."""

        def point(found: FixedPoint) -> dict[str, Any]:
            extra = found.relaxation if scale is None else found.exponent(scale)
            return {
                "temperature": as_entry(found.temperature),
                "slope": as_entry(found.slope),
                "stable": found.stable,
                "relaxation" if scale is None else "y_t": as_entry(extra),
            }

        arrays = {name: getattr(self, name).tolist() for name in ("temperatures", "change", "error")}
        return {**arrays, "fixed_points": [point(found) for found in self.fixed_points]}

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw ΔT per step against T with its fixed points; see `spinlens.plot.flow_field`."""
        from spinlens.plot.flow_fields import flow_field

        return drawing(flow_field)(self, ax, **options)


@checked
def flow_field(before: Sequence[Estimate], after: Sequence[Estimate]) -> FlowField:
    """The flow field of one thermometer from its readings before and after a step, taken as independent.

    Where states are at hand use `measure_flow_field`, which pairs them and has smaller errors. See there for zeros.

    Parameters
    ----------
    before, after : sequence of Estimate
        T of each starting ensemble and of the same ensemble one step later, finite; two at least.

    Returns
    -------
    FlowField
        ΔT against T, its zeros and slopes; errors are those of both readings.

    Raises
    ------
    InputError
        Readings that are not finite: leave those out that are out of range.

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
    changes = [
        Estimate(b.value - a.value, float(np.hypot(a.error, b.error))) for a, b in zip(before, after, strict=True)
    ]
    return field_of_changes([reading.value for reading in before], changes)


@checked
def measure_flow_field(
    flow: Callable[[Fields, int], Fields],
    ensembles: Mapping[float, Fields],
    instruments: Instruments | InstrumentsByShape,
    steps: int = 1,
    seed: int = 0,
    progress: Progress = None,
) -> dict[str, FlowField | None]:
    """The flow field of every instrument: ΔT per step against T, its zeros with errors and slopes.

    Every ensemble goes through the flow once; each instrument reads it before and after, and the error of ΔT is that of
    the differences of the same samples. A fixed point lies where ΔT, at least two errors from zero on both sides,
    changes sign; a straight line through the two and all points between (weighted by their errors; a parabola where the
    line misses them) gives its position and slope.

    Parameters
    ----------
    flow : callable
        (states, seed) → states after `steps` steps, on the same lattice or a coarser one; for example
        ``lambda s, seed: rbm_flow(machine, s, 1, seed=seed).at(1)``.
    ensembles : dict of float to array_like
        Temperature → (n_samples, *shape) equilibrium states. An ensemble that an instrument cannot read, before or
        after, is left out of that instrument's field.
    instruments : dict
        As in `read_flow`.
    steps : int, default 1
        That `flow` makes; ΔT is divided by it.
    seed : int, default 0
        `flow` is given this number and the next ones.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    dict of str to FlowField
        By instrument; None where fewer than two ensembles could be read.

    Examples
    --------
    A step that does nothing changes nothing:

    >>> from spinlens import IsingModel, NearestNeighbour, calibrate_instruments, sample
    >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0, 3.5]
    >>> states = sample(model, T, 500, keep_spins=True, thin=8).spins.values.reshape(4, 1000, 4, 4)
    >>> energy = calibrate_instruments(model, T, states, names=["energy"])
    >>> field = measure_flow_field(lambda s, seed: s, {2.5: states[1], 3.0: states[2]}, energy)["energy"]
    >>> field.change.tolist(), field.fixed_points
    ([0.0, 0.0], ())
    """
    steps = checks.positive_integer("steps", steps)
    tables, grid = [], sorted(checks.temperatures(list(ensembles)))
    with telling(progress) as tell:
        for number, temperature in enumerate(counted(grid, len(grid), tell, "temperatures")):
            states = checks.field("states", ensembles[temperature])
            moved = flow(states, checks.seed(seed) + number)
            tables.append(read_flow(Trajectory("step", (0, steps), (states, moved)), instruments))
    return fields_of(xr.concat(tables, dim="start"), steps=steps)


def fields_of(readings: xr.Dataset, record: int = 1, steps: int = 1) -> dict[str, FlowField | None]:
    """The flow field of the steps before record number `record` (start, record, instrument), for each instrument.

    `readings` are those of `read_flow` from several starts, of `read_layers` for example. Starts that cannot be read
    before or after are left out; None where fewer than two remain. ΔT is divided by the number of `steps`.
    """
    names = [str(name) for name in readings["instrument"].values]
    return {name: _field_of(readings.isel(instrument=k), record, steps) for k, name in enumerate(names)}


def _field_of(readings: xr.Dataset, record: int, steps: int) -> FlowField | None:
    inside = readings["in_range"].values[:, record - 1 : record + 1].astype(bool).all(axis=1)
    before = readings["temperature"].values[inside, record - 1].tolist()
    moves, errors = (readings[name].values[inside, record] / steps for name in ("change", "change_error"))
    changes = [Estimate(float(move), float(error)) for move, error in zip(moves, errors, strict=True)]
    return field_of_changes(before, changes) if len(before) > 1 else None


def field_of_changes(temperatures: Sequence[float], changes: Sequence[Estimate]) -> FlowField:
    """The flow field of given changes per step, with its fixed points."""
    order = np.argsort(temperatures, kind="stable")
    grid = np.asarray(temperatures, dtype=np.float64)[order]
    values = np.array([changes[k].value for k in order])
    error = np.array([changes[k].error for k in order])
    if not np.all(np.isfinite(np.concatenate([grid, values, error]))):
        raise InputError("a flow field needs finite readings: leave out those that are out of range")
    return FlowField(grid, values, error, _zeros(grid, values, error))


def _zeros(grid: Array, values: Array, error: Array) -> tuple[FixedPoint, ...]:
    """Fixed points between neighbouring resolved changes of opposite sign; what lies between them joins the line."""
    resolved = [k for k in range(len(grid)) if abs(values[k]) > RESOLVED * error[k]]
    return tuple(
        zero(grid[first : last + 1], values[first : last + 1], error[first : last + 1])
        for first, last in zip(resolved[:-1], resolved[1:], strict=True)
        if (values[first] > 0) != (values[last] > 0) and grid[last] > grid[first]
    )
