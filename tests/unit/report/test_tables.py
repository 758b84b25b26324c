"""Tables: numbers as physicists print them, dashes for what is missing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from spinlens.report import tables

TABLES = [tables.crossings, tables.thermometers, tables.machines, tables.transients, tables.published]


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ({"value": -1.43366, "error": 0.0005}, "−1.4337(5)"),
        ({"value": 2.269185, "error": 0.0}, "2.269185"),
        ({"value": 1.5, "error": math.nan}, "1.5 (no error)"),
        ({"value": math.nan, "error": 0.1}, "–"),
        ({"value": "2.3", "error": 0.1}, "–"),
        (None, "–"),
    ],
)
def test_estimate(entry: object, text: str) -> None:
    assert tables.estimate(entry) == text


def test_critical_shows_measured_beside_reference() -> None:
    model = {
        "critical": {"temperature": {"value": 2.28, "error": 0.01}, "delta_spin": None},
        "reference": {"temperature": {"value": 2.27, "error": 0.0, "source": "Onsager"}},
    }
    rows = tables.critical(model).rows
    assert rows[0] == ("T_c / J", "2.280(10)", "2.27", "+1.0", "Onsager")
    assert rows[1] == ("Δ_s", "–", "–", "–", "no value known to us")


@pytest.mark.parametrize("make_table", TABLES)
def test_every_row_has_a_cell_for_each_heading(make_table: Callable[..., Any], made_up_study: Any) -> None:
    table = make_table(made_up_study(0)[0]["models"]["power-law"])
    assert table.rows
    assert {len(row) for row in table.rows} == {len(table.headings)}
    assert make_table({}).rows == ()


def test_evidence() -> None:
    items = [
        {"label": "T", "value": 2.28, "error": 0.01, "reference": 2.27, "note": "ok"},
        {"label": "seeds", "value": 3.0, "error": None, "reference": 5.0, "note": ""},
    ]
    assert tables.evidence(items).rows == (("T", "2.280(10)", "2.27", "ok"), ("seeds", "3", "5", ""))
