"""Checkpoints of a run: one file a chain, replaced in one step, checked whenever it is read.

    checkpoint.json                  the arguments of the run, compared before anything is read
    chain-<temperature>-<chain>.spl  a line "spinlens chain 1 <sha256>", then safetensors: arrays and, as JSON, numbers

A chain's run is determined by the arguments alone, so that any file written by any run of the same arguments is a valid
state of it: two processes on one folder do no harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
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

FORMAT = 1
ARGUMENTS = "checkpoint.json"
_STALE = 3600.0


@dataclass(frozen=True)
class Snapshot:
    """What one chain needs to go on: named arrays, and numbers and words that JSON can hold."""

    arrays: Mapping[str, AnyArray]
    notes: Mapping[str, Any]


class CheckpointFolder:
    """The folder of one run; making the object creates the folder, or checks that it belongs to the same run."""

    def __init__(self, path: str | os.PathLike[str], arguments: Mapping[str, Any]) -> None:
        self.path = Path(path)
        try:
            self.path.mkdir(exist_ok=True)
            self._sweep()
            known = self._arguments()
            if known is None:
                content = json.dumps(arguments, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
                replace_file(self.path / ARGUMENTS, content.encode())
        except OSError as error:
            raise CheckpointError(f"cannot write {self.path}: {error.strerror or error}") from None
        if known is not None:
            self._compare(known, json.loads(json.dumps(arguments)))

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

    def _sweep(self) -> None:
        """Remove what kills in the middle of a write have left; younger files may belong to a process at work."""
        for path in self.path.glob("*.partial"):
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _STALE:
                    path.unlink()

    def _arguments(self) -> dict[str, Any] | None:
        path = self.path / ARGUMENTS
        if not path.exists():
            if any(name.suffix != ".partial" for name in self.path.iterdir()):
                raise CheckpointError(f"{self.path} holds other files and is no checkpoint; give another path")
            return None
        try:
            known = json.loads(path.read_bytes())
        except ValueError:
            known = None
        if not isinstance(known, dict):
            raise CheckpointError(f"{path} is damaged; remove {self.path} to start the run over")
        return known

    def _compare(self, known: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
        different = [name for name in {**known, **asked} if known.get(name) != asked.get(name)]
        if different:
            changes = ", ".join(
                f"{name} was {_short(known.get(name))} and is {_short(asked.get(name))}" for name in different
            )
            raise CheckpointError(
                f"the checkpoint {self.path} belongs to another run: {changes}; give the arguments it was made with "
                "(draws and workers may change), give another path, or remove it"
            )


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


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
