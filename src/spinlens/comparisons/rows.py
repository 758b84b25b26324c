"""What is measured of every machine of a comparison alike, as rows of two tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from spinlens import checks, seeding
from spinlens.arrays import Fields, Spins
from spinlens.comparisons.kept import Rows, key_of
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.flows.examination import Examination
from spinlens.flows.follow import FollowedFlow, follow
from spinlens.flows.reading import Instruments
from spinlens.lattice.states_of import states_of
from spinlens.machines.machine import Machine
from spinlens.machines.units.passage import KINDS, Kind, recorded
from spinlens.statistics.estimate import Estimate, finite
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.thermometers.readings import EquilibriumTest

_FORMAT = 2  # of the rows: kept ones of another are measured anew
RECORDS = 16  # steps that are read unless told
_NUMBERS = ("temperature", "temperature_error", "nearest", "statistic", "statistic_error", "change", "change_error")

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class FlowMeasurement:
    """The same states, steps and instruments for every machine.

    `starts` are states by name, `record` the steps that are read, `kind` and `seed` of the flows.
    """

    starts: Mapping[str, Spins]
    instruments: Instruments
    equilibrium: EquilibriumReference | None
    record: tuple[int, ...]
    kind: Kind
    seed: int

    @classmethod
    def of(
        cls,
        shape: tuple[int, ...],
        starts: Mapping[str, Held],
        instruments: Instruments,
        equilibrium: EquilibriumReference | None,
        steps: int,
        record: Sequence[int] | int | None,
        kind: Kind,
        seed: int,
    ) -> Self:
        """Checked: states of the lattice `shape` and instruments calibrated there."""
        checks.choice("kind", kind, KINDS)
        if not starts or not instruments:
            raise InputError("compare_flows needs at least one start and one instrument")
        begun = {name: states_of(value, shape=shape) for name, value in starts.items()}
        for instrument in instruments.values():
            if instrument.shape != shape:
                raise InputError(f"an instrument was calibrated on a lattice {instrument.shape}, the model has {shape}")
        kept = recorded(record or RECORDS, checks.positive_integer("steps", steps))
        return cls(begun, dict(instruments), equilibrium, kept, kind, checks.seed(seed))

    @cached_property
    def key(self) -> str:
        """Names all that determines the rows of a machine, but the machine."""
        parts: list[Any] = [_FORMAT, self.record, self.kind, self.seed]
        for name, states in self.starts.items():
            parts += [name, states]
        for name, instrument in self.instruments.items():
            parts += [name, *instrument.to_arrays().values()]
        if self.equilibrium is not None:
            parts += self.equilibrium.to_arrays().values()
        return key_of(*parts)

    def rows(self, name: str, about: Row, machine: Machine, check: Callable[[], None]) -> Rows:
        """Rows of the flow from every start; `about` stands in all, `check` is called at each record."""
        tau = machine.gibbs_tau(next(iter(self.starts.values())), seed=self.seed)
        about = {**about, "n_hidden": int(machine.layers_[-1].weights_.shape[1])}
        found: Rows = {"readings": [], "flows": []}
        for start, states in self.starts.items():
            seed = seeding.purpose_seed(self.seed, "compare flows", name, start, bits=32)
            path = _checked(machine.records(states, self.record, self.kind, seed), check)
            flow = follow(path, self.instruments, self.equilibrium)
            found["readings"] += [{**about, "start": start, **row} for row in reading_rows(flow)]
            found["flows"].append({**about, "start": start, **flow_row(flow), **pair("gibbs_tau", tau)})
        return found


def _checked(path: Iterable[tuple[int, Fields]], check: Callable[[], None]) -> Iterator[tuple[int, Fields]]:
    for record in path:
        check()
        yield record


def reading_rows(flow: FollowedFlow) -> list[Row]:
    """One row a record and instrument."""
    found = flow.readings()
    tests = [_test(test) for test in flow.tests] or [{} for _ in flow.steps]
    rows = []
    for k, step in enumerate(flow.steps):
        for i, name in enumerate(found["instrument"].values):
            row: Row = {key: finite(float(found[key].values[k, i])) for key in _NUMBERS}
            row |= {key: bool(found[key].values[k, i]) for key in ("in_range", "off_lattice")}
            rows.append({"step": step, "instrument": str(name), **row, **tests[k]})
    return rows


def flow_row(flow: FollowedFlow) -> Row:
    """The row of a whole flow: its end and its plateau."""
    row: Row = {"steps": flow.steps[-1], **_end(flow.end())}
    plateau = flow.plateau()
    if plateau is not None:
        row |= {
            "plateau": plateau.reached,
            "plateau_first": plateau.steps[0],
            "plateau_last": plateau.steps[1],
            "plateau_until_end": plateau.until_end,
        }
    return row


def _end(found: Examination) -> Row:
    row: Row = {} if found.equilibrium is None else _test(found.equilibrium)
    if found.dimensions is not None:
        row |= pair("delta_spin", found.dimensions.delta_spin) | pair("delta_energy", found.dimensions.delta_energy)
    for name, reading in found.readings.items():
        row |= pair(f"T_{name}", reading.temperature)
        row |= {f"in_range_{name}": reading.in_range, f"nearest_{name}": finite(reading.nearest.value)}
        row[f"reading_{name}"] = str(reading)
    return row


def _test(found: EquilibriumTest) -> Row:
    return {
        "equilibrium_p": finite(found.p_value) if found.in_range else None,
        **pair("equilibrium_T", found.temperature),
        **pair("equilibrium_D", found.distance),
        "equilibrium_in_range": found.in_range,
    }


def pair(name: str, estimate: Estimate | None) -> Row:
    """Columns of an estimate: its value and its error, None where there is none."""
    if estimate is None:
        return {name: None, f"{name}_error": None}
    return {name: finite(estimate.value), f"{name}_error": finite(estimate.error)}
