"""What the page of a critical point says of it, with a coupling and without one."""

from __future__ import annotations

import dataclasses

import pytest

from spinlens import NearestNeighbour, find_critical_point
from spinlens.workflows.critical_page import remarks, rows, write_page


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
    assert "<title>spinlens: nearest-neighbour, 2 dimensions</title>" in text
    assert {f"Figure {k}" for k in range(1, 6)} <= {text[at : at + 8] for at in range(len(text) - 8)}
    bare = dataclasses.replace(point, curves={}, coupling_document={})
    write_page(bare, tmp_path / "bare.html")
    assert "own data, 2 dimensions" in (tmp_path / "bare.html").read_text()
    assert (tmp_path / "bare.html").stat().st_size < (tmp_path / "point.html").stat().st_size
