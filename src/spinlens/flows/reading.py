"""Instruments read along a flow: temperatures at every record, and their changes with paired errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
import xarray as xr

from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.lattice.trajectory import Trajectory
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import bin_edges, jackknife_error, leave_one_out

_BINS = 20


class Reading(Protocol):
    """What an instrument says about an ensemble; `thermometers.calibration.Reading` is one."""

    @property
    def temperature(self) -> Estimate: ...
    @property
    def in_range(self) -> bool: ...
    @property
    def statistic(self) -> Estimate: ...
    @property
    def off_lattice(self) -> bool: ...


class Instrument(Protocol):
    """What a flow is read with: a statistic of each state, and the temperature of an ensemble of them.

    A statistic of several columns a state also needs `pseudo_values`, one number a state; see `thermometers`.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...
    def statistic(self, states: npt.ArrayLike) -> Array: ...
    def read_values(self, values: Array, off_lattice: bool = False) -> Reading: ...


Instruments = Mapping[str, Instrument]
InstrumentsByShape = Mapping[tuple[int, ...], Instruments]


@dataclass(frozen=True, eq=False)
class Measured:
    """One ensemble read by one instrument: its reading, its statistic on every sample, and what calibration adds.

    `values` are one number a sample whose mean is the statistic, `replicas` are T without one bin of samples each,
    `calibration` is the part of the error of T that is not of the samples.
    """

    instrument: Instrument
    values: Array
    reading: Reading
    replicas: Array
    calibration: float


def measure(instrument: Instrument, states: npt.NDArray[Any]) -> Measured:
    """Read one ensemble (n_samples, *shape), keeping what paired errors need."""
    if tuple(states.shape[1:]) != tuple(instrument.shape):
        raise InputError(
            f"the instrument was calibrated on a lattice {tuple(instrument.shape)}, the states live on "
            f"{tuple(states.shape[1:])}: calibrate one at that size"
        )
    values = instrument.statistic(states)
    off_lattice = states.dtype != np.int8
    reading = instrument.read_values(values, off_lattice)
    single = getattr(instrument, "pseudo_values", None)
    scalar = values if single is None else np.asarray(single(values))
    replicas = _replicas(instrument, values, scalar, off_lattice)
    sampling = float(jackknife_error(replicas))
    calibration = max(reading.temperature.error**2 - sampling**2, 0.0) ** 0.5
    return Measured(instrument, scalar, reading, replicas, calibration)


def _replicas(instrument: Instrument, values: Array, scalar: Array, off_lattice: bool) -> Array:
    """T without one bin of samples each: by the calibration curve where there is one, else read anew."""
    invert = getattr(getattr(instrument, "curve", None), "invert", None)
    if invert is not None:
        return np.array([invert(mean) for mean in leave_one_out(scalar, _BINS)])
    rest = (np.concatenate([values[:a], values[b:]]) for a, b in bin_edges(len(values), _BINS))
    return np.array([instrument.read_values(part, off_lattice).temperature.value for part in rest])


def change(before: Measured, after: Measured) -> Estimate:
    """T after − T before of the same samples.

    The error of the samples is that of the differences (jackknife over bins of samples); the errors of calibration are
    those of two curves, or, for one instrument, cancel as far as both temperatures lie in one calibration interval.
    """
    if len(before.values) != len(after.values):
        raise InputError(f"before and after must be the same samples, got {len(before.values)} and {len(after.values)}")
    difference = after.reading.temperature.value - before.reading.temperature.value
    sampling = float(jackknife_error(after.replicas - before.replicas))
    a, b = before.calibration, after.calibration
    common = _shared(before.instrument, before.reading.temperature.value, difference) if _same(before, after) else 0.0
    calibration = max(a * a + b * b - 2 * common * a * b, 0.0) ** 0.5
    return Estimate(float(difference), float(np.hypot(sampling, calibration)))


def _same(before: Measured, after: Measured) -> bool:
    return before.instrument is after.instrument


def _shared(instrument: Instrument, temperature: float, difference: float) -> float:
    """Correlation of the calibration errors at two temperatures: 1 at one place, 0 a calibration interval apart."""
    curve = getattr(instrument, "curve", None)
    grid = np.asarray(getattr(curve, "temperatures", ()), dtype=np.float64)
    if len(grid) < 2:
        return 0.0
    place = int(np.clip(np.searchsorted(grid, temperature) - 1, 0, len(grid) - 2))
    return max(0.0, 1.0 - abs(difference) / float(grid[place + 1] - grid[place]))


def instruments_of(instruments: Instruments | InstrumentsByShape, shape: tuple[int, ...]) -> Instruments:
    """The instruments for one lattice: those given, or those given for its shape."""
    if not instruments:
        raise InputError("instruments is empty: give at least one thermometer")
    if not isinstance(next(iter(instruments)), tuple):
        return cast(Instruments, instruments)
    by_shape = cast(InstrumentsByShape, instruments)
    if tuple(shape) not in by_shape:
        raise InputError(f"no instrument was calibrated at {tuple(shape)}; there are some for {sorted(by_shape)}")
    return by_shape[tuple(shape)]


def read_flow(trajectory: Trajectory, instruments: Instruments | InstrumentsByShape) -> xr.Dataset:
    """Read every record of a flow with every instrument.

    Parameters
    ----------
    trajectory : of `rbm_flow`, `updown_flow`, `stacked_flow`, `block_spin_flow`, ….
    instruments : name → thermometer of the lattice; for flows that change the lattice, shape → name → thermometer with
        the same names at each shape.

    Returns
    -------
    Dataset with dims (step, instrument): `temperature` and `temperature_error`, `in_range`, `off_lattice`, `statistic`
    and `statistic_error`, and `change`, `change_error`: T minus T of the record before, of the same samples, with the
    error of that difference (nan at the first record). Attribute `name`: which flow.

    Raises
    ------
    InputError : an instrument was calibrated at another size than a record of the flow.
    """
    names: list[str] = []
    rows: list[dict[str, Measured]] = []
    for states in trajectory.states:
        found = instruments_of(instruments, tuple(states.shape[1:]))
        if names and list(found) != names:
            raise InputError(f"instruments must have the same names at every shape, got {names} and {list(found)}")
        names = list(found)
        rows.append({name: measure(instrument, states) for name, instrument in found.items()})
    return readings_dataset(rows, trajectory.steps, trajectory.name)


def readings_dataset(rows: list[dict[str, Measured]], steps: tuple[int, ...], name: str) -> xr.Dataset:
    """The Dataset of `read_flow` from what was measured at each record."""
    names = list(rows[0])

    def table(pick: Any) -> Array:
        return np.array([[pick(row[instrument].reading) for instrument in names] for row in rows])

    changes = np.full((len(rows), len(names), 2), np.nan)
    for k in range(1, len(rows)):
        for i, instrument in enumerate(names):
            difference = change(rows[k - 1][instrument], rows[k][instrument])
            changes[k, i] = difference.value, difference.error
    axes = ("step", "instrument")
    return xr.Dataset(
        {
            "temperature": (axes, table(lambda r: r.temperature.value)),
            "temperature_error": (axes, table(lambda r: r.temperature.error)),
            "in_range": (axes, table(lambda r: bool(r.in_range))),
            "off_lattice": (axes, table(lambda r: bool(r.off_lattice))),
            "statistic": (axes, table(lambda r: r.statistic.value)),
            "statistic_error": (axes, table(lambda r: r.statistic.error)),
            "change": (axes, changes[:, :, 0]),
            "change_error": (axes, changes[:, :, 1]),
        },
        coords={"step": list(steps), "instrument": names},
        attrs={"name": name},
    )
