"""Spins as bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from spinlens.errors import ArtefactError
from spinlens.files.bits import pack_spins, unpack_spins


@given(
    arrays.arrays(np.int8, arrays.array_shapes(min_dims=2, max_dims=4, max_side=5), elements=st.sampled_from([-1, 1]))
)
@settings(max_examples=50, deadline=None)
def test_packing_is_exact(spins):
    bits = pack_spins(spins)
    assert bits.shape[-1] == -(-spins.shape[-1] * spins.shape[-2] // 8)
    np.testing.assert_array_equal(unpack_spins(bits, spins.shape[-2:]), spins)


@pytest.mark.parametrize("sides", [(9, 9), (3, 3), (0, 8)])
def test_bits_of_another_lattice_are_refused(sides):
    with pytest.raises(ArtefactError, match="do not make a lattice"):
        unpack_spins(pack_spins(np.ones((2, 5, 5), dtype=np.int8)), sides)
