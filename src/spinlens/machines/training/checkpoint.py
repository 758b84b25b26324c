"""Training state on disk: after a kill, training goes on from the last epoch saved and ends with the same bits.

One safetensors file, never pickle, replaced in one step. Its metadata hold the options of the training, a fingerprint
of the data and a checksum of everything, so that a file is either used as it was written or refused.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import checks
from spinlens.errors import ArtefactError, InputError
from spinlens.files.atomic import make_folder
from spinlens.files.bound_folder import as_json, difference
from spinlens.files.packed_states import PackedStates
from spinlens.machines.files import storage
from spinlens.machines.files.packed import States
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.training.state import TrainingState, start
from spinlens.machines.units.parameters import Layer

FORMAT = 2
_ROWS = 2**16  # states whose bits are hashed at once


@dataclass(frozen=True)
class TrainingFile:
    """Where the state of one training is kept.

    `about` (JSON-able) is what the training is: options, and fingerprints of data and start. `seconds` is the least
    time between two writes.
    """

    path: Path
    about: Mapping[str, Any]
    seconds: float = 20.0

    def write(self, state: TrainingState) -> None:
        """Save a training state."""
        arrays = _arrays(state)
        document = json.dumps(
            {
                "format": FORMAT,
                "about": self.about,
                "epoch": state.epoch,
                "updates": state.updates,
                "averaged": state.averaged,
                "history": state.history,
                "best_likelihood": None if math.isinf(state.best_likelihood) else state.best_likelihood,
                "without_gain": state.without_gain,
                "stopped": state.stopped,
            }
        )
        storage.write_file(self.path, arrays, {"state": document, "checksum": _checksum(arrays, document)})

    def read(self, recipe: Recipe, n_visible: int, n_samples: int) -> TrainingState:
        """The state that `write` saved for the same `about`.

        Raises `ArtefactError` for a damaged or foreign file, `InputError` for one of other options or other data.
        """
        arrays, found = self._document()
        if changes := difference(found["about"], as_json(self.about)):
            raise InputError(
                f"the training state {self.path} belongs to another training: {changes}; give the same options and "
                "data to go on, or another checkpoint"
            )
        state = start(recipe, n_visible, n_samples)
        self._fill(state, arrays)
        state.epoch, state.updates, state.history = found["epoch"], found["updates"], found["history"]
        state.averaged = found["averaged"]
        state.without_gain, state.stopped = found["without_gain"], found["stopped"]
        state.best_likelihood = -math.inf if found["best_likelihood"] is None else found["best_likelihood"]
        return state

    def _document(self) -> tuple[storage.Arrays, dict[str, Any]]:
        arrays, metadata = storage.read_file(self.path)
        try:
            document = metadata["state"]
            if metadata["checksum"] != _checksum(arrays, document):
                raise ArtefactError(f"the training state {self.path} fails its checksum: delete it to train anew")
            found: dict[str, Any] = json.loads(document)
            if found["format"] != FORMAT:
                raise ArtefactError(
                    f"the training state {self.path} is of format {found['format']}: delete it to train anew"
                )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise ArtefactError(f"{self.path} holds no training state ({error}): delete it to train anew") from None
        return arrays, found

    def _fill(self, state: TrainingState, arrays: storage.Arrays) -> None:
        """Overwrite the arrays of a fresh state, whose shapes are those that are expected."""
        if any(name.startswith("best.") for name in arrays):
            state.best = state.parameters.copy()
        expected = _arrays(state)
        if more := set(arrays) - set(expected):
            raise ArtefactError(f"the training state {self.path} has an array {min(more)!r} too many")
        for name, target in expected.items():
            if name not in arrays or arrays[name].shape != target.shape or arrays[name].dtype != target.dtype:
                raise ArtefactError(f"the training state {self.path} lacks an array {name!r} of shape {target.shape}")
            target[...] = arrays[name]


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


def fingerprint(data: States) -> str:
    """A hash of states, the same for packed and unpacked ones."""
    digest = hashlib.blake2b(repr(tuple(data.shape)).encode(), digest_size=16)
    for first in range(0, len(data), _ROWS):
        part = data.bits[first : first + _ROWS] if isinstance(data, PackedStates) else data[first : first + _ROWS]
        bits = part if isinstance(data, PackedStates) else np.packbits(np.asarray(part) > 0, axis=1)
        digest.update(np.ascontiguousarray(bits).data)
    return digest.hexdigest()


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


def _checksum(arrays: storage.Arrays, document: str) -> str:
    digest = hashlib.sha256(document.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()
