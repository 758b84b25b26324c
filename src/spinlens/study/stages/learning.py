"""Stages of learning: machines and stacks trained on lattice states, judged by likelihood."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from spinlens.errors import InputError
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.seeding import purpose_seed
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.instruments import states_at
from spinlens.study.stages.lattice import Artefacts, Inputs, only
from spinlens.study.storage.codec import Arrays, plain

CONVERGED = 0.1
"""A machine counts as converged when its held-out log-likelihood rose by less than this (nats per state, beyond twice
the error) in the last quarter of its training."""

_MIXING_STEPS = 600
_MIXED = 50  # chains that measure the mixing of one machine
_BATCH = 100  # states of an update in the units of costs
_JUDGED = 2  # AIS runs per machine: at three quarters of the training and at its end


def _data_read(inputs: Inputs, read: Read) -> tuple[int, int, float]:
    """Visible units, training states and bytes of the data read, one a spin."""
    (training,) = (item for item in read.values() if "critical_draws" in item)
    (ensemble,) = costs.ensembles(read)
    grid = inputs["training_set"] == "grid"
    states = training["draws"] * len(training["temperatures"]) if grid else training["critical_draws"]
    return training["size"] ** 2, states, costs.spins_of(training) + costs.spins_of(ensemble)


def _layer_work(inputs: Inputs, n_visible: int, n_hidden: int, states: int) -> costs.Work:
    """Training and judging of one layer."""
    options = inputs["options"]
    updates = options["epochs"] * math.ceil(states / options["batch_size"]) * options["batch_size"] / _BATCH
    runs, betas = inputs["annealing"]
    return {
        ("update", n_visible, n_hidden, options["steps"]): float(updates),
        ("anneal", n_visible, n_hidden): float(_JUDGED * runs * betas),
    }


def _machine_cost(inputs: Inputs, read: Read) -> Cost:
    n_visible, states, spins = _data_read(inputs, read)
    n_hidden = inputs["hidden"]
    mixing: costs.Work = {("update", n_visible, n_hidden, 1): 0.3 * _MIXING_STEPS * _MIXED / _BATCH}
    work = costs.together(_layer_work(inputs, n_visible, n_hidden, states), mixing)
    memory = 5 * spins + 9.0 * n_visible * min(states, 4096) + 80.0 * n_visible * n_hidden
    return Cost(costs.with_standard(work, 0.05), memory + 20 * costs.MIB, 4.0 * n_visible * n_hidden + 5000)


@costing(_machine_cost)
def machine(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> Arrays:
    """One trained machine with its likelihood, late gain and Gibbs τ; training goes on from what `checkpoint` holds."""
    X, validation = _training_states(inputs, artefacts)
    seed = purpose_seed(inputs["seed"], "machine", inputs["number"])
    state = None if checkpoint is None else checkpoint / "training.safetensors"
    rbm = RBM(inputs["hidden"], seed=seed, **_options(inputs)).fit(X, validation=validation, checkpoint=state)
    tau = gibbs_autocorrelation(
        rbm, chains=_MIXED, steps=_MIXING_STEPS, start=validation[:50], absolute=True, seed=seed
    )
    notes = {"config": rbm.config(), **judgement([rbm]), "gibbs_tau": tau}
    return Arrays(rbm.to_arrays(), plain({**notes, "training_set": inputs["training_set"], "seed": inputs["number"]}))


def _stack_cost(inputs: Inputs, read: Read) -> Cost:
    n_visible, states, spins = _data_read(inputs, read)
    pairs = list(pairwise([n_visible, *inputs["hidden"]]))
    given = any("hidden" in item and "options" in item for item in read.values())  # the first layer is a machine's
    work = costs.together(*(_layer_work(inputs, below, above, states) for below, above in pairs[1 if given else 0 :]))
    weights = sum(below * above for below, above in pairs)
    memory = 5 * spins + 2.0 * n_visible * states + 80.0 * weights
    return Cost(costs.with_standard(work, 0.05), memory + 20 * costs.MIB, 4.0 * weights + 8000)


@costing(_stack_cost)
def stack(inputs: Inputs, artefacts: Artefacts, checkpoint: Path | None = None) -> Arrays:
    """One greedily trained stack; training goes on from what `checkpoint` holds."""
    X, validation = _training_states(inputs, artefacts)
    seed = purpose_seed(inputs["seed"], "stack", inputs["number"])
    bottom = [load_machine(artefacts[name]) for name in artefacts if name.startswith("machine/")]
    trained = StackedRBM(tuple(inputs["hidden"]), upward=inputs["upward"], seed=seed, **_options(inputs))
    trained.fit(X, validation=validation, bottom=bottom[0] if bottom else None, checkpoint=checkpoint)
    notes = {"config": trained.config(), **judgement(trained.layers_), "training_set": inputs["training_set"]}
    return Arrays(trained.to_arrays(), plain({**notes, "seed": inputs["number"]}))


def _options(inputs: Inputs) -> dict[str, Any]:
    return {**inputs["options"], "track": "ais", "annealing": tuple(inputs["annealing"])}


def load_machine(stored: Arrays) -> RBM:
    """The machine of a stored artefact."""
    return RBM.from_parts(stored.attrs["config"], dict(stored.arrays))


def load_stack(stored: Arrays) -> StackedRBM:
    """The stack of a stored artefact."""
    return StackedRBM.from_parts(stored.attrs["config"], dict(stored.arrays))


def judgement(layers: list[RBM]) -> dict[str, Any]:
    """Held-out log-likelihood (nats per state) and whether training had converged, of the bottom and of all layers."""
    gains = [layer.late_gain() for layer in layers]
    last = layers[0].history_[-1]
    return {
        "log_likelihood": {"value": last["log_likelihood"], "error": last["log_likelihood_error"]},
        "late_gain": gains[0],
        "converged": all(abs(gain.value) + 2 * gain.error < CONVERGED for gain in gains),
    }


def _training_states(inputs: Inputs, artefacts: Artefacts) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Training and held-out states, flat."""
    data: xr.Dataset = only(artefacts, "training")
    held_out: xr.Dataset = only(artefacts, "ensemble")
    sites = data.sizes["x"] * data.sizes["y"]
    if inputs["training_set"] == "critical":
        return data["critical"].values.reshape(-1, sites), states_at(held_out, 1.0).reshape(-1, sites)
    if inputs["training_set"] == "grid":
        return data["grid"].values.reshape(-1, sites), held_out["test"].values.reshape(-1, sites)
    raise InputError(f"training_set must be 'grid' or 'critical', got {inputs['training_set']!r}")
