"""Payloads as bytes and back: netCDF for labelled arrays, safetensors for plain ones, JSON for the rest.

The same payload gives the same bytes (no times, no random identifiers), and reading never runs code: no pickle, no
objects, and no more memory than the size of the file allows for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens.arrays import AnyArray
from spinlens.errors import ArtefactError
from spinlens.files.netcdf import dataset_bytes, dataset_from_bytes
from spinlens.files.plain import plain
from spinlens.study.definition.tasks import FORMAT

if TYPE_CHECKING:
    import xarray as xr

SUFFIXES = (".nc", ".safetensors", ".json")


@dataclass(frozen=True)
class Arrays:
    """Named arrays (of numbers or bool) with JSON-able notes: weights of a machine, calibration curves."""

    arrays: Mapping[str, AnyArray]
    attrs: Mapping[str, Any] = field(default_factory=dict)


Payload = Any
"""`Arrays`, `xarray.Dataset`, a mapping of names to arrays (read back as `Arrays`), or JSON-able data."""


def encode(payload: Payload, about: Mapping[str, Any] | None = None) -> tuple[str, bytes]:
    """File suffix and bytes of a payload; `about` (JSON-able: task, seed, versions) is kept inside.

    In JSON payloads dataclasses become dicts, NumPy numbers and arrays become numbers and lists, and a number that is
    not finite becomes null: JSON has no NaN and no infinity.
    """
    header = {"format": FORMAT, **(about or {})}
    if isinstance(payload, Arrays):
        return ".safetensors", _encode_arrays(payload, header)
    if isinstance(payload, dict) and payload and all(isinstance(item, np.ndarray) for item in payload.values()):
        return ".safetensors", _encode_arrays(Arrays(payload), header)
    if type(payload).__module__.split(".")[0] == "xarray":
        return ".nc", dataset_bytes(payload, {"spinlens": _compact(header)})
    document = {"spinlens": header, "payload": plain(payload)}
    return ".json", (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def decode(suffix: str, data: bytes, origin: str = "artefact") -> Payload:
    """The payload of bytes made by `encode`; spins come back as int8 ±1. Raises `ArtefactError` on anything else."""
    return opened(suffix, data, origin)[1]


def opened(suffix: str, data: bytes, origin: str = "artefact") -> tuple[dict[str, Any], Payload]:
    """What is kept about the payload of bytes, and the payload as `decode` has it."""
    if suffix not in SUFFIXES:
        raise ArtefactError(f"{origin} is of an unknown kind {suffix!r}; expected one of {', '.join(SUFFIXES)}")
    try:
        header, payload = {".nc": _decode_dataset, ".safetensors": _decode_arrays, ".json": _decode_json}[suffix](data)
    except ArtefactError:
        raise
    except Exception as error:  # whatever a damaged or hostile file provokes in the readers
        raise ArtefactError(f"{origin} cannot be read: {type(error).__name__}: {str(error)[:200]}") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ArtefactError(f"{origin} has header {str(header)[:80]!r}; this spinlens reads format {FORMAT}")
    return header, payload


def _encode_arrays(payload: Arrays, header: Mapping[str, Any]) -> bytes:
    from safetensors.numpy import save

    tensors = {name: np.asarray(array, order="C") for name, array in sorted(payload.arrays.items())}
    notes = {"about": header, "attrs": plain(payload.attrs)}  # one entry only: safetensors does not keep their order
    return save(tensors, metadata={"spinlens": _compact(notes)})


def _decode_arrays(data: bytes) -> tuple[dict[str, Any], Arrays]:
    from safetensors.numpy import load

    length = int.from_bytes(data[:8], "little")
    if length > len(data) - 8:
        raise ArtefactError(f"header of {length} bytes in a file of {len(data)}")
    notes = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["spinlens"])
    return notes["about"], Arrays(load(data), notes["attrs"])


def _decode_dataset(data: bytes) -> tuple[dict[str, Any], xr.Dataset]:
    dataset = dataset_from_bytes(data)
    header = dataset.attrs.pop("spinlens")
    return (json.loads(header) if isinstance(header, str) else header), dataset


def _decode_json(data: bytes) -> tuple[dict[str, Any], Any]:
    document = json.loads(data)
    return document["spinlens"], document["payload"]


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
