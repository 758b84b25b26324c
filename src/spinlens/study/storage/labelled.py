"""Small Datasets as plain arrays: read and written in a hundredth of the time that netCDF takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from spinlens.files.plain import plain
from spinlens.study.storage.codec import Arrays


def as_arrays(data: xr.Dataset) -> Arrays:
    """A Dataset of numbers, with coordinates of numbers or texts, in the form that `as_dataset` takes back."""
    variables = {str(name): variable for name, variable in data.variables.items()}
    texts = {name: variable.values.tolist() for name, variable in variables.items() if variable.dtype.kind in "UO"}
    about = {
        "dims": {name: list(map(str, variable.dims)) for name, variable in variables.items()},
        "coords": [str(name) for name in data.coords],
        "texts": texts,
    }
    arrays = {name: np.asarray(variable.values) for name, variable in variables.items() if name not in texts}
    return Arrays(arrays, {"labels": about, **plain(data.attrs)})


def as_dataset(stored: Arrays) -> xr.Dataset:
    """The Dataset of `as_arrays`."""
    attrs: dict[str, Any] = dict(stored.attrs)
    about = attrs.pop("labels")
    values = {**stored.arrays, **{name: np.array(texts) for name, texts in about["texts"].items()}}
    variables = {name: (tuple(dims), values[name]) for name, dims in about["dims"].items()}
    coords = {name: variables.pop(name) for name in about["coords"]}
    return xr.Dataset(variables, coords, attrs)
