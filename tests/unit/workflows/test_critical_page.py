"""What the page of a critical point says of it, with a coupling and without one."""

from __future__ import annotations

import dataclasses
import re

import pytest

from spinlens import NearestNeighbour, find_critical_point
from spinlens.workflows.critical_page import known_of, remarks, rows, write_page


@pytest.fixture(scope="module")
def point():
    return find_critical_point(NearestNeighbour(), (4, 6, 8), draws=1500, points=3, seed=1)


def test_a_row_says_what_was_measured_beside_what_is_known(point):
    headings, *others = rows(point)
    assert headings[1:] == ("measured", "statistical", "systematic", "crossings", "known", "source")
    table = {row[0]: row for row in others}
    assert list(table)[:4] == ["T_c", "delta_s", "delta_eps", "U4"]
    assert table["T_c"][1] == str(point.temperature)
    assert table["T_c"][5].startswith("2.269185")
    assert table["delta_s"][5] == "0.125"


def test_remarks_say_how_well_the_fit_describes_the_data_and_which_class_it_assumes(point):
    fit, kind, check = remarks(point)
    assert fit.startswith(f"fit: chi2 = {point.quality.chi2:.1f}")
    assert kind.startswith("class: short-range")
    assert check.removeprefix("WARNING: ") == point.check.text
    assert "assumed: mean-field" in remarks(dataclasses.replace(point, regime="mean-field"))
    assert remarks(dataclasses.replace(point, notes=("no more is known",)))[-1] == "no more is known"


def test_the_page_has_all_figures_and_the_coupling_in_its_title(point, tmp_path):
    write_page(point, tmp_path / "point.html")
    text = (tmp_path / "point.html").read_text()
    (title,) = re.findall("<title>(.*)</title>", text)
    assert str(point.temperature) in title
    assert "for the nearest-neighbour lattice in 2D" in title
    assert text.count("<svg") >= 8
    bare = dataclasses.replace(point, curves={}, coupling_document={})
    write_page(bare, tmp_path / "bare.html")
    assert "for the lattice that was given in 2D" in (tmp_path / "bare.html").read_text()
    assert (tmp_path / "bare.html").stat().st_size < (tmp_path / "point.html").stat().st_size


def test_tables_have_a_unit_of_their_own(point):
    """A known T_c stands beside a table only where it is near; dimensions have no unit."""
    table = dataclasses.replace(point, made_from="table")
    assert known_of(table).temperature == known_of(point).temperature
    other = dataclasses.replace(table, temperature=4 * point.temperature)
    assert known_of(other).temperature is None
    assert known_of(other).delta_spin == known_of(point).delta_spin
