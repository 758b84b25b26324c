"""Stages of the instruments: calibrated thermometers, and the Monte Carlo reference that flows are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from spinlens.flows.correlators import effective_dimensions, spin_correlation
from spinlens.lattice.ising import IsingModel
from spinlens.seeding import purpose_seed
from spinlens.statistics.estimate import Estimate
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.lattice import Artefacts, Inputs, make_model, only
from spinlens.study.storage.codec import Arrays
from spinlens.thermometers.calibration import Thermometer
from spinlens.thermometers.energy import EnergyThermometer
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.thermometers.magnetization import MagnetizationThermometer
from spinlens.thermometers.network import NetworkThermometer

INSTRUMENTS: dict[str, type[Thermometer]] = {
    kind.name: kind for kind in (EnergyThermometer, MagnetizationThermometer, NetworkThermometer)
}
_NEAR = (0.8, 1.2)  # T / T_c within which bias and pull are quoted


def states_at(data: xr.Dataset, relative: float, variable: str = "test") -> np.ndarray[Any, np.dtype[np.int8]]:
    """(n, L, L) states of an ensemble at T / T_c = `relative`."""
    number = int(np.argmin(np.abs(data["relative"].values - relative)))
    return np.asarray(data[variable].values[number])


def _calibrate_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    spins, network = costs.spins_of(ensemble), inputs["network"]
    learned = spins * ensemble["calibration"] / (ensemble["calibration"] + ensemble["test"])
    seconds = 0.25 + 6e-8 * spins + 3e-10 * learned * network["hidden"] * network["epochs"]
    return Cost(
        {costs.STANDARD: seconds}, 12 * spins + 30 * costs.MIB, 2e4 + 4.0 * network["hidden"] * ensemble["size"] ** 2
    )


@costing(_calibrate_cost)
def calibrate(inputs: Inputs, artefacts: Artefacts) -> Arrays:
    """Calibrate every thermometer on one half of the states and read it on the other."""
    data = only(artefacts, "ensemble")
    model = make_model(inputs, data.sizes["x"])
    temperatures, states = data["temperature"].values, data["calibration"].values
    seed = purpose_seed(inputs["seed"], "network", model.shape[0])
    instruments = {
        "energy": EnergyThermometer.calibrate(model, temperatures, states),
        "magnetization": MagnetizationThermometer.calibrate(model, temperatures, states),
        "network": NetworkThermometer.calibrate(model, temperatures, states, **inputs["network"], seed=seed),
    }
    arrays: dict[str, Any] = {}
    for name, thermometer in instruments.items():
        arrays |= {f"{name}.{key}": value for key, value in thermometer.to_arrays().items()}
        read = thermometer.validate(temperatures, data["test"].values)
        for key in ("bias", "error", "spread", "pull"):
            arrays[f"{name}.read.{key}"] = getattr(read, key)
        arrays[f"{name}.read.in_range"] = read.in_range.astype(np.int8)
        arrays[f"{name}.deviation"] = np.array(
            [thermometer.statistic(part).std(ddof=1) for part in data["test"].values]
        )
    equilibrium = EquilibriumReference.calibrate(model, temperatures, states)
    arrays |= {f"equilibrium.{key}": value for key, value in equilibrium.to_arrays().items()}
    arrays["temperature"], arrays["relative"] = temperatures, data["relative"].values
    return Arrays(arrays, {"T_c": data.attrs["T_c"]})


def _part(arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key.removeprefix(name + "."): value for key, value in arrays.items() if key.startswith(name + ".")}


def thermometers(stored: Arrays, model: IsingModel) -> dict[str, Thermometer]:
    """The calibrated thermometers of one lattice, by name."""
    return {name: kind.from_arrays(_part(stored.arrays, name), model) for name, kind in INSTRUMENTS.items()}


def equilibrium_reference(stored: Arrays, model: IsingModel) -> EquilibriumReference:
    """The reference of the joint equilibrium test of one lattice."""
    return EquilibriumReference.from_arrays(_part(stored.arrays, "equilibrium"), model)


def instrument_table(stored: Arrays) -> dict[str, dict[str, float]]:
    """For each instrument: largest |bias| over T_c within 0.8 … 1.2 T_c, single-state spread at T_c, r.m.s. pull."""
    relative = stored.arrays["relative"]
    near = (relative >= _NEAR[0]) & (relative <= _NEAR[1])
    centre = int(np.argmin(np.abs(relative - 1)))
    T_c = stored.attrs["T_c"]
    table = {}
    for name in INSTRUMENTS:
        read = _part(stored.arrays, f"{name}.read")
        pulls = read["pull"][near & (read["in_range"] == 1)]
        table[name] = {
            "bias": float(np.abs(read["bias"][near]).max() / T_c),
            "spread": float(read["spread"][centre]),
            "pull": float(np.sqrt(np.mean(pulls**2))) if pulls.size else float("nan"),
        }
    return table


def _reference_cost(inputs: Inputs, read: Read) -> Cost:
    (ensemble,) = costs.ensembles(read)
    seconds = 0.06 + 1.5e-7 * ensemble["size"] ** 2 * ensemble["test"]
    return Cost({costs.STANDARD: seconds}, 2 * costs.spins_of(ensemble), 3000)


@costing(_reference_cost)
def reference(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """Effective dimensions and G(r) of Monte Carlo states at T_c, by the estimators that flows are judged with."""
    data = only(artefacts, "ensemble")
    states = states_at(data, 1.0)
    model = make_model(inputs, data.sizes["x"])
    test = equilibrium(equilibrium_reference(only(artefacts, "thermometers"), model), states)
    correlation = spin_correlation(states)
    relative_error = only(artefacts, "critical")["critical"]["temperature"]["error"] / data.attrs["T_c"]
    return {
        "temperature": data.attrs["T_c"],
        **_with_critical_error(data, dimensions(states), relative_error),
        **test,
        "correlation": {"r": correlation.distance, "G": correlation.value, "G_error": correlation.error},
    }


def _with_critical_error(
    data: xr.Dataset, found: dict[str, Estimate | None], relative_error: float
) -> dict[str, Estimate | None]:
    """`found` at T_c with the error of T_c itself added, by the slope between the neighbouring temperatures."""
    relative = data["relative"].values
    centre = int(np.argmin(np.abs(relative - 1)))
    low, high = relative[max(centre - 1, 0)], relative[min(centre + 1, len(relative) - 1)]
    below, above = (dimensions(states_at(data, float(T))) for T in (low, high))
    widened = {}
    for name, estimate in found.items():
        a, b = below[name], above[name]
        if estimate is None or a is None or b is None:
            widened[name] = estimate
            continue
        shift = (b.value - a.value) / (high - low) * relative_error
        widened[name] = Estimate(estimate.value, float(np.hypot(estimate.error, shift)))
    return widened


def equilibrium(reference: EquilibriumReference, states: np.ndarray[Any, Any]) -> dict[str, Any]:
    """p-value of the joint test (None where the best temperature lies outside the calibration), and what pulls."""
    test = reference.test(states)
    worst = max(test.pulls, key=lambda name: abs(test.pulls[name]))
    return {
        "equilibrium_p": test.p_value if test.in_range else None,
        "equilibrium_chi2": test.chi2,
        "equilibrium_degrees": test.degrees,
        "equilibrium_temperature": test.temperature,
        "equilibrium_worst": {"observable": worst, "pull": test.pulls[worst]},
    }


def dimensions(states: np.ndarray[Any, Any]) -> dict[str, Estimate | None]:
    """Effective Δ_s and Δ_ε of an ensemble."""
    found = effective_dimensions(states)
    return {"delta_spin": found.delta_spin, "delta_energy": found.delta_energy}
