"""Tables of others: whatever holds columns of numbers, as columns by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from spinlens.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import xarray as xr

Table: TypeAlias = "pd.DataFrame | xr.Dataset | Mapping[str, npt.ArrayLike] | str | os.PathLike[str]"
"""A DataFrame, a Dataset (every combination of its coordinates is a row), a dict of columns, or a CSV file's path."""


def columns_of(data: Any, wanted: str) -> dict[str, Any]:
    """The columns of a `Table`, as they are; `wanted` says in messages what it should hold.

    Raises
    ------
    InputError : it is no table, or a file that cannot be read.

    Examples
    --------
    >>> columns_of({"L": [8, 16]}, "sizes")
    {'L': [8, 16]}
    """
    if isinstance(data, str | os.PathLike):
        data = _from_csv(data)
    elif hasattr(data, "data_vars"):
        data = data.to_dataframe().reset_index()
    if hasattr(data, "columns") and hasattr(data, "to_dict"):  # a DataFrame
        return {str(name): data[name].to_numpy() for name in data.columns}
    if not isinstance(data, Mapping):
        raise InputError(
            f"data must be a table with columns {wanted}: a DataFrame, a dict of columns, a Dataset or the path of a "
            f"CSV file; got {type(data).__name__}"
        )
    return {str(name): column for name, column in data.items()}


def numbers(name: str, values: Any) -> npt.NDArray[np.float64]:
    """A column as floats (rows,), all of them finite.

    >>> numbers("L", [8, 16]).tolist()
    [8.0, 16.0]
    """
    try:
        column = np.atleast_1d(np.asarray(values, dtype=np.float64))
    except (TypeError, ValueError):
        raise InputError(f"the column {name} must hold numbers") from None
    if column.ndim != 1:
        raise InputError(f"the column {name} must have one number a row, got an array of shape {column.shape}")
    if not np.isfinite(column).all():
        bad = int(np.flatnonzero(~np.isfinite(column))[0])
        raise InputError(f"the column {name} is {column[bad]} in row {bad}: leave such rows, or the column, out")
    return column


def _from_csv(path: str | os.PathLike[str]) -> Any:
    import pandas as pd  # comes with xarray

    try:
        return pd.read_csv(path, comment="#", skipinitialspace=True)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {os.fspath(path)} as comma-separated columns with a heading: {error}") from None
