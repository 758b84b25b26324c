"""The tables of the pages say what the committed data say."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tables(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return lambda name: importlib.import_module(f"tables.{name}")


def rows(text):
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines()[2:]]


LAWS = {
    "autocorrelation": (), "sweeps": (), "critical_temperature": (), "temperature": (), "exponents": (),
    "flow_steps": (), "training": ("states",),
}  # fmt: skip


@pytest.mark.parametrize("law", LAWS)
def test_a_law_is_a_table_without_holes(tables, law):
    found = rows(getattr(tables("laws"), law)(*LAWS[law]))
    assert len(found) > 4
    assert not any("nan" in cell or cell == "" for row in found for cell in row)


def test_half_the_error_takes_four_times_the_sweeps(tables):
    first, second = (float(rows(tables("laws").sweeps(e))[0][-1].split("·")[0].replace(",", "")) for e in (2e-3, 1e-3))
    assert second == pytest.approx(4 * first, rel=0.1)


def test_a_power_is_found(tables):
    assert tables("laws").growth({8: 2.0, 16: 4.0, 32: 8.0}) == pytest.approx(1.0)


def test_numbers_print_as_physicists_print_them(tables):
    markdown = tables("markdown")
    assert [markdown.count(x) for x in (12_345, 1.26e7)] == ["12,000", "1.3·10⁷"]
    assert markdown.estimate({"value": 2.2692, "error": 0.0003}) == "2.2692(3)"
    assert markdown.estimate(None) == ""
    assert markdown.table(["a", "b"], [["|m|"]]).splitlines()[-1] == r"| \|m\| |  |"
