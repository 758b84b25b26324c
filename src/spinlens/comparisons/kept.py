"""Finished machines and flows of a comparison on disk: complete or not there, and checked when read."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.errors import ArtefactError, StudyError
from spinlens.files import atomic
from spinlens.files.regular import read_regular
from spinlens.machines.rbm import RBM

Rows = dict[str, Any]


class KeptFlows:
    """`machines/NAME-KEY.safetensors` and `flows/NAME-KEY.json`; KEY is a hash of everything that determines it.

    Without a path nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        if path is None:
            return
        try:
            for part in ("machines", "flows"):
                (path / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StudyError(f"cannot make the folder {path}: {error.strerror or error}") from None

    def machine(self, name: str, key: str) -> RBM | None:
        """The machine, or None where there is none that can be read."""
        if self.path is None or not (file := self._machine(name, key)).exists():
            return None
        try:
            return RBM.load(file)
        except ArtefactError:
            return None

    def keep_machine(self, name: str, key: str, machine: RBM) -> None:
        """Write a machine, and remove its training state."""
        if self.path is not None:
            machine.save(self._machine(name, key))
            training = self.training(name, key)
            if training is not None:
                training.unlink(missing_ok=True)

    def training(self, name: str, key: str) -> Path | None:
        """Where the state of a training underway is kept."""
        return None if self.path is None else self.path / "machines" / f"{name}-{key}.training.safetensors"

    def flow(self, name: str, key: str) -> Rows | None:
        """The rows of a flow, or None where there are none, or damaged ones."""
        if self.path is None or not (file := self._flow(name, key)).exists():
            return None
        try:
            document = json.loads(read_regular(file))
            rows = document["rows"]
            return rows if document["checksum"] == _checksum(rows) else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_flow(self, name: str, key: str, rows: Rows) -> None:
        """Write the rows of a flow."""
        if self.path is not None:
            document = {"checksum": _checksum(rows), "rows": rows}
            atomic.replace_file(self._flow(name, key), json.dumps(document, allow_nan=False).encode())

    def _machine(self, name: str, key: str) -> Path:
        assert self.path is not None
        return self.path / "machines" / f"{name}-{key}.safetensors"

    def _flow(self, name: str, key: str) -> Path:
        assert self.path is not None
        return self.path / "flows" / f"{name}-{key}.json"


def key_of(*parts: Any) -> str:
    """Twelve hexadecimal digits that name JSON-able settings and arrays."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(_array_bytes(part) if isinstance(part, np.ndarray) else json.dumps(part, sort_keys=True).encode())
        digest.update(b";")
    return digest.hexdigest()[:12]


def _array_bytes(array: npt.NDArray[Any]) -> bytes:
    return f"{array.dtype.str}{array.shape}".encode() + np.ascontiguousarray(array).tobytes()


def _checksum(rows: Any) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True, allow_nan=False).encode()).hexdigest()
