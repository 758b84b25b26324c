"""Machines on disk: safetensors for the arrays and JSON for the settings, never pickle.

A path that ends in .safetensors is one file with the settings in its metadata; any other path is a folder with
`weights.safetensors` and `config.json`. Same machine, same bytes. Files that end in .h5 are those of the package rbms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.errors import ArtefactError
from spinlens.files import atomic
from spinlens.files.formats import CONFIG, HDF5, beginning
from spinlens.files.regular import read_regular, require_regular
from spinlens.machines.files import rbms_file

FORMAT = 1
PARAMETERS = ("weights", "visible_bias", "hidden_bias")
"""Names of W, b and c in files."""

_KEY = "spinlens"  # one metadata entry only: safetensors does not keep the order of several

Arrays = dict[str, npt.NDArray[Any]]


def write_file(path: Path, arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, str]) -> None:
    """Write one safetensors file with `metadata`, complete or not at all and with the same bytes each time."""
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    atomic.write_file(path, save(tensors, metadata={_KEY: json.dumps(dict(metadata), sort_keys=True)}))


def read_file(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and metadata of a file of `write_file`; anything else is an `ArtefactError`."""
    arrays, metadata = _tensors(path)
    if _KEY not in metadata:
        raise ArtefactError(f"{path} was not written by spinlens: its metadata have no {_KEY!r} entry")
    return arrays, _parse(path, metadata[_KEY])


def write(path: str | Path, kind: str, config: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write a machine of `kind` ("rbm", "stack"), through a temporary name."""
    from safetensors.numpy import save

    target = Path(path)
    document = json.dumps({"format": FORMAT, "kind": kind, **config}, sort_keys=True)
    tensors = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    if target.suffix == ".safetensors":
        atomic.make_folder(target.parent)
        atomic.write_file(target, save(tensors, metadata={_KEY: document}))
        return
    atomic.make_folder(target)
    atomic.write_file(target / CONFIG, document.encode())
    atomic.write_file(target / "weights.safetensors", save(tensors))


def read(path: str | Path) -> tuple[str, dict[str, Any], Arrays]:
    """Kind, settings and arrays of a machine written by `write`; anything else is an `ArtefactError`."""
    source = Path(path)
    if not source.exists():
        raise ArtefactError(f"no machine at {source}: give the file or folder that save() wrote")
    if source.is_dir():
        document = _document(source / CONFIG)
        arrays, _ = _tensors(source / "weights.safetensors")
    elif beginning(source).startswith(HDF5):
        return rbms_file.read(source)
    else:
        arrays, metadata = _tensors(source)
        if _KEY not in metadata:
            raise ArtefactError(f"{source} was not written by spinlens: its metadata have no {_KEY!r} entry")
        document = metadata[_KEY]
    config = _parse(source, document)
    if config.pop("format", None) != FORMAT:
        raise ArtefactError(f"{source} is not of format version {FORMAT}: write it again with this version")
    return str(config.pop("kind", "")), config, arrays


def tuples(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they were before JSON made lists of tuples."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in dict(settings).items()}


def parameters(source: object, arrays: Mapping[str, npt.NDArray[Any]], prefix: str = "") -> Arrays:
    """The three parameter arrays of one machine, checked: shapes that agree, floats, all finite."""
    missing = [prefix + name for name in PARAMETERS if prefix + name not in arrays]
    if missing:
        raise ArtefactError(f"{source} lacks the array {missing[0]!r}")
    found = {name: arrays[prefix + name] for name in PARAMETERS}
    weights = found["weights"]
    shapes = [array.shape for array in found.values()]
    if weights.ndim != 2 or 0 in weights.shape or shapes[1:] != [(weights.shape[0],), (weights.shape[1],)]:
        raise ArtefactError(f"{source} has arrays of shapes {shapes} that do not make a machine")
    for name, array in found.items():
        if array.dtype not in (np.float32, np.float64) or not bool(np.all(np.isfinite(array))):
            raise ArtefactError(f"{source}: {prefix + name!r} must hold finite float32 or float64 numbers")
    return found


def _tensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    try:
        require_regular(path)
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise ArtefactError(f"{path} is not a readable safetensors file ({error}); train or copy it again") from error


def _document(path: Path) -> str:
    try:
        return read_regular(path).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise ArtefactError(f"{path} cannot be read ({error})") from error


def _parse(source: Path, document: str) -> dict[str, Any]:
    try:
        config = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"the settings of {source} are not JSON ({error})") from error
    if not isinstance(config, dict):
        raise ArtefactError(f"the settings of {source} are not a JSON object")
    return config
