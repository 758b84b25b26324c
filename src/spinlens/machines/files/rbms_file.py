"""Machines in the HDF5 files of the package rbms, whose units are 0 and 1.

With v = (1 + s)/2 and h = (1 + t)/2 their energy −a·v − b·h − vᵀWh is, up to a constant, that of ±1 units s and t with
the weights W/4 and the biases a/2 + Σ_a W_ia/4 and b/2 + Σ_i W_ia/4.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from spinlens.arrays import Array, Single, Spins
from spinlens.errors import ArtefactError
from spinlens.files.atomic import make_folder, write_file
from spinlens.machines.units.parameters import Layer

if TYPE_CHECKING:
    import h5py

SUFFIXES = (".h5", ".hdf5")
"""Of files that are written in this form; they are read whatever their name is."""

_NAMES = ("weight_matrix", "vbias", "hbias")
_UPDATE = "update_"
_CHAINS = 100


class Sampled(Layer, Protocol):
    """A machine of one layer."""

    def sample(self, n: int) -> Spins:
        """States of its own."""


def read(path: Path) -> tuple[str, dict[str, Any], dict[str, Array]]:
    """Kind, settings and arrays of the machine after the last update in a file of rbms, float64 of ±1 units."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            weights, visible, hidden = _last(file, path)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise ArtefactError(f"{path} holds no machine of rbms ({error}): expected update_N/params in it") from None
    if weights.ndim != 2 or (visible.shape, hidden.shape) != ((weights.shape[0],), (weights.shape[1],)):
        raise ArtefactError(f"{path} holds no machine of binary units: its weights are {weights.shape}")
    arrays = {
        "weights": weights / 4,
        "visible_bias": visible / 2 + weights.sum(axis=1) / 4,
        "hidden_bias": hidden / 2 + weights.sum(axis=0) / 4,
    }
    return "rbm", {"parameters": {"n_hidden": weights.shape[1], "biases": True}, "history": []}, arrays


def _last(file: h5py.File, path: Path) -> list[Array]:
    kind = file["model_type"].asstr()[()] if "model_type" in file else "BBRBM"
    if kind != "BBRBM":
        raise ArtefactError(f"{path} holds a machine of kind {kind}; only BBRBM, with binary units, has ±1 ones")
    numbers = [int(name.removeprefix(_UPDATE)) for name in file if name.startswith(_UPDATE)]
    if not numbers:
        raise ArtefactError(f"{path} holds no machine of rbms: expected groups update_N in it")
    update = file[f"{_UPDATE}{max(numbers)}"]
    parameters = update.get("params", update)
    return [np.asarray(parameters[name][()], dtype=np.float64) for name in _NAMES]


def write(path: Path, machine: Sampled) -> None:
    """The machine as rbms reads it, after one update, with a hundred states of its own as chains to go on from."""
    import h5py

    stream, parameters = io.BytesIO(), _binary(machine)
    with h5py.File(stream, "w") as file:
        file["model_type"] = "BBRBM"
        file["parallel_chains"] = (machine.sample(_CHAINS) > 0).astype(np.float32)
        for name, value in {"batch_size": 100, "gibbs_steps": 1, "learning_rate": 0.01, "L1": 0.0, "L2": 0.0}.items():
            file[f"hyperparameters/{name}"] = value  # rbms reads these names; they say nothing of this machine
        update = file.create_group(f"{_UPDATE}1")
        update["time"] = 0.0
        for name, array in parameters.items():
            update[f"params/{name}"] = array
    make_folder(path.parent)
    write_file(path, stream.getvalue())


def _binary(machine: Layer) -> dict[str, Single]:
    """Weights and biases of units 0 and 1."""
    weights = machine.weights_.astype(np.float64)
    visible, hidden = machine.visible_bias_ - weights.sum(axis=1), machine.hidden_bias_ - weights.sum(axis=0)
    return {
        name: array.astype(np.float32)
        for name, array in zip(_NAMES, (4 * weights, 2 * visible, 2 * hidden), strict=True)
    }
