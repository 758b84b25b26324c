"""A flow read as it goes: rows of a table, with only the statistics of its records kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.errors import InputError
from spinlens.flows.correlators import effective_dimensions
from spinlens.flows.plateau import find_plateau
from spinlens.flows.reading import Instruments, measure, readings_dataset
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.equilibrium import EquilibriumReference

_SMALLEST_DIMENSION = 4  # sides from which effective dimensions are defined

Row = dict[str, Any]


def follow(
    path: Iterable[tuple[int, npt.NDArray[Any]]],
    instruments: Instruments,
    equilibrium: EquilibriumReference | None = None,
) -> tuple[list[Row], Row]:
    """Rows of readings, and the row of the whole flow, of records (step, states) read one after another.

    Only the statistics of the records are kept, so flows of any length fit into memory.
    """
    measured: list[dict[str, Any]] = []
    steps: list[int] = []
    tests: list[Row] = []
    last: npt.NDArray[Any] | None = None
    for step, states in path:
        measured.append({name: measure(instrument, states) for name, instrument in instruments.items()})
        tests.append(_test(equilibrium, states))
        steps.append(int(step))
        last = states
    if last is None:
        raise InputError("the flow has no records")
    found = readings_dataset(measured, tuple(steps), "")
    table = {str(name): found[name].values for name in found.data_vars}
    readings = [
        {"step": step, "instrument": name, **_reading(table, k, i), **tests[k]}
        for k, step in enumerate(steps)
        for i, name in enumerate(instruments)
    ]
    statistics = {name: np.stack([row[name].values for row in measured]) for name in instruments}
    flow: Row = {"steps": steps[-1], **tests[-1], **_dimensions(last)}
    if len(steps) >= 3:
        plateau = find_plateau(steps, statistics)
        flow |= {
            "plateau": plateau.reached,
            "plateau_first": plateau.steps[0],
            "plateau_last": plateau.steps[1],
            "plateau_until_end": plateau.until_end,
        }
    for i, name in enumerate(instruments):
        flow |= pair(f"T_{name}", Estimate(*(float(table[k][-1, i]) for k in ("temperature", "temperature_error"))))
        flow[f"in_range_{name}"] = bool(table["in_range"][-1, i])
    return readings, flow


def _reading(table: Mapping[str, npt.NDArray[Any]], k: int, i: int) -> Row:
    numbers = ("temperature", "temperature_error", "statistic", "statistic_error", "change", "change_error")
    row: Row = {name: _finite(float(table[name][k, i])) for name in numbers}
    return row | {name: bool(table[name][k, i]) for name in ("in_range", "off_lattice")}


def _test(equilibrium: EquilibriumReference | None, states: npt.NDArray[Any]) -> Row:
    if equilibrium is None:
        return {}
    found = equilibrium.test(states)
    return {
        "equilibrium_p": _finite(float(found.p_value)) if found.in_range else None,
        **pair("equilibrium_T", found.temperature),
        "equilibrium_in_range": bool(found.in_range),
    }


def _dimensions(states: npt.NDArray[Any]) -> Row:
    if min(states.shape[1:]) < _SMALLEST_DIMENSION:
        return {}
    found = effective_dimensions(states)
    return {**pair("delta_spin", found.delta_spin), **pair("delta_energy", found.delta_energy)}


def pair(name: str, estimate: Estimate | None) -> Row:
    """Columns of an estimate: its value and its error, None where there is none."""
    if estimate is None:
        return {name: None, f"{name}_error": None}
    return {name: _finite(estimate.value), f"{name}_error": _finite(estimate.error)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
