"""The types of arrays, each name once; shapes stand in the docstrings of what takes and gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
AnyArray = npt.NDArray[Any]
Single = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]
Labels = npt.NDArray[np.int32]

Spins = npt.NDArray[np.int8]
"""States of ±1."""

Fields = npt.NDArray[Any]
"""Spins as int8, or real numbers on the sites of a lattice as float64, such as block averages."""

Sites = npt.NDArray[np.uint32]
"""Numbers of sites; unsigned, so that kernels need no test for negative indices."""

Flags = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]
"""64 bits at a time: spins of 64 replicas, or random numbers."""
