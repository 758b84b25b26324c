"""Flows of many machines beside each other, read with the same instruments: one tidy table."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from spinlens import checks, seeding
from spinlens.comparisons.controls import Case, Workshop, check_options, flow_controls
from spinlens.comparisons.kept import Folder, Rows, key_of
from spinlens.comparisons.rows import follow, pair
from spinlens.errors import InputError
from spinlens.files import atomic
from spinlens.flows.machine_steps import check_machine
from spinlens.flows.rbm_flow import chosen_steps, flow_records
from spinlens.flows.reading import Instruments, measure
from spinlens.flows.stacked_flow import updown_records
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.lattice.states_of import states_of
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.passage import KINDS, Kind, recorded
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.versions import versions

Progress = Callable[[str], None]

_TAU_CHAINS, _TAU_STEPS = 40, 400


@dataclass(frozen=True, eq=False)
class Comparison:
    """Flows of machines side by side; both tables are lists of rows with the same columns.

    Attributes
    ----------
    readings : one row per machine, start, recorded step and instrument: temperature, statistic, their errors, change
        since the record before, and the equilibrium test of the states of that step.
    flows : one row per machine and start: plateau, equilibrium test, effective dimensions at its end, and the machine's
        Gibbs autocorrelation time.
    """

    readings: list[dict[str, Any]]
    flows: list[dict[str, Any]]

    def save(self, folder: str | Path) -> None:
        """Write readings.csv, flows.csv and comparison.json (both tables) into `folder`."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        for name, rows in (("readings", self.readings), ("flows", self.flows)):
            atomic.replace_file(target / f"{name}.csv", _csv(rows))
        document = {"readings": self.readings, "flows": self.flows}
        atomic.replace_file(
            target / "comparison.json", (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()
        )


def compare_flows(
    model: IsingModel,
    temperature: float,
    training: npt.ArrayLike,
    starts: Mapping[str, npt.ArrayLike],
    instruments: Instruments,
    equilibrium: EquilibriumReference | None = None,
    cases: Sequence[Case] | None = None,
    *,
    machines: Mapping[str, RBM | StackedRBM] | None = None,
    steps: int = 50,
    record: Sequence[int] | None = None,
    kind: Kind = "sampled",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    workers: int = 1,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Train the machines of a comparison, let the same states flow under each, and read all with the same instruments.

    Parameters
    ----------
    model, temperature : the lattice and the temperature (T_c as a rule) of the exact machine.
    training : (n, *shape) or (n, N) states that the lattice machines learn from; the geometry-free and mean-field ones
        learn from as many of their own.
    starts : name → (n_samples, *shape) states that flow, for example cold, critical and hot.
    instruments : name → thermometer calibrated on this lattice.
    equilibrium : the joint test, `EquilibriumReference`; left out of the table when None.
    cases : machines to make, `flow_controls(N)` by default.
    machines : further machines, trained already, by name: they stand in the table with control "given". A stack flows
        up to its top and down again.
    steps, record, kind : of the flows, see `rbm_flow`; `record` defaults to `chosen_steps(steps, 16)`.
    options : training options of `RBM`, such as epochs and learning_rate.
    seed, workers : the one seed; threads. The table does not depend on the number of workers.
    folder : keeps each trained machine and each flow as it is finished; a comparison that was stopped goes on there.
    progress : is told each finished machine.

    Returns
    -------
    Comparison.

    Raises
    ------
    InputError : machine, lattice and instruments of different sizes, states that are not ±1, unknown options.
    """
    study = _Study.of(model, temperature, training, starts, instruments, equilibrium, options, seed)
    checks.choice("kind", kind, KINDS)
    plan = _Plan(steps, recorded(record or chosen_steps(steps, 16), checks.positive_integer("steps", steps)), kind)
    wanted = flow_controls(model.n_sites) if cases is None else tuple(cases)
    check_options(wanted, options or {})
    given = dict(machines or {})
    for machine in given.values():
        check_machine(machine.layers_[0] if isinstance(machine, StackedRBM) else machine, model.shape)
    bench = _Bench(study, plan, Folder(None if folder is None else Path(folder)), progress or (lambda line: None))
    jobs = [partial(bench.given, name, machine) for name, machine in given.items()]
    jobs += [partial(bench.case, case) for case in wanted]
    if not jobs:
        raise InputError("nothing to compare: give cases or machines")
    with threadpool_limits(1):
        parts = _run(jobs, checks.positive_integer("workers", workers), bench.stop)
    return Comparison(*([row for part in parts for row in part[table]] for table in ("readings", "flows")))


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


class _Stopped(Exception):
    """Training was told to stop."""


@dataclass(frozen=True, eq=False)
class _Plan:
    steps: int
    record: tuple[int, ...]
    kind: Kind


@dataclass(frozen=True, eq=False)
class _Study:
    """Checked inputs."""

    workshop: Workshop
    starts: dict[str, npt.NDArray[np.int8]]
    instruments: Instruments
    equilibrium: EquilibriumReference | None

    @classmethod
    def of(
        cls,
        model: IsingModel,
        temperature: float,
        training: npt.ArrayLike,
        starts: Mapping[str, npt.ArrayLike],
        instruments: Instruments,
        equilibrium: EquilibriumReference | None,
        options: Mapping[str, Any] | None,
        seed: int,
    ) -> _Study:
        T = checks.positive_number("temperature", temperature)
        if not starts or not instruments:
            raise InputError("compare_flows needs at least one start and one instrument")
        states = states_of(training, shape=model.shape).reshape(-1, model.n_sites)
        begun = {name: states_of(value, shape=model.shape) for name, value in starts.items()}
        for instrument in instruments.values():
            measure(instrument, next(iter(begun.values())))  # another lattice is said here
        return cls(Workshop(model, T, states, dict(options or {}), checks.seed(seed)), begun, instruments, equilibrium)

    def fingerprint(self) -> str:
        """Of starts and instruments: what the instruments say of the starts."""
        parts: list[Any] = []
        for name, states in self.starts.items():
            parts += [name, states]
            for label, instrument in self.instruments.items():
                reading = measure(instrument, states).reading
                parts += [label, reading.temperature.value, reading.temperature.error]
            if self.equilibrium is not None:
                parts.append(self.equilibrium.test(states).p_value)
        return key_of(*parts)


class _Bench:
    """Makes machines and lets states flow under them, keeping what is finished."""

    def __init__(self, study: _Study, plan: _Plan, folder: Folder, progress: Progress) -> None:
        self.study, self.plan, self.folder, self.progress = study, plan, folder, progress
        self.stop, self.lock = threading.Event(), threading.Lock()
        shop = study.workshop
        about = [versions()["spinlens"], model_document(shop.model), shop.temperature, dict(shop.options), shop.seed]
        self.material = key_of(about, shop.states)
        self.fingerprint = study.fingerprint()
        self.making: dict[str, threading.Lock] = {}
        self.made: dict[str, RBM] = {}

    def case(self, case: Case) -> Rows:
        key = key_of(self.material, case.name)
        about = {"control": case.control, "recipe": case.recipe, "seed": case.number}
        return self._flow(case.name, key, about, lambda: self._machine(case))

    def given(self, name: str, machine: RBM | StackedRBM) -> Rows:
        key = key_of(name, *machine.to_arrays().values())
        about = {"control": "given", "recipe": name, "seed": 0}
        return self._flow(f"given-{key}", key, about, lambda: machine)

    def _machine(self, case: Case) -> RBM:
        """Found in the folder or made; the source of a redrawn machine is made once."""
        key = key_of(self.material, case.name)
        with self.lock:
            own = self.making.setdefault(case.name, threading.Lock())
        with own:
            found = self.made.get(case.name) or self.folder.machine(case.name, key)
            if found is None:
                source = self._machine(case.source) if case.source != case else None
                training = self.folder.training(case.name, key)
                found = self.study.workshop.build(case, source, training, self._epoch)
                if case.control != "exact":  # quickly made again, and large
                    self.folder.keep_machine(case.name, key, found)
            if case.control == "lattice":  # the redrawn machines are drawn from it
                self.made[case.name] = found
            return found

    def _epoch(self, entry: dict[str, float]) -> None:
        if self.stop.is_set():
            raise _Stopped

    def _until_stopped(self, path: Iterable[Any]) -> Iterator[Any]:
        for record in path:
            if self.stop.is_set():
                raise _Stopped
            yield record

    def _flow(self, name: str, machine_key: str, about: dict[str, Any], make: Callable[[], RBM | StackedRBM]) -> Rows:
        if self.stop.is_set():
            raise _Stopped
        key = key_of(machine_key, self.fingerprint, self.plan.record, self.plan.kind, self.study.workshop.seed)
        rows = self.folder.flow(name, key)
        if rows is None:
            rows = self._measure(name, about, make())
            self.folder.keep_flow(name, key, rows)
        self.progress(name)
        return rows

    def _measure(self, name: str, about: dict[str, Any], machine: RBM | StackedRBM) -> Rows:
        seed = self.study.workshop.seed
        tau = _gibbs_tau(machine, next(iter(self.study.starts.values())), seed)
        top = machine.layers_[-1] if isinstance(machine, StackedRBM) else machine
        about = {**about, "n_hidden": int(top.weights_.shape[1])}
        rows: Rows = {"readings": [], "flows": []}
        for start, states in self.study.starts.items():
            number = seeding.purpose_seed(seed, "compare flows", name, start, bits=32)
            if isinstance(machine, StackedRBM):
                path = updown_records(machine, states, self.plan.record, self.plan.kind, number)
            else:
                path = flow_records(machine, states, self.plan.record, self.plan.kind, number)
            readings, flow = follow(self._until_stopped(path), self.study.instruments, self.study.equilibrium)
            rows["readings"] += [{**about, "start": start, **row} for row in readings]
            rows["flows"].append({**about, "start": start, **flow, **pair("gibbs_tau", tau)})
        return rows


def _gibbs_tau(machine: RBM | StackedRBM, states: npt.NDArray[np.int8], seed: int) -> Estimate | None:
    """τ_int of |m| of the machine's chain, started from `states`; a stack has no such chain."""
    if isinstance(machine, StackedRBM):
        return None
    start = np.resize(states, (_TAU_CHAINS, *states.shape[1:])).reshape(_TAU_CHAINS, -1)
    return gibbs_autocorrelation(
        machine, chains=_TAU_CHAINS, steps=_TAU_STEPS, absolute=True, seed=seed, start=start
    )  # fmt: skip


def _csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
