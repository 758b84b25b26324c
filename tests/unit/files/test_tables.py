"""Whatever holds a table, as columns by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from spinlens.errors import InputError
from spinlens.files.tables import columns_of, numbers


def test_every_holder_gives_the_same_columns(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    (tmp_path / "table.csv").write_text("# a comment\na, b\n1, 3\n2, 4\n")
    rows = xr.Dataset({"b": ("a", [3.0, 4.0])}, {"a": [1.0, 2.0]})
    for held in (frame, dict(frame), rows, tmp_path / "table.csv", str(tmp_path / "table.csv")):
        found = columns_of(held, "a and b")
        assert {name: list(column) for name, column in found.items()} == {"a": [1, 2], "b": [3, 4]}


def test_what_is_no_table_is_said(tmp_path):
    with pytest.raises(InputError, match=r"a table with columns a and b: a DataFrame, .*; got ndarray"):
        columns_of(np.zeros(3), "a and b")
    with pytest.raises(InputError, match=r"cannot read .*none\.csv as comma-separated"):
        columns_of(tmp_path / "none.csv", "a")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(InputError, match="cannot read"):
        columns_of(tmp_path / "empty.csv", "a")


def test_numbers_are_finite_and_one_a_row():
    assert numbers("a", [1, 2]).tolist() == [1.0, 2.0]
    assert numbers("a", 3).tolist() == [3.0]
    for values, words in (
        ([1, np.inf], "the column a is inf in row 1"),
        (["x"], "must hold numbers"),
        ([[1], [2]], "one number a row, got an array of shape \\(2, 1\\)"),
    ):
        with pytest.raises(InputError, match=words):
            numbers("a", values)
