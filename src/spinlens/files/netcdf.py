"""Datasets as netCDF-4 bytes and back, states of ±1 with one bit a site.

The same Dataset gives the same bytes (no times, no random identifiers), and reading takes no more memory than the size
of the file allows for.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens.arrays import AnyArray
from spinlens.errors import ArtefactError
from spinlens.files import hdf5_guard
from spinlens.files.bits import only_signs, pack_spins, unpack_spins
from spinlens.files.formats import BITS, SITES
from spinlens.files.plain import plain

if TYPE_CHECKING:
    import xarray as xr

_LONGEST_TEXT = 60_000  # bytes: HDF5 holds attributes of less than 64 KiB


def dataset_bytes(dataset: xr.Dataset, attrs: Mapping[str, str] | None = None) -> bytes:
    """A Dataset as netCDF-4 bytes, ±1 int8 variables whose last dimensions are x, y, z with one bit a site."""
    packed = dataset.drop_encoding()
    for name, variable in dataset.variables.items():
        sites = tuple(dim for dim in variable.dims if dim in SITES)
        if (
            sites
            and variable.dtype == np.int8
            and variable.dims[-len(sites) :] == sites
            and only_signs(variable.values)
        ):
            bits = pack_spins(variable.values, len(sites))
            sides = [int(size) for size in variable.shape[-len(sites) :]]
            notes = {
                "long_name": f"{name}, one bit a site (1 is +1), numpy.packbits over ({', '.join(sites)})",
                "site_dims": " ".join(sites),
                "sides": np.array(sides),
                "spin_attrs": _compact(plain(variable.attrs)),
            }
            packed = packed.drop_vars(str(name))
            packed[f"{name}{BITS}"] = ((*variable.dims[: -len(sites)], f"{name}_byte"), bits, notes)
    packed.attrs = {**_native(dataset.attrs), **(attrs or {})}
    return _netcdf(packed)


def _netcdf(dataset: xr.Dataset) -> bytes:
    """A Dataset in the netCDF-4 form that xarray reads.

    Not by ``Dataset.to_netcdf``, which takes a lock of the cluster when a Dask worker calls it. Space that HDF5 frees
    is not used again: h5netcdf replaces the scale of each coordinate, and whether the old one is free by then depends
    on who still holds it, such as the profiler of a Dask worker.
    """
    import h5netcdf
    from xarray.conventions import cf_encoder, encode_dataset_coordinates

    for variable in dataset.variables.values():
        variable.attrs = _native(variable.attrs)
        variable.encoding = {"_FillValue": None}
    variables, attributes = cf_encoder(*encode_dataset_coordinates(dataset))
    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w", fs_strategy="none") as file:
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
    with xr.open_dataset(io.BytesIO(data), engine="h5netcdf", phony_dims="access", lock=False) as lazy:
        if lazy.nbytes > hdf5_guard.allowance(len(data)):
            raise ArtefactError(f"a file of {len(data)} bytes claims to hold arrays of {lazy.nbytes} bytes")
        dataset = lazy.load().drop_encoding()
    return _as_given(dataset)


def _as_given(dataset: xr.Dataset) -> xr.Dataset:
    """What was loaded from a file as it was before it was written: texts, spins and attributes."""
    dataset = with_texts(dataset)
    for name, (dims, sides, attrs) in packed_spins(dataset).items():
        spins = unpack_spins(dataset[name].values, sides)
        dataset = dataset.drop_vars(name)
        dataset[name.removesuffix(BITS)] = (dims, spins, attrs)
    return with_attributes(dataset)


def packed_spins(dataset: xr.Dataset) -> dict[str, tuple[tuple[str, ...], tuple[int, ...], dict[str, Any]]]:
    """Of every variable of bits the dimensions, sides and attributes of the spins that it holds."""
    found = {}
    for name in [str(item) for item in dataset.data_vars if str(item).endswith(BITS)]:
        bits = dataset[name]
        dims = (*map(str, bits.dims[:-1]), *str(bits.attrs["site_dims"]).split())
        sides = tuple(map(int, np.atleast_1d(bits.attrs["sides"])))
        found[name] = dims, sides, dict(json.loads(bits.attrs["spin_attrs"]))
    return found


def with_texts(dataset: xr.Dataset) -> xr.Dataset:
    """Texts as arrays of them and not of objects."""
    texts = {name: variable.astype(str) for name, variable in dataset.variables.items() if variable.dtype.kind == "O"}
    dataset = dataset.assign({name: variable for name, variable in texts.items() if name not in dataset.coords})
    return dataset.assign_coords({name: variable for name, variable in texts.items() if name in dataset.coords})


def with_attributes(dataset: xr.Dataset) -> xr.Dataset:
    """All attributes as they were before they were written; in place."""
    for variable in dataset.variables.values():
        variable.attrs = _from_native(variable.attrs)
    dataset.attrs = _from_native(dataset.attrs)
    return dataset


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
