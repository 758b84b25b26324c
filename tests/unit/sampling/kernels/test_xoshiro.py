"""The random generator against the program of its authors."""

from __future__ import annotations

import numpy as np

from spinlens.sampling.kernels.xoshiro import random_words


def test_xoshiro_known_answer():
    """First words of xoshiro256++ from the state 1, 2, 3, 4, as the authors' reference program gives them."""
    state, out = np.array([1, 2, 3, 4], dtype=np.uint64), np.empty(5, dtype=np.uint64)
    random_words(state, out)
    assert out.tolist() == [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]
