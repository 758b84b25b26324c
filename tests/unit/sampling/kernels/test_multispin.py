"""Vertical counters against plain sums."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.sampling.kernels.multispin import COUNTERS, count_lanes


@pytest.mark.parametrize("n", [1, 7, 8, 9, 1000])
def test_vertical_counters(n):
    words = np.random.default_rng(n).integers(0, 2**64, n, dtype=np.uint64)
    totals = np.empty(64)
    count_lanes(words, np.empty(COUNTERS, np.uint64), totals)
    np.testing.assert_array_equal(totals, [int(((words >> np.uint64(k)) & np.uint64(1)).sum()) for k in range(64)])
