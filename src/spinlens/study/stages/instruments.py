"""Stages of the instruments: all of them calibrated, and the Monte Carlo reference that flows are held against."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import Array, Spins
from spinlens.comparisons.partition_function import log_partition_function
from spinlens.files.plain import plain
from spinlens.flows.correlators import spin_correlation
from spinlens.flows.dimension_curve import DimensionCurve, dimension_curve
from spinlens.flows.examination import examine
from spinlens.lattice.ising import IsingModel
from spinlens.seeding import purpose_seed
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.lattice import Artefacts, Inputs, make_model, only
from spinlens.study.storage.codec import Arrays
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.instrument_table import instrument_table
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments

_LOG_Z_DRAWS = 2000  # of two chains at each of 32 temperatures: 0.1 nats at L = 16
_NEAR = (0.8, 1.2)  # T / T_c within which bias and pull are quoted


def states_at(data: xr.Dataset, relative: float, variable: str = "test") -> Spins:
    """(n, L, L) states of an ensemble at T / T_c = `relative`."""
    number = int(np.argmin(np.abs(data["relative"].values - relative)))
    return np.asarray(data[variable].values[number])


def _calibrate_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    spins, network = costs.spins_of(ensemble), inputs["network"]
    learned = spins * ensemble["calibration"] / (ensemble["calibration"] + ensemble["test"])
    seconds = 0.4 + 2.6e-7 * spins + 3e-10 * learned * network["hidden"] * network["epochs"]
    return Cost(
        {costs.STANDARD: seconds}, 12 * spins + 30 * costs.MIB, 2e5 + 6.0 * network["hidden"] * ensemble["size"] ** 2
    )


@costing(_calibrate_cost)
def calibrate(inputs: Inputs, artefacts: Artefacts) -> Arrays:
    """Calibrate every instrument on one half of the states and read with it the other half, of known temperature."""
    data = only(artefacts, "ensemble")
    model = make_model(inputs, data.sizes["x"])
    temperatures, seed = data["temperature"].values, purpose_seed(inputs["seed"], "instruments", model.shape[0])
    instruments = calibrate_instruments(
        model, temperatures, data["calibration"].values, seed=seed, workers=1, network=inputs["network"]
    )
    table = instrument_table(instruments, temperatures, data["test"].values)
    curves = {name: _at(thermometer.curve, temperatures) for name, thermometer in instruments.items()}
    return Arrays(
        instruments.to_arrays(), {"T_c": data.attrs["T_c"], "read": table.to_dict(), "curves": plain(curves)}
    )  # fmt: skip


def _at(curve: Curve, temperatures: Array) -> dict[str, Array]:
    """The calibration curve at the temperatures that are its own, nan at others."""
    place = np.searchsorted(curve.temperatures, temperatures).clip(max=len(curve.temperatures) - 1)
    own = np.isclose(curve.temperatures[place], temperatures)
    columns = {"mean": curve.mean, "curve_error": curve.error, "curve_spread": curve.spread}
    return {name: np.where(own, column[place], np.nan) for name, column in columns.items()}


def instruments_at(stored: Arrays, model: IsingModel) -> InstrumentSet:
    """The calibrated instruments of one lattice."""
    return InstrumentSet.from_arrays(stored.arrays, model)


def worth(stored: Arrays) -> dict[str, dict[str, float | None]]:
    """For each instrument: largest |bias| over T_c within 0.8 … 1.2 T_c, single-state spread at T_c, r.m.s. pull."""
    T_c, read = stored.attrs["T_c"], stored.attrs["read"]
    relative = np.array(read["temperatures"]) / T_c
    near = np.flatnonzero((relative >= _NEAR[0] - 1e-9) & (relative <= _NEAR[1] + 1e-9))
    centre = int(np.argmin(np.abs(relative - 1)))
    return {name: _worth(row, near, centre, T_c) for name, row in read["thermometers"].items()}


def _worth(row: dict[str, Any], near: np.ndarray[Any, Any], centre: int, T_c: float) -> dict[str, float | None]:
    inside = [k for k in near if row["in_range"][k]]
    pulls = [row["pull"][k] for k in inside if row["pull"][k] is not None]
    return {
        "bias": max((abs(row["bias"][k]) for k in inside), default=0.0) / T_c if inside else None,
        "spread": row["spread"][centre],
        "pull": float(np.sqrt(np.mean(np.square(pulls)))) if pulls else None,
    }


def _reference_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    spins = len(ensemble["temperatures"]) * ensemble["size"] ** 2 * ensemble["test"]
    exact = inputs["model"]["kind"] == "NearestNeighbour"
    work = {} if exact else costs.sweeps(inputs, {ensemble["size"]: 0.5 * 64 * (_LOG_Z_DRAWS + costs.WARMUP)})
    return Cost(costs.with_standard(work, 0.04 + 5e-8 * spins), 2 * costs.spins_of(ensemble), 9000)


@costing(_reference_cost)
def reference(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """Monte Carlo states at T_c through the estimators that flows are judged with, and dimensions at every T."""
    data = only(artefacts, "ensemble")
    states, T_c = states_at(data, 1.0), data.attrs["T_c"]
    model = make_model(inputs, data.sizes["x"])
    instruments = instruments_at(only(artefacts, "thermometers"), model)
    found = examine(states, instruments, instruments.equilibrium).to_dict()
    ensembles = dict(zip(data["temperature"].values.tolist(), data["test"].values, strict=True))
    curve = dimension_curve({T: ensemble for T, ensemble in ensembles.items() if T > 0})
    critical = curve.at(Estimate(T_c, only(artefacts, "critical")["critical"]["temperature"]["error"]))
    correlation = spin_correlation(states)
    return {
        "temperature": T_c,
        "delta_spin": as_entry(critical.delta_spin),
        "delta_energy": as_entry(critical.delta_energy),
        "read": found["temperature"],
        "test": found["equilibrium"],
        "dimensions": curve,
        "log_z": as_entry(log_partition_function(model, T_c, draws=_LOG_Z_DRAWS, seed=_log_z_seed(inputs), workers=1)),
        "correlation": {"r": correlation.distance, "G": correlation.value, "G_error": correlation.error},
    }


def _log_z_seed(inputs: Inputs) -> int:
    return purpose_seed(inputs["seed"], "partition function")


def reference_curve(found: dict[str, Any]) -> DimensionCurve:
    """The curve of dimensions of a stored `reference`."""
    columns = {name: np.array(value, dtype=np.float64) for name, value in found["dimensions"].items() if name != "near"}
    return DimensionCurve(**columns, near=found["dimensions"]["near"])
