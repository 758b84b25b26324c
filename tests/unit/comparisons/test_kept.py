"""What is kept of a comparison: whole or not there, damage is found, keys name all that they are made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinlens.comparisons.kept import KeptFlows, key_of
from spinlens.errors import StudyError
from spinlens.machines.rbm import RBM

ROWS = {"readings": [{"step": 0, "temperature": 2.5}], "flows": [{"plateau": None}]}


def test_rows_come_back_as_they_were_and_not_under_another_key(tmp_path: Path) -> None:
    kept = KeptFlows(tmp_path)
    kept.keep_flow("exact", "a", ROWS)
    assert KeptFlows(tmp_path).flow("exact", "a") == ROWS
    assert kept.flow("exact", "b") is None


@pytest.mark.parametrize("damage", [
    lambda text: text.replace("2.5", "2.6"), lambda text: text[:-1], lambda text: "[]", lambda text: "\udcff",
])  # fmt: skip
def test_damaged_rows_are_as_none(tmp_path: Path, damage) -> None:
    kept = KeptFlows(tmp_path)
    kept.keep_flow("exact", "a", ROWS)
    (file,) = (tmp_path / "flows").iterdir()
    file.write_bytes(damage(file.read_text()).encode(errors="surrogateescape"))
    assert kept.flow("exact", "a") is None


def test_a_machine_comes_back_and_ends_its_training(tmp_path: Path) -> None:
    kept, machine = KeptFlows(tmp_path), RBM.from_weights(np.eye(4))
    training = kept.training("lattice", "a")
    assert training is not None
    training.write_bytes(b"underway")
    kept.keep_machine("lattice", "a", machine)
    found = kept.machine("lattice", "a")
    assert found is not None
    assert np.array_equal(found.weights_, machine.weights_)
    assert not training.exists()
    (file,) = (tmp_path / "machines").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert kept.machine("lattice", "a") is None


def test_without_a_folder_nothing_is_kept() -> None:
    kept = KeptFlows(None)
    kept.keep_flow("exact", "a", ROWS)
    kept.keep_machine("exact", "a", RBM.from_weights(np.eye(4)))
    assert kept.flow("exact", "a") is kept.machine("exact", "a") is kept.training("exact", "a") is None


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot make the folder"):
        KeptFlows(tmp_path / "file")


def test_keys_name_numbers_types_and_shapes() -> None:
    ones = np.ones((2, 3), dtype=np.int8)
    different = [ones, -ones, ones.T, ones.astype(np.int16), ones.tolist(), [1], [[1]], "1", 1]
    assert len({key_of(part) for part in different}) == len(different)
    assert key_of({"a": 1, "b": 2}, ones) == key_of({"b": 2, "a": 1}, ones[:, ::-1][:, ::-1])
    assert key_of("a", "b") != key_of("b", "a")
