"""Datasets as plain arrays and back."""

import numpy as np
import xarray as xr

from spinlens.study.storage.codec import decode, encode
from spinlens.study.storage.labelled import as_arrays, as_dataset


def test_a_dataset_comes_back_through_a_file():
    data = xr.Dataset(
        {"T": (("start", "step"), [[1.0, np.nan], [2.0, 3.0]]), "flag": ("start", np.array([0, 1], np.int8))},
        coords={"start": ["cold", "hot"], "step": [0, 10], "relative": ("step", [0.5, 1.5])},
        attrs={"T_c": 2.25, "flows": {"cold": [1, None]}},
    )
    assert as_dataset(decode(*encode(as_arrays(data)))).identical(data)
