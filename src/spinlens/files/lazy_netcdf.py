"""netCDF and other HDF5 files opened without being read: states come from their bits when they are asked for."""

from __future__ import annotations

import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import xarray as xr
from xarray.backends import BackendArray
from xarray.core import indexing

from spinlens.arrays import AnyArray
from spinlens.errors import ArtefactError
from spinlens.files import hdf5_guard
from spinlens.files.bits import unpack_spins
from spinlens.files.formats import BITS
from spinlens.files.netcdf import dataset_from_bytes, packed_spins, with_attributes, with_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 2**24  # bytes of a file that is read whole, so that it stays open no longer
_SMALL = 2**20  # bytes of a variable that is read on opening


def open_dataset(path: Path) -> xr.Dataset:
    """The Dataset in a netCDF-4 file, or the arrays of any HDF5 file, with spins of ±1 that take an eighth of a byte.

    Large files stay open until the Dataset is closed, and what is in them is read when it is used. What HDF5 cannot be
    trusted to read is refused (`hdf5_guard`); of large files the numbers themselves are not searched for it.
    """
    if path.stat().st_size <= _AT_ONCE:
        return dataset_from_bytes(path.read_bytes())
    _inspect(path)
    lazy = xr.open_dataset(path, engine="h5netcdf", phony_dims="access")
    if lazy.nbytes > hdf5_guard.allowance(path.stat().st_size):
        lazy.close()
        raise ArtefactError(f"{path} claims to hold arrays of {lazy.nbytes} bytes")
    small = {name: variable.load() for name, variable in lazy.data_vars.items() if variable.nbytes <= _SMALL}
    dataset = with_texts(lazy.assign(small))
    for name, (dims, sides, attrs) in packed_spins(dataset).items():
        spins = indexing.LazilyIndexedArray(_Unpacked(dataset[name].variable, sides))
        dataset = dataset.drop_vars(name).assign({name.removesuffix(BITS): xr.Variable(dims, spins, attrs)})
    dataset = with_attributes(dataset)
    dataset.set_close(lazy.close)
    return dataset


class _Unpacked(BackendArray):
    """Spins (…, *sides) of a variable of bits (…, bytes), unpacked where they are indexed."""

    def __init__(self, bits: xr.Variable, sides: tuple[int, ...]) -> None:
        self.bits, self.sides = bits, sides
        self.shape, self.dtype = (*bits.shape[:-1], *sides), np.dtype(np.int8)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._unpacked)

    def _unpacked(self, key: tuple[Any, ...]) -> AnyArray:
        leading = len(self.shape) - len(self.sides)
        rows = self.bits[key[:leading]].values
        spins = unpack_spins(rows, self.sides)
        axes = [f"axis_{k}" for k in range(spins.ndim)]
        return np.asarray(xr.Variable(axes, spins)[(..., *key[leading:])].values)


def _inspect(path: Path) -> None:
    with (
        open(path, "rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        h5py.File(path, "r") as file,
    ):
        hdf5_guard.inspect(file, content, sorted(_stretches(file)))


def _stretches(file: h5py.File) -> Iterator[tuple[int, int]]:
    """First byte and byte after the last of the numbers of every array, in one piece or in chunks."""
    arrays: list[h5py.Dataset] = []
    file.visititems(lambda _, item: arrays.append(item) if isinstance(item, h5py.Dataset) else None)
    for array in arrays:
        chunks: list[Any] = []
        if array.chunks is not None and hasattr(array.id, "chunk_iter"):  # HDF5 1.12.3 and later
            array.id.chunk_iter(chunks.append)
        yield from ((chunk.byte_offset, chunk.byte_offset + chunk.size) for chunk in chunks)
        if (begin := array.id.get_offset()) is not None:
            yield begin, begin + array.id.get_storage_size()
