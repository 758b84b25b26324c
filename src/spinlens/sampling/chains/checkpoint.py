"""Checkpoints of a run: one file a chain, replaced in one step, checked whenever it is read.

    checkpoint.json                  the arguments of the run, compared before anything is read
    chain-<temperature>-<chain>.spl  a line "spinlens chain 2 <sha256>", then safetensors: arrays and, as JSON, numbers

A chain's run is determined by the arguments alone, so that any file written by any run of the same arguments is a valid
state of it: two processes on one folder do no harm. A file says whose state it holds, the run, the temperature and the
chain, and is not taken for that of another: folders may have been merged, or restored from a backup.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from spinlens.arrays import AnyArray
from spinlens.errors import CheckpointError
from spinlens.files.atomic import replace_file
from spinlens.files.bound_folder import BoundFolder, as_json, difference
from spinlens.files.formats import CHECKPOINT
from spinlens.files.regular import read_regular

FORMAT = 2


@dataclass(frozen=True)
class Snapshot:
    """What one chain needs to go on: named arrays, and numbers and words that JSON can hold."""

    arrays: Mapping[str, AnyArray]
    notes: Mapping[str, Any]


class CheckpointFolder:
    """The folder of one run; making the object creates the folder, or checks that it belongs to the same run.

    `made_with` are the makes that have worked on it, the last one last.
    """

    def __init__(self, path: str | os.PathLike[str], arguments: Mapping[str, Any]) -> None:
        bound = BoundFolder(path, CHECKPOINT, arguments, "draws and workers")
        self.path, self.made_with = bound.path, bound.made_with
        self._run = run_name(arguments)

    def save(self, temperature: int, chain: int, snapshot: Snapshot) -> None:
        """Replace the file of one chain, numbered by temperature and chain."""
        try:
            replace_file(self._file(temperature, chain), encode(snapshot, self._owner(temperature, chain)))
        except OSError as error:
            raise CheckpointError(f"cannot write the checkpoint {self.path}: {error.strerror or error}") from None

    def load(self, temperature: int, chain: int) -> Snapshot | None:
        """The last saved state of one chain, None where there is none; `CheckpointError` when it is damaged."""
        path = self._file(temperature, chain)
        try:
            return decode(read_regular(path, math.inf), str(path), self._owner(temperature, chain))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from None

    def _owner(self, temperature: int, chain: int) -> dict[str, Any]:
        return {"run": self._run, "temperature": temperature, "chain": chain}

    def _file(self, temperature: int, chain: int) -> Path:
        return self.path / f"chain-{temperature:04d}-{chain:04d}.spl"


def taken(arrays: Mapping[str, AnyArray], name: str, shape: tuple[int, ...], dtype: npt.DTypeLike) -> AnyArray:
    """The saved array of that name, shape and dtype; `CheckpointError` where it is another, or none.

    Kernels index without checks: what they are given must have the size that they go by.
    """
    found = arrays.get(name)
    if found is None or found.shape != shape or found.dtype != np.dtype(dtype):
        what = "no array" if found is None else f"an array {found.shape} of {found.dtype}"
        raise CheckpointError(f"the saved state has {what} in place of {name!r} {shape}; remove it to start over")
    return found


def run_name(arguments: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that name a run by its arguments."""
    return hashlib.sha256(json.dumps(as_json(arguments), sort_keys=True).encode()).hexdigest()[:12]


def encode(snapshot: Snapshot, owner: Mapping[str, Any]) -> bytes:
    """Bytes of a file with the state of `owner`, which names run and place."""
    arrays = {name: np.array(array, order="C") for name, array in sorted(snapshot.arrays.items())}
    body = save(arrays, metadata={"notes": json.dumps({"owner": owner, **snapshot.notes}, sort_keys=True)})
    return f"spinlens chain {FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode() + body


def decode(content: bytes, origin: str, owner: Mapping[str, Any]) -> Snapshot:
    """Inverse of `encode`; `CheckpointError` for anything that it did not write, and for the state of another owner.

    >>> content = encode(Snapshot({"a": np.arange(3)}, {"n": 2}), {"chain": 0})
    >>> decode(content, "a.spl", {"chain": 0}).notes
    {'n': 2}
    >>> decode(content, "a.spl", {"chain": 1})
    Traceback (most recent call last):
    spinlens.errors.CheckpointError: a.spl holds another state: chain was 0 and is 1; remove it to start over
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
        notes = json.loads(header["__metadata__"]["notes"])
        found, snapshot = notes.pop("owner"), Snapshot(load(body), notes)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{origin} cannot be read: {str(error)[:200]}; remove it to start over") from None
    if changes := difference(found, as_json(owner)):
        raise CheckpointError(f"{origin} holds another state: {changes}; remove it to start over")
    return snapshot
