"""A flow read as it goes: of its records only what instruments say is kept, so that long flows fit into memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from spinlens.arrays import Fields
from spinlens.border import drawing
from spinlens.errors import InputError
from spinlens.flows.examination import Examination
from spinlens.flows.plateau import Plateau, find_plateau
from spinlens.flows.reading import Instruments, Measured, measure, readings_dataset, shared
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.thermometers.readings import EquilibriumTest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEWEST = 3  # records from which a plateau can be told


@dataclass(frozen=True, eq=False)
class FollowedFlow:
    """What instruments and the joint test say of every record of a flow.

    `steps` are those of the records, `measured` the readings of each by the name of the instrument, `tests` the outcome
    of the joint test of each (empty where there was no reference), `last` the states of the last record.
    """

    steps: tuple[int, ...]
    measured: tuple[Mapping[str, Measured], ...]
    tests: tuple[EquilibriumTest, ...]
    last: Fields

    def readings(self) -> xr.Dataset:
        """As of `read_flow`, with (step,) `p_value`, `distance` and `distance_error` of the joint test."""
        found = readings_dataset(self.measured, self.steps)
        if not self.tests:
            return found
        columns = {
            "p_value": [test.p_value for test in self.tests],
            "distance": [test.distance.value for test in self.tests],
            "distance_error": [test.distance.error for test in self.tests],
        }
        return found.assign({name: ("step", np.array(column)) for name, column in columns.items()})

    def plateau(self) -> Plateau | None:
        """The longest stretch of steps in which no instrument drifts; None of fewer than three records."""
        if len(self.steps) < _FEWEST:
            return None
        names = self.measured[0]
        return find_plateau(self.steps, {name: np.stack([row[name].values for row in self.measured]) for name in names})

    def examination(self, step: int, states: Fields) -> Examination:
        """What is known of one record, with the dimensions of its `states`."""
        k = self.steps.index(step)
        readings = {name: measured.reading for name, measured in self.measured[k].items()}
        return Examination.of(states, readings, self.tests[k] if self.tests else None)

    def end(self) -> Examination:
        """What is known of the last record."""
        return self.examination(self.steps[-1], self.last)

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the temperatures along the flow; see `spinlens.plot.flow`."""
        from spinlens.plot.flow_readings import flow

        return drawing(flow)(self.readings(), ax, **options)


def follow(
    records: Iterable[tuple[int, Fields]], instruments: Instruments, equilibrium: EquilibriumReference | None = None
) -> FollowedFlow:
    """Read records (step, states) one after another, as `records` of a machine or of a `Trajectory` gives them.

    All records must live on the lattice of the instruments; flows that change it are for `read_flow`.
    """
    steps: list[int] = []
    measured: list[dict[str, Measured]] = []
    tests: list[EquilibriumTest] = []
    last: Fields | None = None
    for step, states in records:
        steps.append(int(step))
        given = shared(states, instruments)
        measured.append({name: measure(instrument, given) for name, instrument in instruments.items()})
        if equilibrium is not None:
            tests.append(equilibrium.test(given))
        last = states
    if last is None:
        raise InputError("the flow has no records")
    return FollowedFlow(tuple(steps), tuple(measured), tuple(tests), last)
