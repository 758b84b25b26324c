"""Tables of others: what is understood, and what is refused with a sentence that says what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from spinlens.criticality.own_data.columns import read_columns
from spinlens.errors import InputError

TABLE = {"L": [8, 16], "T": [2.2, 2.3], "m2": [0.5, 0.4], "m2_error": [0.01, 0.02]}


def test_frames_dicts_datasets_and_files_are_one(tmp_path):
    frame = pd.DataFrame(TABLE)
    path = tmp_path / "means.csv"
    path.write_text("# of a program\n" + frame.to_csv(index=False))
    grid = xr.Dataset(
        {"m2": (("L", "T"), [[0.5, 0.4]]), "m2_error": (("L", "T"), [[0.1, 0.2]])}, {"L": [8], "T": [2, 3]}
    )
    for data in (TABLE, frame, path, str(path)):
        found = read_columns(data)
        assert {name: column.tolist() for name, column in found.items()} == TABLE
    rows = read_columns(grid)
    assert (rows["T"].tolist(), rows["m2"].tolist()) == ([2, 3], [0.5, 0.4])


def test_other_spellings_and_units():
    found = read_columns({
        "size": [8, 16], "beta": [0.5, 0.4], "U4": [0.6, 0.5], "U4_err": [0.1, 0.1], "xi": [6.0, 12.0],
        "xi_err": [0.8, 0.8], "note": ["a", "b"],
    })  # fmt: skip
    assert found["T"].tolist() == [2.0, 2.5]
    assert set(found) == {"L", "T", "binder", "binder_error", "xi_over_L", "xi_over_L_error"}
    np.testing.assert_allclose(found["xi_over_L"], 0.75)
    np.testing.assert_allclose(found["xi_over_L_error"], [0.1, 0.05])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"L": None}, "a column L with the linear size is needed; the table has T, m2"),
        ({"T": None}, "one column of T and beta is needed"),
        ({"beta": [1, 1]}, "one column of T and beta is needed"),
        ({"U4": [0, 0], "binder": [0, 0]}, "the columns binder and U4 say the same"),
        ({"m2": [0.5, np.nan]}, "the column m2 is nan in row 1"),
        ({"m2": ["a", "b"]}, "the column m2 must hold numbers"),
        ({"m2": [[1, 2], [3, 4]]}, "one number a row"),
        ({"m2": [0.5]}, "columns differ in length"),
        ({"T": [0.0, 1.0]}, "the column T must be above 0"),
        ({"L": [8.5, 16]}, "whole numbers"),
        ({"xi": [0.9, 0.9]}, "if it holds ξ/L, call it xi_over_L"),
        ({"xi": [9.0, 9.0], "xi_over_L": [1, 1]}, "leave one out"),
    ],
)
def test_what_is_refused(change, words):
    table = {name: column for name, column in {**TABLE, **change}.items() if column is not None}
    with pytest.raises(InputError, match=words):
        read_columns(table)


def test_no_table_at_all(tmp_path):
    with pytest.raises(InputError, match="a DataFrame, a dict of columns, a Dataset or the path"):
        read_columns(np.zeros(3))
    with pytest.raises(InputError, match="cannot read"):
        read_columns(tmp_path / "none.csv")
