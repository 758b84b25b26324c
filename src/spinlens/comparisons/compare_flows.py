"""Flows of many machines beside each other, read with the same instruments: one tidy table."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from spinlens import checks
from spinlens.border import checked
from spinlens.comparisons.controls import Case, flow_controls
from spinlens.comparisons.kept import KeptFlows, Rows, key_of
from spinlens.comparisons.machine_builder import KeptMachines, MachineBuilder, check_options
from spinlens.comparisons.rows import FlowMeasurement
from spinlens.errors import InputError
from spinlens.files import atomic
from spinlens.files.formats import TABLE
from spinlens.files.held import Held
from spinlens.flows.rbm_flow import check_machine
from spinlens.flows.reading import Instruments
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.states_of import states_of
from spinlens.machines.machine import Machine
from spinlens.machines.units.passage import Kind
from spinlens.progress import Progress, Step, Tell, telling, time_left
from spinlens.thermometers.equilibrium import EquilibriumReference


@dataclass(frozen=True, eq=False)
class FlowComparison:
    """Flows of machines side by side; both tables are lists of rows with the same columns.

    Attributes
    ----------
    readings : list of dict
        One row per machine, start, recorded step and instrument: temperature, statistic, their errors, change since the
        record before, and the equilibrium test of the states of that step.
    flows : list of dict
        One row per machine and start: plateau, equilibrium test and distance, effective dimensions at its end, and the
        machine's Gibbs autocorrelation time.
    """

    readings: list[dict[str, Any]]
    flows: list[dict[str, Any]]

    def save(self, folder: str | Path) -> None:
        """Write readings.csv, flows.csv and comparison.json (both tables) into `folder`."""
        target = Path(folder)
        atomic.make_folder(target)
        for name, rows in (("readings", self.readings), ("flows", self.flows)):
            atomic.write_file(target / f"{name}.csv", _csv(rows))
        document = {"readings": self.readings, "flows": self.flows}
        atomic.write_file(target / TABLE, (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())


@checked
def compare_flows(
    model: IsingModel,
    temperature: float,
    training: Held,
    starts: Mapping[str, Held],
    instruments: Instruments,
    equilibrium: EquilibriumReference | None = None,
    cases: Sequence[Case] | None = None,
    *,
    machines: Mapping[str, Machine] | None = None,
    steps: int = 50,
    record: Sequence[int] | int | None = None,
    kind: Kind = "sampled",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    workers: int | None = None,
    checkpoint: str | Path | None = None,
    progress: Progress = None,
) -> FlowComparison:
    """Train the machines of a comparison, let the same states flow under each, and read all with the same instruments.

    Parameters
    ----------
    model : IsingModel
        The lattice.
    temperature : float
        Of the exact machine, T_c as a rule.
    training : array_like
        (n, *shape) or (n, N) states that the lattice machines learn from; the geometry-free and mean-field ones learn
        from as many of their own.
    starts : dict of str to array_like
        Name → (n_samples, *shape) states that flow, for example cold, critical and hot.
    instruments : dict of str to Thermometer
        Calibrated on this lattice, such as an `InstrumentSet`.
    equilibrium : EquilibriumReference, optional
        The joint test; left out of the table when None.
    cases : sequence of Case, optional
        Machines to make, `flow_controls(N)` by default.
    machines : dict of str to RBM or StackedRBM, optional
        Further machines, trained already, by name: they stand in the table with control "given". A stack flows up to
        its top and down again.
    steps : int, default 50
        Of the flows, see `rbm_flow`.
    record : int or sequence of int, optional
        Steps that are read, or about how many, 16 by default.
    kind : {"sampled", "mean", "mixed"}
        Of the flows, see `rbm_flow`.
    options : dict, optional
        Training options of `RBM`, such as epochs and learning_rate; the recipe "learned" takes the epochs alone.
    seed : int, default 0
        The one seed; the table does not depend on the number of workers.
    workers : int, optional
        Threads; as many as there are cores by default.
    checkpoint : path-like, optional
        A folder that keeps each trained machine and each flow as it is finished; a comparison that was stopped goes on
        there.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt. A callable is told a
        `Step` for each finished machine; see `spinlens.progress`.

    Returns
    -------
    FlowComparison
        Two tables; `save` writes them.

    Raises
    ------
    InputError
        Machine, lattice and instruments of different sizes, states that are not ±1, unknown options.

    Examples
    --------
    The exact machine at T leaves an ensemble of T where it is:

    >>> from spinlens import NearestNeighbour, calibrate_instruments, sample
    >>> model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0, 3.5]
    >>> states = sample(model, T, 500, keep_spins=True, thin=8).spins.values.reshape(4, 1000, 4, 4)
    >>> energy = calibrate_instruments(model, T, states, names=["energy"])
    >>> found = compare_flows(model, 2.5, states[1], {"same": states[1]}, energy, cases=[Case("exact")], steps=10)
    >>> row = found.flows[0]
    >>> row["control"], abs(row["T_energy"] - 2.5) < 4 * row["T_energy_error"]
    ('exact', True)
    """
    states = states_of(training, shape=model.shape).reshape(-1, model.n_sites)
    made_from = MachineBuilder(
        model, checks.positive_number("temperature", temperature), states, dict(options or {}), checks.seed(seed)
    )
    measurement = FlowMeasurement.of(model.shape, starts, instruments, equilibrium, steps, record, kind, seed)
    wanted = flow_controls(model.n_sites) if cases is None else tuple(cases)
    check_options(wanted, made_from.options)
    given = dict(machines or {})
    for machine in given.values():
        check_machine(machine.bottom, model.shape)
    kept, threads = KeptFlows(None if checkpoint is None else Path(checkpoint)), checks.workers("workers", workers)
    if not (given or wanted):
        raise InputError("nothing to compare: give cases or machines")
    with threadpool_limits(1), telling(progress) as tell:
        comparing = _Comparing(made_from, measurement, kept, len(given) + len(wanted), tell)
        jobs = [partial(comparing.given, name, machine) for name, machine in given.items()]
        jobs += [partial(comparing.case, case) for case in wanted]
        parts = _run(jobs, threads, comparing.stop)
    return FlowComparison(*([row for part in parts for row in part[table]] for table in ("readings", "flows")))


def _run(jobs: Sequence[Callable[[], Rows]], workers: int, stop: threading.Event) -> list[Rows]:
    """Results in the order of the jobs; the first failure or Ctrl-C stops all at their next epoch."""
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return [future.result() for future in futures]


class _Stopped(BaseException):
    """Work was told to stop; no `Exception`, which progress would be shielded from."""


class _Comparing:
    """The jobs of a comparison: each finds or makes a machine, and finds its flows measured or measures them."""

    def __init__(
        self, made_from: MachineBuilder, measurement: FlowMeasurement, kept: KeptFlows, total: int, tell: Tell
    ) -> None:
        self.stop, self.kept, self.measurement = threading.Event(), kept, measurement
        self.machines = KeptMachines(made_from, kept, lambda step: self._go_on())
        self.total, self.tell = total, tell
        self._done, self._lock, self._begun = 0, threading.Lock(), time.monotonic()

    def case(self, case: Case) -> Rows:
        """The rows of a machine that is made for the comparison."""
        about = {"control": case.control, "recipe": case.recipe, "seed": case.number}
        return self._rows(case.name, self.machines.key(case), about, lambda: self.machines.machine(case))

    def given(self, name: str, machine: Machine) -> Rows:
        """The rows of a machine that was given."""
        key = key_of(name, *machine.to_arrays().values())
        about = {"control": "given", "recipe": name, "seed": 0}
        return self._rows(f"given-{key}", key, about, lambda: machine)

    def _rows(self, name: str, machine_key: str, about: dict[str, Any], make: Callable[[], Machine]) -> Rows:
        self._go_on()
        key = key_of(machine_key, self.measurement.key)
        rows = self.kept.flow(name, key)
        if rows is None:
            rows = self.measurement.rows(name, about, make(), self._go_on)
            self.kept.keep_flow(name, key, rows)
        self._tell(name)
        return rows

    def _tell(self, name: str) -> None:
        with self._lock:
            self._done += 1
            text = f"{self._done} of {self.total} machines: {name}"
            share = self._done / self.total
            self.tell(Step(text, share, time_left(time.monotonic() - self._begun, share), lasting=True))

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise _Stopped


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
