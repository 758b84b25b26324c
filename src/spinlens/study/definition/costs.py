"""What each kind of task takes: work in countable units, memory and disk, from its inputs alone.

Work is counted in units whose price `calibration` measures on the machine at hand:

    ("sweep", model, L)                    one sweep of one chain of cluster moves near T_c
    ("update", n_visible, n_hidden, k)     one update of a machine from a batch of 100 with CD-k
    ("anneal", n_visible, n_hidden)        one temperature of one run of annealed importance sampling
    "standard"                             seconds of everything else on the machine where the factors were measured

Memory is that beyond an idle worker, an upper estimate by the largest arrays that live at once.
"""

from __future__ import annotations

import copy
import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spinlens.study.definition.tasks import Task

Unit = tuple[Any, ...]
Work = dict[Unit, float]
STANDARD: Unit = ("standard",)
MIB = 2**20

_WARMUP = 350  # sweeps: 50 τ_int and halves that agree; 64 … 960 in chains of all sizes up to L = 64
_BETWEEN = 0.55  # price of a sweep of which nothing is measured, over the temperatures of a usual grid
_OVERHEAD = 0.02  # seconds to start, encode and save a task
CHUNK = 2**23  # spin updates between two points at which a chain can be saved
LONG = 5e8  # spin updates (some ten seconds) from which drawn states are kept, underway and for longer runs
_KEPT = 5  # series of a scan that are results: m², m⁴, bonds and two Fourier modes
_ROWS = 7  # series that a saved chain holds
_GIBBS = 600 * 50 / 100  # batches of Gibbs steps to measure the mixing of one machine
_BATCH = 100
_JUDGED = 2  # AIS runs per machine: at three quarters of the training and at its end


@dataclass(frozen=True)
class Needs:
    """Work by unit, memory (bytes beyond an idle worker) and disk (bytes of the result)."""

    work: Mapping[Unit, float]
    memory: float
    disk: float


def model_unit(model: Mapping[str, Any]) -> str:
    """A model as part of a unit."""
    return json.dumps(model, sort_keys=True)


def needs(tasks: Sequence[Task]) -> dict[str, Needs]:
    """What every task of a study takes, by name; tasks of unknown functions take a second."""
    by_name = {task.name: task for task in tasks}
    found = {}
    for task in tasks:
        read = {need: by_name[need].inputs for need in task.needs if need in by_name}
        estimate = _MODELS.get(task.function.rpartition(".")[2], _unknown)
        found[task.name] = estimate(task.inputs, read)
    return found


def sized(tasks: Sequence[Task]) -> list[Task]:
    """The tasks with the memory that each needs at its peak."""
    estimates, result = needs(tasks), []
    for task in tasks:
        result.append(copy.copy(task))  # not dataclasses.replace, which would check all inputs again
        object.__setattr__(result[-1], "memory", int(estimates[task.name].memory))
    return result


Inputs = Mapping[str, Any]
Read = Mapping[str, Inputs]


def _unknown(inputs: Inputs, read: Read) -> Needs:
    return Needs({STANDARD: 1.0}, 0, 2**14)


def _sweeps(inputs: Inputs, counts: Mapping[int, float]) -> Work:
    model = model_unit(inputs["model"])
    return {("sweep", model, L): float(n) for L, n in counts.items()}


def _sum(*parts: Work) -> Work:
    total: Work = defaultdict(float)
    for part in parts:
        for unit, amount in part.items():
            total[unit] += amount
    return dict(total)


def _standard(work: Work, seconds: float) -> Work:
    return _sum(work, {STANDARD: seconds + _OVERHEAD})


def _tables(L: int) -> float:
    return 48.0 * L * L  # couplings, alias tables, spins, labels and sizes of clusters


def _locate(inputs: Inputs, read: Read) -> Needs:
    steps = 8  # of the ladder down from the mean-field value, then six temperatures
    sweeps = (2 * steps + 6) * 2 * (2000 + _WARMUP)
    work = _sweeps(inputs, dict.fromkeys(inputs["sizes"], sweeps))
    return Needs(_standard(work, 0.7), 60 * MIB, 400)


def _scan(inputs: Inputs, read: Read) -> Needs:
    L, runs = inputs["size"], inputs["chains"] * inputs["points"]
    work = _sweeps(inputs, {L: runs * (inputs["draws"] + _WARMUP) + 2 * (400 + _WARMUP)})
    series = 8.0 * runs * inputs["draws"]
    piece = max(1, CHUNK // L**2)
    kept = 8.0 * runs * _ROWS * (inputs["draws"] // piece) * piece
    return Needs(_standard(work, 0.1), _tables(L) + 16 * series + 20 * MIB, _KEPT * series + kept + 2e5)


def _critical(inputs: Inputs, read: Read) -> Needs:
    draws = sum(scan["draws"] * scan["chains"] * scan["points"] for scan in read.values() if "points" in scan)
    return Needs({STANDARD: 0.2 + 2.2e-6 * draws}, 8.0 * 8 * draws + 30 * MIB, 13_000)


def _states(inputs: Inputs, L: int, draws: Mapping[int, int]) -> tuple[Work, float]:
    """Work and bytes (one a spin) of states kept: number of temperatures → states of each."""
    sweeps = sum(n * (count * inputs["thin"] + _WARMUP) for n, count in draws.items())
    return _sweeps(inputs, {L: _BETWEEN * sweeps}), float(L * L * sum(n * count for n, count in draws.items()))


def _disk(spins: float, thin: int) -> float:
    """Bytes of states on disk, one bit a spin, with those of the state underway."""
    return spins / 8 * (2 if spins * thin > LONG else 1) + 12_000


def _snapshots(inputs: Inputs, read: Read) -> Needs:
    L, n = inputs["size"], len(inputs["temperatures"])
    work, spins = _states(inputs, L, {n: 1})
    return Needs(_standard(work, 0.05), _tables(L) + 4 * spins + 20 * MIB, spins / 8 + 8000)


def _training(inputs: Inputs, read: Read) -> Needs:
    n = len(inputs["temperatures"])
    work, grid = _states(inputs, inputs["size"], {n: inputs["draws"]})
    more, critical = _states(inputs, inputs["size"], {1: inputs["critical_draws"]})
    spins = grid + critical
    return Needs(_standard(_sum(work, more), 0.1), 4 * spins + 30 * MIB, _disk(spins, inputs["thin"]))


def _ensemble(inputs: Inputs, read: Read) -> Needs:
    n = len(inputs["temperatures"])
    first, one = _states(inputs, inputs["size"], {n: inputs["calibration"]})
    second, two = _states(inputs, inputs["size"], {n: inputs["test"]})
    return Needs(_standard(_sum(first, second), 0.1), 4 * (one + two) + 30 * MIB, _disk(one + two, inputs["thin"]))


def _ensembles(read: Read) -> list[Inputs]:
    return sorted((item for item in read.values() if "calibration" in item), key=lambda item: -item["size"])


def _spins(item: Inputs) -> float:
    """Bytes of the states of an ensemble or a training set, one a spin."""
    n, sites = len(item.get("temperatures", ())), item["size"] ** 2
    states = n * (item.get("calibration", 0) + item.get("test", 0) + item.get("draws", 0))
    return float(sites * (states + item.get("critical_draws", 0)))


def _calibrate(inputs: Inputs, read: Read) -> Needs:
    (ensemble,) = _ensembles(read)
    spins, network = _spins(ensemble), inputs["network"]
    learned = spins * ensemble["calibration"] / (ensemble["calibration"] + ensemble["test"])
    seconds = 0.25 + 6e-8 * spins + 3e-10 * learned * network["hidden"] * network["epochs"]
    return Needs({STANDARD: seconds}, 12 * spins + 30 * MIB, 2e4 + 4.0 * network["hidden"] * ensemble["size"] ** 2)


def _reference(inputs: Inputs, read: Read) -> Needs:
    (ensemble,) = _ensembles(read)
    return Needs({STANDARD: 0.06 + 1.5e-7 * ensemble["size"] ** 2 * ensemble["test"]}, 2 * _spins(ensemble), 3000)


def _data(inputs: Inputs, read: Read) -> tuple[int, int, float]:
    """Visible units, training states and bytes of the data read, one a spin."""
    (training,) = (item for item in read.values() if "critical_draws" in item)
    (ensemble,) = _ensembles(read)
    grid = inputs["training_set"] == "grid"
    states = training["draws"] * len(training["temperatures"]) if grid else training["critical_draws"]
    return training["size"] ** 2, states, _spins(training) + _spins(ensemble)


def _layer(inputs: Inputs, n_visible: int, n_hidden: int, states: int) -> Work:
    """Training and judging of one layer."""
    options = inputs["options"]
    updates = options["epochs"] * math.ceil(states / options["batch_size"]) * options["batch_size"] / _BATCH
    runs, betas = inputs["annealing"]
    return {
        ("update", n_visible, n_hidden, options["steps"]): float(updates),
        ("anneal", n_visible, n_hidden): float(_JUDGED * runs * betas),
    }


def _machine(inputs: Inputs, read: Read) -> Needs:
    n_visible, states, spins = _data(inputs, read)
    n_hidden = inputs["hidden"]
    mixing: Work = {("update", n_visible, n_hidden, 1): 0.3 * _GIBBS}
    work = _sum(_layer(inputs, n_visible, n_hidden, states), mixing)
    memory = 5 * spins + 9.0 * n_visible * min(states, 4096) + 80.0 * n_visible * n_hidden
    return Needs(_standard(work, 0.05), memory + 20 * MIB, 4.0 * n_visible * n_hidden + 5000)


def _stack(inputs: Inputs, read: Read) -> Needs:
    n_visible, states, spins = _data(inputs, read)
    sizes = [n_visible, *inputs["hidden"]]
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    given = any("hidden" in item and "options" in item for item in read.values())  # the first layer is a machine's
    work = _sum(*(_layer(inputs, below, above, states) for below, above in pairs[1 if given else 0 :]))
    weights = sum(below * above for below, above in pairs)
    memory = 5 * spins + 2.0 * n_visible * states + 80.0 * weights
    return Needs(_standard(work, 0.05), memory + 20 * MIB, 4.0 * weights + 8000)


def _flow(inputs: Inputs, read: Read) -> Needs:
    (ensemble,) = _ensembles(read)
    (machine,) = (item for item in read.values() if "options" in item)
    n_visible, n_hidden = ensemble["size"] ** 2, machine["hidden"]
    samples = min(inputs["samples"], ensemble["test"])
    work: Work = {("update", n_visible, n_hidden, 1): 0.25 * 3 * inputs["steps"] * samples / _BATCH}
    spins = 3.0 * len(inputs["record"]) * samples * n_visible
    return Needs(_standard(work, 0.1 + 3e-8 * spins), _spins(ensemble) * 2 + 3 * spins + 20 * MIB, 23_000)


def _reading(per_spin: float) -> Callable[[Inputs, Read], Needs]:
    """Stages that read blocks or layers from every start with every instrument."""

    def estimate(inputs: Inputs, read: Read) -> Needs:
        ensembles = _ensembles(read)
        spins = (
            len(inputs["starts"]) * len(inputs.get("rules", (1,))) * ensembles[0]["test"] * ensembles[0]["size"] ** 2
        )
        return Needs({STANDARD: 0.09 + per_spin * spins}, sum(map(_spins, ensembles)) * 2 + 3.0 * spins, 40_000)

    return estimate


def _results(inputs: Inputs, read: Read) -> Needs:
    spins = sum(_spins(item) for item in _ensembles(read))
    return Needs({STANDARD: 0.4 + 0.015 * len(read) + 1e-9 * spins}, 4 * spins + 20 * MIB, 4000.0 * len(read))


_MODELS: Mapping[str, Callable[[Inputs, Read], Needs]] = {
    "lattice:locate": _locate,
    "lattice:scan": _scan,
    "lattice:critical": _critical,
    "lattice:curves": _critical,
    "lattice:snapshots": _snapshots,
    "lattice:training": _training,
    "lattice:ensemble": _ensemble,
    "instruments:calibrate": _calibrate,
    "instruments:reference": _reference,
    "learning:machine": _machine,
    "learning:stack": _stack,
    "flowing:flow": _flow,
    "flowing:blocks": _reading(6e-8),
    "flowing:layers": _reading(6e-8),
    "collect:results": _results,
}
