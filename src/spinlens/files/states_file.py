"""Files that hold states, of whatever format: opened without being read."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.errors import ArtefactError, InputError, SpinlensError
from spinlens.files.formats import HDF5, NPY, PACKED, STATE_FILES, ZIP, beginning
from spinlens.files.lazy_netcdf import open_dataset
from spinlens.files.packed_states import open_packed


def open_states(path: Path) -> Any:
    """A Dataset, an array mapped into memory, an archive of arrays or packed states, by what the file begins with.

    Raises
    ------
    InputError
        No such file, or no file of states.
    ArtefactError
        A damaged file.
    """
    head = beginning(path)
    try:
        if head.startswith(HDF5):
            return open_dataset(path)
        if head.startswith(NPY):
            return np.load(path, mmap_mode="r", allow_pickle=False)
        if head.startswith(ZIP):
            return _archive(path)
        if PACKED.encode() in head:
            return open_packed(path)
    except SpinlensError:
        raise
    except Exception as error:  # whatever a damaged or foreign file provokes in the readers
        raise ArtefactError(f"{path} cannot be read: {type(error).__name__}: {str(error)[:200]}") from None
    raise InputError(f"{path} holds no states: states are read from {STATE_FILES}")


def _archive(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        others = [name for name in archive.namelist() if not name.endswith(".npy")]
    if others:
        raise InputError(f"{path} is an archive of other things than arrays, such as {others[0]}: unpack it first")
    return np.load(path, allow_pickle=False)
