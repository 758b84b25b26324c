"""Checkpoints of a run: one file a chain, replaced in one step, checked whenever it is read.

    checkpoint.json                  the arguments of the run, compared before anything is read
    chain-<temperature>-<chain>.spl  a line "spinlens chain 1 <sha256>", then safetensors: arrays and, as JSON, numbers

A chain's run is determined by the arguments alone, so that any file written by any run of the same arguments is a valid
state of it: two processes on one folder do no harm.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from spinlens.arrays import AnyArray
from spinlens.errors import CheckpointError
from spinlens.files.atomic import replace_file
from spinlens.files.bound_folder import BoundFolder
from spinlens.files.formats import CHECKPOINT

FORMAT = 1


@dataclass(frozen=True)
class Snapshot:
    """What one chain needs to go on: named arrays, and numbers and words that JSON can hold."""

    arrays: Mapping[str, AnyArray]
    notes: Mapping[str, Any]


class CheckpointFolder:
    """The folder of one run; making the object creates the folder, or checks that it belongs to the same run."""

    def __init__(self, path: str | os.PathLike[str], arguments: Mapping[str, Any]) -> None:
        self.path = BoundFolder(path, CHECKPOINT, arguments, "draws and workers").path

    def save(self, temperature: int, chain: int, snapshot: Snapshot) -> None:
        """Replace the file of one chain, numbered by temperature and chain."""
        try:
            replace_file(self._file(temperature, chain), encode(snapshot))
        except OSError as error:
            raise CheckpointError(f"cannot write the checkpoint {self.path}: {error.strerror or error}") from None

    def load(self, temperature: int, chain: int) -> Snapshot | None:
        """The last saved state of one chain, None where there is none; `CheckpointError` when it is damaged."""
        path = self._file(temperature, chain)
        try:
            return decode(path.read_bytes(), str(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from None

    def _file(self, temperature: int, chain: int) -> Path:
        return self.path / f"chain-{temperature:04d}-{chain:04d}.spl"


def encode(snapshot: Snapshot) -> bytes:
    """Bytes of one chain's file."""
    arrays = {name: np.array(array, order="C") for name, array in sorted(snapshot.arrays.items())}
    body = save(arrays, metadata={"notes": json.dumps(dict(snapshot.notes), sort_keys=True)})
    return f"spinlens chain {FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode() + body


def decode(content: bytes, origin: str = "checkpoint") -> Snapshot:
    """Inverse of `encode`; raises `CheckpointError` on anything that `encode` did not write.

    >>> decode(encode(Snapshot({"a": np.arange(3)}, {"n": 2}))).notes
    {'n': 2}
    """
    line, _, body = content.partition(b"\n")
    words = line[:200].split()
    if len(words) != 4 or words[:2] != [b"spinlens", b"chain"]:
        raise CheckpointError(f"{origin} is no chain of spinlens; remove it to start that chain over")
    if words[2] != str(FORMAT).encode():
        raise CheckpointError(
            f"{origin} is of format {words[2].decode(errors='replace')}, this spinlens reads {FORMAT}; "
            "continue with the version that wrote it, or remove it to start that chain over"
        )
    if words[3] != hashlib.sha256(body).hexdigest().encode():
        raise CheckpointError(f"{origin} is damaged (checksum); restore it, or remove it to start that chain over")
    try:
        header = json.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
        return Snapshot(load(body), json.loads(header["__metadata__"]["notes"]))
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"{origin} cannot be read: {str(error)[:200]}; remove it to start over") from None
