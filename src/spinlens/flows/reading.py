"""Instruments read along a flow: temperatures at every record, and their changes with paired errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import xarray as xr

from spinlens.arrays import Array, Fields
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.lattice.trajectory import Trajectory
from spinlens.progress import Progress, counted, telling
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife_error, leave_one_out
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import Ensemble, observed
from spinlens.thermometers.readings import Reading
from spinlens.thermometers.thermometer import Thermometer

_BINS = 20


Instruments = Mapping[str, Thermometer]
InstrumentsByShape = Mapping[tuple[int, ...], Instruments]


@dataclass(frozen=True, eq=False)
class Measured:
    """One ensemble read by one instrument: its reading, its statistic on every sample, and what calibration adds.

    `values` are one number a sample whose mean is the statistic, `replicas` are T without one bin of samples each,
    `calibration` is the part of the error of T that is not of the samples.
    """

    instrument: Thermometer
    values: Array
    reading: Reading
    replicas: Array
    calibration: float


def shared(states: Fields, instruments: Instruments, chains: int = 0) -> Ensemble:
    """States (n_samples, *shape) as an ensemble in which instruments of one model look only once.

    With `chains` they are draws of so many chains, one after the other and equally long.
    """
    model = next(iter(instruments.values())).model
    if tuple(states.shape[1:]) != model.shape:
        raise InputError(
            f"the instruments were calibrated on a lattice {model.shape}, the states live on "
            f"{tuple(states.shape[1:])}: calibrate some at that size"
        )
    independent = observed(states, model)
    return Ensemble(model, independent.states, chains) if chains else independent


def measure(instrument: Thermometer, states: Fields | Ensemble) -> Measured:
    """Read one ensemble (n_samples, *shape), keeping what paired errors need."""
    given = observed(states, instrument.model)
    values = instrument.statistic(given)
    reading = instrument.read_values(values, given.off_lattice, given.chains)
    single = instrument.pseudo_values(values)
    replicas = np.array([instrument.curve.invert(mean) for mean in leave_one_out(single, _BINS)])
    sampling = float(jackknife_error(replicas))
    calibration = max(reading.nearest.error**2 - sampling**2, 0.0) ** 0.5
    return Measured(instrument, single, reading, replicas, calibration)


def change(before: Measured, after: Measured) -> Estimate:
    """T after − T before of the same samples.

    The error of the samples is that of the differences (jackknife over bins of samples); the errors of calibration are
    those of two curves, or, for one instrument, cancel as far as both temperatures lie in one calibration interval.
    """
    if len(before.values) != len(after.values):
        raise InputError(f"before and after must be the same samples, got {len(before.values)} and {len(after.values)}")
    difference = after.reading.nearest.value - before.reading.nearest.value
    sampling = float(jackknife_error(after.replicas - before.replicas))
    a, b = before.calibration, after.calibration
    same = before.instrument is after.instrument
    common = _shared(before.instrument.curve, before.reading.nearest.value, difference) if same else 0.0
    calibration = max(a * a + b * b - 2 * common * a * b, 0.0) ** 0.5
    return Estimate(float(difference), float(np.hypot(sampling, calibration)))


def _shared(curve: Curve, temperature: float, difference: float) -> float:
    """Correlation of the calibration errors at two temperatures: 1 at one place, 0 a calibration interval apart."""
    grid = curve.temperatures
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


@checked
def read_flow(
    trajectory: Trajectory, instruments: Instruments | InstrumentsByShape, progress: Progress = None
) -> xr.Dataset:
    """Read every record of a flow with every instrument.

    Parameters
    ----------
    trajectory : Trajectory
        Of `rbm_flow`, `updown_flow`, `stacked_flow`, `block_spin_flow`, ….
    instruments : dict
        Name → thermometer of the lattice; for flows that change the lattice, shape → name → thermometer with the same
        names at each shape.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    xarray.Dataset
        With dims (step, instrument): `temperature` and `temperature_error`, nan out of range, where `nearest` is the
        end of the calibration; `in_range`, `off_lattice`, `statistic`, `statistic_error`; and `change`, `change_error`:
        T minus T of the record before, of the same samples, with the error of that difference (nan at the first
        record). Attribute `name`: which flow.

    Raises
    ------
    InputError
        An instrument was calibrated at another size than a record of the flow: calibrate one there.

    Examples
    --------
    >>> from spinlens import IsingModel, NearestNeighbour, calibrate_instruments, sample
    >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0, 3.5]
    >>> states = sample(model, T, 500, keep_spins=True, thin=8).spins.values.reshape(4, 1000, 4, 4)
    >>> energy = calibrate_instruments(model, T, states, names=["energy"])
    >>> rest = Trajectory("rest", (0, 1), (states[1], states[1]))
    >>> read_flow(rest, energy).change.values[1].tolist()
    [0.0]
    """
    names: list[str] = []
    rows: list[dict[str, Measured]] = []
    with telling(progress) as tell:
        for states in counted(trajectory.states, len(trajectory.states), tell, "records"):
            found = instruments_of(instruments, tuple(states.shape[1:]))
            names = names or list(found)
            if set(found) != set(names):
                raise InputError(f"instruments must have the same names at every shape, got {names} and {list(found)}")
            given = shared(states, found)
            rows.append({name: measure(found[name], given) for name in names})
    return readings_dataset(rows, trajectory.steps).assign_attrs(name=trajectory.name)


def read_layers(paths: Mapping[float, Trajectory], instruments: InstrumentsByShape) -> xr.Dataset:
    """Read every layer of flows from several starts with instruments calibrated at its own size.

    Parameters
    ----------
    paths : dict of float to Trajectory
        Starting temperature → its flow, of `block_spin_flow` or `stacked_flow`; all through the same lattices.
    instruments : dict of tuple to dict
        Lattice → name → thermometer, with the same names at each shape.

    Returns
    -------
    xarray.Dataset
        As of `read_flow`, with dims (start, layer, instrument); `layer` is the first side of its lattice.
    """
    if len({path.shapes for path in paths.values()}) != 1:
        raise InputError(f"flows of one table pass the same lattices, got {[path.shapes for path in paths.values()]}")
    joined = xr.concat([read_flow(path, instruments) for path in paths.values()], dim="start").rename(step="layer")
    return joined.assign_coords(start=list(paths), layer=[shape[0] for shape in next(iter(paths.values())).shapes])


def readings_dataset(rows: Sequence[Mapping[str, Measured]], steps: Sequence[int]) -> xr.Dataset:
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
            "nearest": (axes, table(lambda r: r.nearest.value)),
            "in_range": (axes, table(lambda r: bool(r.in_range))),
            "off_lattice": (axes, table(lambda r: bool(r.off_lattice))),
            "statistic": (axes, table(lambda r: r.statistic.value)),
            "statistic_error": (axes, table(lambda r: r.statistic.error)),
            "change": (axes, changes[:, :, 0]),
            "change_error": (axes, changes[:, :, 1]),
        },
        coords={"step": list(steps), "instrument": names},
    )
