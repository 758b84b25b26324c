"""The same Dataset gives the same bytes, whoever looks on."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import numpy as np
import xarray as xr

from spinlens.files.netcdf import dataset_bytes

DATA = xr.Dataset(
    {"energy": (("temperature", "draw"), np.ones((2, 5)))}, {"temperature": [1.0, 2.0], "draw": np.arange(5)}
)


def watched(dataset: xr.Dataset) -> bytes:
    """Bytes made while all frames, and so all objects of h5py, are held, as a profiler holds some."""
    held: list[FrameType] = []

    def hold(frame: FrameType, event: str, argument: Any) -> None:
        held.append(frame)

    before = sys.getprofile()
    sys.setprofile(hold)
    try:
        return dataset_bytes(dataset)
    finally:
        sys.setprofile(before)


def test_a_profiler_that_holds_what_is_written_changes_no_byte() -> None:
    assert watched(DATA) == dataset_bytes(DATA)
