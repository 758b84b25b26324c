"""Training state on disk: after a kill, training goes on from the last epoch saved and ends with the same bits."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import checks
from spinlens.files.atomic import make_folder
from spinlens.machines.files import storage
from spinlens.machines.files.packed import States
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.training.state import TrainingState, start
from spinlens.machines.training.state_file import StateFile, fingerprint
from spinlens.machines.units.parameters import Layer


class TrainingFile(StateFile):
    """The state of the training of one RBM."""

    def write(self, state: TrainingState) -> None:
        """Save a training state."""
        numbers = {
            "epoch": state.epoch,
            "updates": state.updates,
            "averaged": state.averaged,
            "history": state.history,
            "best_likelihood": None if math.isinf(state.best_likelihood) else state.best_likelihood,
            "without_gain": state.without_gain,
            "stopped": state.stopped,
        }
        self.keep(_arrays(state), numbers)

    def read(self, recipe: Recipe, n_visible: int, n_samples: int) -> TrainingState:
        """The state that `write` saved for the same `about`; errors as of `kept`."""
        arrays, found = self.kept()
        state = start(recipe, n_visible, n_samples)
        if any(name.startswith("best.") for name in arrays):
            state.best = state.parameters.copy()
        self.fill(_arrays(state), arrays)
        state.epoch, state.updates, state.history = found["epoch"], found["updates"], found["history"]
        state.averaged = found["averaged"]
        state.without_gain, state.stopped = found["without_gain"], found["stopped"]
        state.best_likelihood = -math.inf if found["best_likelihood"] is None else found["best_likelihood"]
        return state


def training_file(
    path: str | Path,
    seconds: float,
    options: Mapping[str, Any],
    data: States,
    held_out: States | None,
    start: Layer | None,
) -> TrainingFile:
    """The file of the training with these options, on these states, from this start."""
    about = {**options, "X": fingerprint(data), "validation": None if held_out is None else fingerprint(held_out)}
    about["start"] = None if start is None else fingerprint_of(start)
    target = Path(path)
    make_folder(target.parent)  # before the training, not after its first epoch
    return TrainingFile(target, about, checks.seconds("checkpoint_seconds", seconds))


def fingerprint_of(machine: Layer) -> str:
    """A hash of the parameters of a machine."""
    digest = hashlib.blake2b(digest_size=16)
    for array in (machine.weights_, machine.visible_bias_, machine.hidden_bias_):
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _arrays(state: TrainingState) -> storage.Arrays:
    arrays: storage.Arrays = {f"memory.{number}": part for number, part in enumerate(state.memory)}
    if state.chains is not None:
        arrays["chains"] = state.chains
    for prefix, parameters in (("", state.parameters), ("average.", state.average), ("best.", state.best)):
        if parameters is not None:
            arrays |= {prefix + name: part for name, part in zip(storage.PARAMETERS, parameters, strict=True)}
    return arrays
