"""Stages of learning: machines of recipes, machines that are controls, and stacks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import Integers, Spins
from spinlens.files.plain import plain
from spinlens.lattice.ising import IsingModel
from spinlens.machines.controls import extreme_states, mean_field_states, one_sign, redrawn
from spinlens.machines.exact_rbm import exact_bonds
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.training.phases import fit_phases
from spinlens.machines.units.bonds import Bonds
from spinlens.seeding import purpose_seed
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.definition.recipes import as_arguments
from spinlens.study.stages.lattice import Artefacts, Inputs, critical_temperature, only
from spinlens.study.storage.codec import Arrays

_BATCH = 100  # states of an update in the units of costs


def _states_read(inputs: Inputs, read: Read) -> tuple[int, int, float]:
    """Visible units, training states and bytes of the data read, one a spin."""
    training = next((item for item in read.values() if "critical_draws" in item), None)
    if training is None:
        return inputs["size"] ** 2, inputs["draws"], float(inputs["draws"] * inputs["size"] ** 2)
    chosen = inputs["temperatures"]
    states = training["critical_draws"] if chosen == [1.0] else training["draws"] * len(chosen)
    return training["size"] ** 2, states, costs.spins_of(training)


def _training_work(options: Mapping[str, Any], n_visible: int, n_hidden: int, states: int) -> costs.Work:
    """Training of one layer or phase; of the natural gradient also overlaps of its chains and their solution."""
    size = options.get("batch_size", _BATCH)
    updates = options.get("updates") or options["epochs"] * max(1, states // size)
    work: costs.Work = {("update", n_visible, n_hidden, options["steps"]): updates * size / _BATCH}
    if options["optimizer"] != "natural":
        return work
    chains = options.get("chains") or size
    numbers = n_visible if options.get("torus") else n_visible * n_hidden
    small = min(chains, numbers)  # equations that are solved
    algebra = 1e-10 * small**3 + 2.6e-10 * chains * numbers * small
    seconds = updates * (algebra + 1.3e-8 * chains * (n_visible + n_hidden))
    return costs.together(work, {costs.STANDARD: seconds})


def _machine_cost(inputs: Inputs, read: Read) -> Cost:
    n_visible, states, spins = _states_read(inputs, read)
    n_hidden = inputs["hidden"]
    work = costs.together(*(_training_work(phase, n_visible, n_hidden, states) for phase in inputs["options"]))
    memory = 5 * spins + 9.0 * n_visible * min(states, 4096) + 80.0 * n_visible * n_hidden
    return Cost(costs.with_standard(work, 0.05), memory + 20 * costs.MIB, 4.0 * n_visible * n_hidden + 5000)


@costing(_machine_cost)
def machine(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> Arrays:
    """One trained machine, phase after phase; training goes on from what `checkpoint` holds."""
    X = _states(inputs, artefacts)
    seeds = [_seed(inputs, "machine", *([] if phase == 0 else [phase])) for phase in range(len(inputs["options"]))]
    phases = []
    for seed, options in zip(seeds, inputs["options"], strict=True):
        arguments, rows = passes(options, len(X))
        phases.append((RBM(inputs["hidden"], seed=seed, **arguments), X[rows]))
    rbm = fit_phases(phases, checkpoint)
    return Arrays(rbm.to_arrays(), plain({"config": rbm.config(), "states": len(X)}))


def _exact_cost(inputs: Inputs, read: Read) -> Cost:
    return Cost({costs.STANDARD: 0.02}, costs.MIB, 1000)


@costing(_exact_cost)
def exact(inputs: Inputs, artefacts: Artefacts) -> Arrays:
    """The machine that is the lattice at T_c; its weights are made when they are needed."""
    return Arrays({}, plain({"temperature": critical_temperature(artefacts), "states": None}))


def _redrawn_cost(inputs: Inputs, read: Read) -> Cost:
    weights = 4.0 * inputs["size"] ** 2 * inputs["hidden"]
    return Cost({costs.STANDARD: 0.02 + 3e-9 * weights}, 10 * weights + costs.MIB, weights + 2000)


@costing(_redrawn_cost)
def redraw(inputs: Inputs, artefacts: Artefacts) -> Arrays:
    """A machine with weights drawn from the normal distribution fitted to those of another."""
    source = load_machine(only(artefacts, "machine"))
    rbm = redrawn(one_sign(source), seed=_seed(inputs, "redrawn"))
    return Arrays(rbm.to_arrays(), plain({"config": rbm.config(), "states": None}))


def _stack_cost(inputs: Inputs, read: Read) -> Cost:
    n_visible, states, spins = _states_read(inputs, read)
    pairs = list(pairwise([n_visible, *inputs["hidden"]]))
    given = any("hidden" in item for item in read.values())  # the first layer is a machine's
    trained = pairs[1 if given else 0 :]
    work = costs.together({}, *(_training_work(inputs["options"], below, above, states) for below, above in trained))
    weights = sum(below * above for below, above in pairs)
    memory = 5 * spins + 2.0 * n_visible * states + 80.0 * weights
    return Cost(costs.with_standard(work, 0.05), memory + 20 * costs.MIB, 4.0 * weights + 8000)


@costing(_stack_cost)
def stack(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> Arrays:
    """One greedily trained stack; training goes on from what `checkpoint` holds."""
    X = _states(inputs, artefacts)
    bottom = [load_machine(artefacts[name]) for name in artefacts if name.startswith("machine/")]
    options, rows = passes(inputs["options"], len(X))
    trained = StackedRBM(tuple(inputs["hidden"]), upward=inputs["upward"], seed=_seed(inputs, "stack"), **options)
    trained.fit(X[rows], bottom=bottom[0] if bottom else None, checkpoint=checkpoint)
    notes = {"config": trained.config(), "training_set": inputs["training_set"], "number": inputs["number"]}
    return Arrays(trained.to_arrays(), plain(notes))


def load_machine(stored: Arrays) -> RBM:
    """The machine of a stored artefact, but for an exact one."""
    return RBM.from_parts(stored.attrs["config"], dict(stored.arrays))


def load_any(stored: Arrays, model: IsingModel) -> RBM | Bonds:
    """The machine of a stored artefact; the exact one is made again for its `model`."""
    if "temperature" in stored.attrs:
        return exact_bonds(model, stored.attrs["temperature"])
    return load_machine(stored)


def load_stack(stored: Arrays) -> StackedRBM:
    """The stack of a stored artefact."""
    return StackedRBM.from_parts(stored.attrs["config"], dict(stored.arrays))


def _seed(inputs: Inputs, purpose: str, *more: int) -> int:
    return purpose_seed(inputs["seed"], purpose, inputs["number"], *more)


def passes(options: Mapping[str, Any], n_states: int) -> tuple[dict[str, Any], Integers | slice]:
    """Options as `RBM` takes them, and the rows to learn from: so many that whole passes make the updates asked for.

    The states left out, less than one pass makes of them, are spread over all: a grid keeps its temperatures.
    """
    arguments = as_arguments(options)
    updates = arguments.pop("updates", None)
    if updates is None:
        return arguments, slice(None)
    size = min(arguments["batch_size"], n_states)
    arguments["epochs"] = math.ceil(updates / (n_states // size))
    count = round(updates / arguments["epochs"]) * size
    return arguments, slice(None) if count == n_states else np.arange(count) * n_states // count


def _states(inputs: Inputs, artefacts: Artefacts) -> Spins:
    """Training states, flat."""
    if inputs["temperatures"] is None:
        n, sites = inputs["draws"], inputs["size"] ** 2
        seed = _seed(inputs, inputs["training_set"])
        if inputs["training_set"] == "mean-field":
            return mean_field_states(n, sites, 1.0, seed)
        return extreme_states(n, sites, seed)
    data: xr.Dataset = only(artefacts, "training")
    if inputs["temperatures"] == [1.0]:
        return np.asarray(data["critical"].values.reshape(-1, inputs["size"] ** 2))
    rows = [int(np.argmin(np.abs(data["relative"].values - relative))) for relative in inputs["temperatures"]]
    return np.asarray(data["grid"].values[rows].reshape(-1, inputs["size"] ** 2))
