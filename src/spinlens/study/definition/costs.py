"""What tasks take: work in countable units, memory and disk, from their inputs alone.

Each stage states its model beside its function, by `costing`. Work is counted in units whose price `planning.prices`
measures on the machine at hand:

    ("sweep", model, L)                    one sweep of one chain of cluster moves near T_c
    ("update", n_visible, n_hidden, k)     one update of a machine from a batch of 100 with CD-k
    ("anneal", n_visible, n_hidden)        one temperature of one run of annealed importance sampling
    ("standard",)                          seconds of everything else on the machine where the factors were measured

Memory is that beyond an idle worker, an upper estimate by the largest arrays that live at once.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from spinlens.resources import SWEEP, WEIGHT
from spinlens.study.definition.tasks import Task

Unit = tuple[Any, ...]
Work = dict[Unit, float]
Inputs = Mapping[str, Any]
Read = Mapping[str, Inputs]
"""Inputs of the tasks that a task reads, by their names."""

STANDARD: Unit = ("standard",)
MIB = 2**20
LONG = 5e8  # spin updates (some ten seconds) from which drawn states are kept, underway and for longer runs
CHUNK = 2**23  # spin updates between two points at which a chain can be saved
WARMUP = 350  # sweeps: 50 τ_int and halves that agree; 64 … 960 in chains of all sizes up to L = 64
_BETWEEN = 0.55  # price of a sweep of which nothing is measured, over the temperatures of a usual grid
_OVERHEAD = 0.02  # seconds to start, encode and save a task

_SECONDS: Mapping[str, Callable[..., float]] = {
    "sweep": lambda model, L: SWEEP * L * L,
    "update": lambda n_visible, n_hidden, k: 200 * WEIGHT * (k + 1) * n_visible * n_hidden,
    "anneal": lambda n_visible, n_hidden: 2 * WEIGHT * n_visible * n_hidden,
    "standard": lambda: 1.0,
}
"""Rough prices of the units, good enough to start the longest way through a study first."""


@dataclass(frozen=True)
class Cost:
    """Work by unit, memory (bytes beyond an idle worker) and disk (bytes of the result)."""

    work: Mapping[Unit, float]
    memory: float
    disk: float


CostModel = Callable[[Inputs, Read], Cost]
Function = TypeVar("Function", bound=Callable[..., Any])
_MODELS: dict[str, CostModel] = {}


def costing(model: CostModel) -> Callable[[Function], Function]:
    """Decorate the function of a stage with the model of what its tasks take."""

    def note(function: Function) -> Function:
        _MODELS[f"{function.__module__}:{function.__name__}"] = model
        return function

    return note


def costs(tasks: Sequence[Task]) -> dict[str, Cost]:
    """What every task of a study takes, by name; tasks of unknown functions take a second."""
    by_name = {task.name: task for task in tasks}
    for module in {task.function.partition(":")[0] for task in tasks}:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    found = {}
    for task in tasks:
        read = {need: by_name[need].inputs for need in task.needs if need in by_name}
        found[task.name] = _MODELS.get(task.function, _unknown)(task.inputs, read)
    return found


def sized(tasks: Sequence[Task]) -> list[Task]:
    """The tasks with the memory that each needs at its peak and roughly its seconds."""
    estimates, result = costs(tasks), []
    for task in tasks:
        found = copy.copy(task)  # not dataclasses.replace, which would check all inputs again
        object.__setattr__(found, "memory", int(estimates[task.name].memory))
        object.__setattr__(found, "cost", _rough_seconds(estimates[task.name].work))
        result.append(found)
    return result


def _rough_seconds(work: Mapping[Unit, float]) -> float:
    return sum(amount * _SECONDS[unit[0]](*unit[1:]) for unit, amount in work.items())


def _unknown(inputs: Inputs, read: Read) -> Cost:
    return Cost({STANDARD: 1.0}, 0, 2**14)


# the terms of which the models of stages are made


def together(*parts: Work) -> Work:
    """The sum of works."""
    total: Work = defaultdict(float)
    for part in parts:
        for unit, amount in part.items():
            total[unit] += amount
    return dict(total)


def with_standard(work: Work, seconds: float) -> Work:
    """`work` with standard seconds and what it takes to start, encode and save a task."""
    return together(work, {STANDARD: seconds + _OVERHEAD})


def sweeps(inputs: Inputs, counts: Mapping[int, float]) -> Work:
    """Work of sweeps, by L."""
    model = json.dumps(inputs["model"], sort_keys=True)
    return {("sweep", model, L): float(n) for L, n in counts.items()}


def lattice_tables(L: int) -> float:
    """Bytes of couplings, alias tables, spins, labels and sizes of clusters."""
    return 48.0 * L * L


def drawn_states(inputs: Inputs, L: int, draws: Mapping[int, int]) -> tuple[Work, float]:
    """Work and bytes (one a spin) of states kept: number of temperatures → states of each."""
    total = sum(n * (count * inputs["thin"] + WARMUP) for n, count in draws.items())
    return sweeps(inputs, {L: _BETWEEN * total}), float(L * L * sum(n * count for n, count in draws.items()))


def states_on_disk(spins: float, thin: int) -> float:
    """Bytes of states on disk, one bit a spin, with those of the state underway."""
    return spins / 8 * (2 if spins * thin > LONG else 1) + 12_000


def ensembles(read: Read) -> list[Inputs]:
    """Inputs of the ensembles among what is read, the largest lattice first."""
    return sorted((item for item in read.values() if "calibration" in item), key=lambda item: -item["size"])


def spins_of(item: Inputs) -> float:
    """Bytes of the states of an ensemble or a training set, one a spin."""
    n, sites = len(item.get("temperatures", ())), item["size"] ** 2
    states = n * (item.get("calibration", 0) + item.get("test", 0) + item.get("draws", 0))
    return float(sites * (states + item.get("critical_draws", 0)))
