"""What a flow will take before it begins: the machines that it trains, and how long by short trials on this machine."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from spinlens import seeding
from spinlens.comparisons.controls import RECIPES, TRAINING, Case, flow_controls
from spinlens.comparisons.machine_builder import MachineBuilder
from spinlens.machines.rbm import RBM
from spinlens.progress import Progress, counted, duration, telling
from spinlens.workflows.flow_settings import FlowSettings

_SHORT = 2  # updates of the first of two trials of a training, whose difference is free of what happens once
_LONG = {True: 6, False: 42}  # updates of the second one, by whether an update takes many Gibbs steps

Kind = tuple[str, int]
"""Recipe and hidden units: what the time of a training depends on."""


@dataclass(frozen=True)
class FlowPlan:
    """Machines of a flow by what they are, trainings with the core-seconds of one of each kind, states and steps."""

    machines: Mapping[str, int]
    trainings: Mapping[Kind, int]
    seconds: Mapping[Kind, float]
    states: int
    steps: int
    workers: int

    @property
    def core_seconds(self) -> float:
        """Seconds of one core for all trainings."""
        return sum(count * self.seconds[kind] for kind, count in self.trainings.items())

    @property
    def wall_seconds(self) -> float:
        """Least seconds on `workers` cores: shared out, but no less than the longest training."""
        return max(self.core_seconds / self.workers, max(self.seconds.values(), default=0.0))

    def document(self) -> dict[str, Any]:
        """As JSON data."""
        trainings = [
            {"recipe": recipe, "n_hidden": hidden, "machines": count, "core_seconds_each": self.seconds[recipe, hidden]}
            for (recipe, hidden), count in self.trainings.items()
        ]
        return {
            "machines": dict(self.machines), "trainings": trainings, "core_seconds": self.core_seconds,
            "seconds": self.wall_seconds, "workers": self.workers,
        }  # fmt: skip

    def __str__(self) -> str:
        rows = [f"{count:>5} {name}" for name, count in self.machines.items()]
        rows += [
            f"{count:>5} trainings, {recipe}, {hidden} hidden units, {duration(self.seconds[recipe, hidden])} each"
            for (recipe, hidden), count in self.trainings.items()
        ]
        cores = f"{self.workers} free core{'s' * (self.workers > 1)}"
        return "\n".join([
            f"flows          {3 * sum(self.machines.values())} of {self.states} states, {self.steps} steps", *rows,
            f"training       {duration(self.core_seconds)} of one core, {duration(self.wall_seconds)} on {cores}",
            "reading        some seconds a flow more, and the calibration of the instruments before",
        ])  # fmt: skip


def plan_flow(settings: FlowSettings, progress: Progress = None) -> FlowPlan:
    """What `run_flow` would do; each kind of training is tried for some updates, nothing is written.

    Estimates hold on free cores: to about a third, for machines of filters to a factor of two.
    """
    s = settings
    cases = list(s.cases or (flow_controls(s.model.n_sites, s.seeds) if s.controls else ()))
    own = [Case("lattice", "learned", s.model.n_sites)] if s.machine is None else []
    trained = [case for case in [*own, *cases] if case.control in TRAINING]
    kinds = Counter((case.recipe, case.n_hidden) for case in trained)
    with threadpool_limits(1), telling(progress) as tell:
        tried = counted([Case("lattice", *kind) for kind in kinds], len(kinds), tell, "kinds of training tried")
        seconds = {(case.recipe, case.n_hidden): _seconds(s, case) for case in tried}
    names = Counter(["of yours, or trained first", *(_called(case) for case in cases)])
    return FlowPlan(names, kinds, seconds, s.samples, s.steps, s.workers)


def _called(case: Case) -> str:
    return {"lattice": "trained on the lattice"}.get(case.control, case.control)


def _seconds(s: FlowSettings, case: Case) -> float:
    """Processor seconds of one training, from two trials of a few updates."""
    count = s.training if s.states is None else min(s.training, len(s.states) - min(s.samples, len(s.states) // 2))
    batch, longer = _trial(s, case, _SHORT)[1], _LONG[RECIPES[case.recipe].get("steps", 1) > 1]
    short, long = (_trial(s, case, updates)[0] for updates in (_SHORT, longer))
    return max(long - short, 0.0) / (longer - _SHORT) * s.epochs * max(1.0, count / batch)


def _trial(s: FlowSettings, case: Case, updates: int) -> tuple[float, int]:
    """Processor seconds of so many updates on states that do not matter, and the states of an update."""
    options = {"epochs": 1, "learning_rate": s.learning_rate}
    builder = MachineBuilder(s.model, s.temperature, np.empty((0, s.model.n_sites), np.int8), options, s.seed)
    machine = RBM(case.n_hidden, **builder.options_of(case))
    generator = seeding.generator(s.seed, "flow plan")
    states = generator.choice(np.array([-1, 1], np.int8), (updates * machine.batch_size, s.model.n_sites))
    begun = time.process_time()
    machine.fit(states, progress=False)
    return time.process_time() - begun, machine.batch_size
