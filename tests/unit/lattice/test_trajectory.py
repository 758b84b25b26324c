"""Records of a flow by step, and what is no trajectory."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import ArtefactError, InputError
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


def flowed():
    spins = np.where(np.random.default_rng(0).random((6, 4, 4)) < 0.5, 1, -1).astype(np.int8)
    return Trajectory("average", (0, 2), (spins, spins.reshape(6, 2, 2, 2, 2).mean(axis=(2, 4))))


def test_it_says_its_records():
    assert repr(flowed()) == "Trajectory(average: 2 records of 6 states, 4×4 → 2×2)"
    assert [line.split() for line in str(flowed()).splitlines()[-2:]] == [["0", "4×4", "±1"], ["2", "2×2", "real"]]
    assert repr(Trajectory("none", (), ())) == "Trajectory(none: 0 records)"


def test_it_comes_back_from_its_file(tmp_path):
    flowed().save(tmp_path / "flow.npz")
    back = Trajectory.load(tmp_path / "flow.npz")
    assert (back.name, back.steps) == ("average", (0, 2))
    for mine, theirs in zip(flowed().states, back.states, strict=True):
        np.testing.assert_array_equal(mine, theirs)
        assert mine.dtype == theirs.dtype


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ArtefactError, match="cannot read"):
        Trajectory.load(tmp_path / "missing.npz")
    np.savez(tmp_path / "other.npz", spins=np.ones(3))
    (tmp_path / "text.npz").write_text("no archive")
    for name in ("other.npz", "text.npz"):
        with pytest.raises(ArtefactError, match="no trajectory"):
            Trajectory.load(tmp_path / name)
