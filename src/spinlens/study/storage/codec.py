"""Payloads as bytes and back: netCDF for labelled arrays, safetensors for plain ones, JSON for the rest.

The same payload gives the same bytes (no times, no random identifiers), and reading never runs code: no pickle, no
objects, and no more memory than the size of the file allows for.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray
from spinlens.errors import ArtefactError
from spinlens.files.plain import plain
from spinlens.study.definition.tasks import FORMAT
from spinlens.study.storage import hdf5_guard

if TYPE_CHECKING:
    import xarray as xr

SUFFIXES = (".nc", ".safetensors", ".json")
_SITES = ("x", "y", "z")
_LONGEST_TEXT = 60_000  # bytes: HDF5 holds attributes of less than 64 KiB


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
    return payload


def pack_spins(spins: AnyArray, site_axes: int = 2) -> npt.NDArray[np.uint8]:
    """Spins (..., *sites) of ±1 as bits (..., ceil(N/8)): bit 1 is spin +1, sites in C order.

    >>> pack_spins(np.array([[1, -1, -1], [-1, -1, -1], [-1, -1, 1]], dtype=np.int8)).tolist()
    [128, 128]
    """
    leading = spins.shape[: spins.ndim - site_axes]
    return np.packbits(spins.reshape(*leading, math.prod(spins.shape[spins.ndim - site_axes :])) > 0, axis=-1)


def unpack_spins(bits: npt.NDArray[np.uint8], sides: tuple[int, ...]) -> npt.NDArray[np.int8]:
    """Inverse of `pack_spins`: int8 ±1 of shape (..., *sides).

    >>> unpack_spins(np.array([128, 128], dtype=np.uint8), (3, 3)).tolist()
    [[1, -1, -1], [-1, -1, -1], [-1, -1, 1]]
    """
    n_sites = math.prod(sides)
    if bits.dtype != np.uint8 or min(sides) < 1 or bits.shape[-1] != -(-n_sites // 8):
        raise ArtefactError(f"{bits.shape[-1]} bytes of spins do not make a lattice of {sides}")
    unpacked = np.unpackbits(bits, axis=-1, count=n_sites).astype(np.int8)
    return (2 * unpacked - 1).reshape(*bits.shape[:-1], *sides)


def dataset_bytes(dataset: xr.Dataset, attrs: Mapping[str, str] | None = None) -> bytes:
    """A Dataset as netCDF-4 bytes, ±1 int8 variables whose last dimensions are x, y, z with one bit a site."""
    packed = dataset.drop_encoding()
    for name, variable in dataset.variables.items():
        sites = tuple(dim for dim in variable.dims if dim in _SITES)
        if sites and variable.dtype == np.int8 and variable.dims[-len(sites) :] == sites and _only_signs(variable):
            bits = pack_spins(variable.values, len(sites))
            sides = [int(size) for size in variable.shape[-len(sites) :]]
            notes = {
                "long_name": f"{name}, one bit a site (1 is +1), numpy.packbits over ({', '.join(sites)})",
                "site_dims": " ".join(sites),
                "sides": np.array(sides),
                "spin_attrs": _compact(plain(variable.attrs)),
            }
            packed = packed.drop_vars(str(name))
            packed[f"{name}_bits"] = ((*variable.dims[: -len(sites)], f"{name}_byte"), bits, notes)
    packed.attrs = {**_native(dataset.attrs), **(attrs or {})}
    return _netcdf(packed)


def _netcdf(dataset: xr.Dataset) -> bytes:
    """A Dataset in the netCDF-4 form that xarray reads.

    Not by ``Dataset.to_netcdf``, which takes a lock of the cluster when a Dask worker calls it.
    """
    import h5netcdf
    from xarray.conventions import cf_encoder, encode_dataset_coordinates

    for variable in dataset.variables.values():
        variable.attrs = _native(variable.attrs)
        variable.encoding = {"_FillValue": None}
    variables, attributes = cf_encoder(*encode_dataset_coordinates(dataset))
    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        file.dimensions = {str(name): int(size) for name, size in dataset.sizes.items()}
        for name, variable in variables.items():
            dims, values, attrs = variable.dims, np.asarray(variable.values), variable.attrs
            if values.dtype.kind in "UO":
                values = _characters(values)
                dims, attrs = (*dims, f"string{values.shape[-1]}"), {**attrs, "_Encoding": "utf-8"}
                file.dimensions.setdefault(dims[-1], values.shape[-1])
            target = file.create_variable(str(name), dims, values.dtype, values)
            target.attrs.update({key: _fixed(value) for key, value in attrs.items()})
        file.attrs.update({key: _fixed(value) for key, value in attributes.items()})
    return buffer.getvalue()


def _characters(texts: AnyArray) -> AnyArray:
    """Texts (...) as bytes of UTF-8 (..., longest), in the form of netCDF that needs no heap of the file."""
    encoded = np.array([text.encode() for text in texts.flat], dtype=bytes)
    width = max(1, encoded.itemsize)
    return encoded.astype(f"S{width}").view("S1").reshape(*texts.shape, width)


def _fixed(value: Any) -> Any:
    """An attribute without free length; a text too long for HDF5 to hold it so stays as it is."""
    import h5py

    if not isinstance(value, str) or len(text := value.encode()) > _LONGEST_TEXT:
        return value
    return np.array(text, dtype=h5py.string_dtype("utf-8", max(2, len(text))))  # one character is read as bytes


def dataset_from_bytes(data: bytes) -> xr.Dataset:
    """The Dataset of `dataset_bytes` (or of any netCDF-4 file), spins unpacked."""
    import h5py
    import xarray as xr

    with h5py.File(io.BytesIO(data), "r") as file:  # what is no HDF5 at all is refused here without noise
        hdf5_guard.inspect(file, data)
    with xr.open_dataset(io.BytesIO(data), engine="h5netcdf", lock=False) as lazy:
        if lazy.nbytes > hdf5_guard.allowance(len(data)):
            raise ArtefactError(f"a file of {len(data)} bytes claims to hold arrays of {lazy.nbytes} bytes")
        dataset = lazy.load().drop_encoding()
    texts = {name: variable.astype(str) for name, variable in dataset.variables.items() if variable.dtype.kind == "O"}
    dataset = dataset.assign({name: variable for name, variable in texts.items() if name not in dataset.coords})
    dataset = dataset.assign_coords({name: variable for name, variable in texts.items() if name in dataset.coords})
    for name in [str(item) for item in dataset.data_vars if str(item).endswith("_bits")]:
        bits = dataset[name]
        sites, sides = str(bits.attrs["site_dims"]).split(), tuple(map(int, np.atleast_1d(bits.attrs["sides"])))
        spins = unpack_spins(bits.values, sides)
        attrs = json.loads(bits.attrs["spin_attrs"])
        dataset = dataset.drop_vars(name)
        dataset[name.removesuffix("_bits")] = ((*bits.dims[:-1], *sites), spins, attrs)
    for variable in dataset.variables.values():
        variable.attrs = _from_native(variable.attrs)
    dataset.attrs = _from_native(dataset.attrs)
    return dataset


def _encode_arrays(payload: Arrays, header: Mapping[str, Any]) -> bytes:
    from safetensors.numpy import save

    tensors = {name: np.array(array, order="C") for name, array in sorted(payload.arrays.items())}
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


def _only_signs(variable: xr.Variable) -> bool:
    return variable.size > 0 and bool(np.all(np.abs(variable.values) == 1))


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _native(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Attributes that netCDF can hold; bool, None, lists, dicts and empty text travel as JSON in one of them."""
    native: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for key, value in attrs.items():
        value = value.item() if isinstance(value, np.generic) else value
        simple = isinstance(value, int | float | np.ndarray) and not isinstance(value, bool)
        (native if simple or (isinstance(value, str) and value) else others)[str(key)] = value
    return {**native, **({"json_attrs": _compact(plain(others))} if others else {})}


def _from_native(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    result = {str(key): value.item() if isinstance(value, np.generic) else value for key, value in attrs.items()}
    others = result.pop("json_attrs", "{}")
    return {**result, **json.loads(others)}
