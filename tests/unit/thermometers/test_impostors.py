"""States at no temperature keep what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import SpinsError
from spinlens.lattice.couplings import PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.impostors import halves, shuffled
from truths import drawn


def test_made_up_states_keep_what_they_promise() -> None:
    cold, hot = (drawn(IsingModel((4, 4), PowerLaw(1.2)), T, 400, 0) for T in (4.5, 9.5))
    mixed = shuffled(cold, seed=1)
    assert np.array_equal(mixed.sum(axis=(1, 2)), cold.sum(axis=(1, 2)))
    assert not np.array_equal(mixed, cold)
    both = halves(cold, hot)
    assert np.array_equal(both[:, :2], cold[:, :2])
    assert np.array_equal(both[:, 2:], hot[:, 2:])
    with pytest.raises(SpinsError, match="one lattice"):
        halves(cold, np.ones((3, 5, 5)))
    with pytest.raises(SpinsError, match="n_samples"):
        shuffled([1, -1, 1])
