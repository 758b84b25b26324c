"""A training state in one safetensors file, never pickle, replaced in one step: used as it was written, or refused.

Its metadata hold what the training is (options, a fingerprint of the data) and a checksum of everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.errors import ArtefactError, InputError
from spinlens.files.bound_folder import as_json, difference
from spinlens.files.packed_states import PackedStates
from spinlens.machines.files import storage
from spinlens.machines.files.packed import States

FORMAT = 2
_ROWS = 2**16  # states whose bits are hashed at once


@dataclass(frozen=True)
class StateFile:
    """Where the state of one training is kept.

    `about` (JSON-able) is what the training is: options, and fingerprints of data and start. `seconds` is the least
    time between two writes.
    """

    path: Path
    about: Mapping[str, Any]
    seconds: float = 20.0

    def keep(self, arrays: storage.Arrays, numbers: Mapping[str, Any]) -> None:
        """Save arrays and JSON-able numbers."""
        document = json.dumps({"format": FORMAT, "about": self.about, **numbers})
        storage.write_file(self.path, arrays, {"state": document, "checksum": checksum(arrays, document)})

    def kept(self) -> tuple[storage.Arrays, dict[str, Any]]:
        """What `keep` saved for the same `about`.

        Raises `ArtefactError` for a damaged or foreign file, `InputError` for one of other options or other data.
        """
        arrays, found = self._document()
        if changes := difference(found["about"], as_json(self.about)):
            raise InputError(
                f"the training state {self.path} belongs to another training: {changes}; give the same options and "
                "data to go on, or another checkpoint"
            )
        return arrays, found

    def fill(self, expected: storage.Arrays, arrays: storage.Arrays) -> None:
        """Overwrite the arrays of a fresh state, whose shapes are those that are expected."""
        if more := set(arrays) - set(expected):
            raise ArtefactError(f"the training state {self.path} has an array {min(more)!r} too many")
        for name, target in expected.items():
            if name not in arrays or arrays[name].shape != target.shape or arrays[name].dtype != target.dtype:
                raise ArtefactError(f"the training state {self.path} lacks an array {name!r} of shape {target.shape}")
            target[...] = arrays[name]

    def _document(self) -> tuple[storage.Arrays, dict[str, Any]]:
        arrays, metadata = storage.read_file(self.path)
        try:
            document = metadata["state"]
            if metadata["checksum"] != checksum(arrays, document):
                raise ArtefactError(f"the training state {self.path} fails its checksum: delete it to train anew")
            found: dict[str, Any] = json.loads(document)
            if found["format"] != FORMAT:
                raise ArtefactError(
                    f"the training state {self.path} is of format {found['format']}: delete it to train anew"
                )
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise ArtefactError(f"{self.path} holds no training state ({error}): delete it to train anew") from None
        return arrays, found


def fingerprint(data: States) -> str:
    """A hash of states, the same for packed and unpacked ones."""
    digest = hashlib.blake2b(repr(tuple(data.shape)).encode(), digest_size=16)
    for first in range(0, len(data), _ROWS):
        part = data.bits[first : first + _ROWS] if isinstance(data, PackedStates) else data[first : first + _ROWS]
        bits = part if isinstance(data, PackedStates) else np.packbits(np.asarray(part) > 0, axis=1)
        digest.update(np.ascontiguousarray(bits).data)
    return digest.hexdigest()


def checksum(arrays: storage.Arrays, document: str) -> str:
    """Of everything in the file."""
    digest = hashlib.sha256(document.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()
