"""Records of a flow by step, and what is no trajectory."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.lattice.trajectory import Trajectory

LEVELS = tuple(np.full((5, L, L), L, dtype=np.int8) for L in (8, 4, 2))


def test_records_are_found_by_step_not_by_place() -> None:
    path = Trajectory("halved", (0, 3, 5), LEVELS)
    assert len(path) == 3
    assert path.shapes == ((8, 8), (4, 4), (2, 2))
    assert path.at(3) is LEVELS[1]
    assert [(step, states[0, 0, 0]) for step, states in path.records()] == [(0, 8), (3, 4), (5, 2)]
    with pytest.raises(InputError, match="step 1 was not recorded"):
        path.at(1)


def test_steps_rise_and_each_has_its_states() -> None:
    with pytest.raises(InputError, match="one array a step"):
        Trajectory("halved", (0, 3), LEVELS)
    with pytest.raises(InputError, match="must rise"):
        Trajectory("halved", (0, 3, 3), LEVELS)
