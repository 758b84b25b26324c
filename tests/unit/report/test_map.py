"""The map on the page of a study: drawn where there is one, of the numbers that the results hold."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import make, make_map
from spinlens.plot import style
from spinlens.report.answers.effects import effect_rows
from spinlens.report.answers.study import study_answer
from spinlens.report.figures import along_sigma, answer
from spinlens.report.pages.figure_files import illustrations
from spinlens.report.pages.study import render
from spinlens.study.claims import judge_all
from spinlens.study.claims.map_curves import map_document


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    found, _ = make_map()
    found["map"] = map_document(found)
    return found | {"claims": [dataclasses.asdict(verdict) for verdict in judge_all(found)]}


def test_a_map_has_a_panel_a_quantity_and_a_row_a_lattice(results: dict[str, Any]) -> None:
    with style.context():
        picture = along_sigma.illustration(results)
    assert len(picture.panels) == len(results["map"]["quantities"]) == 6
    assert picture.numbers is not None
    assert [row[0] for row in picture.numbers.rows] == ["σ = 0.8", "σ = 1.2", "σ = 3", "nearest neighbours"]
    assert [row[2] for row in picture.numbers.rows] == ["outside", "outside", "inside", "inside"]
    assert all(len(row) == len(picture.numbers.headings) for row in picture.numbers.rows)
    assert "learned map" in picture.panels[0].description
    assert "at nearest neighbours" in picture.panels[0].description


def test_it_stands_on_the_page_with_its_rule_and_statement(results: dict[str, Any]) -> None:
    page = render(results, {})
    assert 'href="#map"' in page
    assert "against 0.1" in page
    assert "Sak" not in page
    assert 0 < page.index('data-name="gap-effects"') < page.index('data-name="along-sigma"')


def test_a_study_of_two_lattices_has_none() -> None:
    two, _ = make(0)
    page = render(two, {})
    assert 'href="#map"' not in page
    assert 'data-name="along-sigma"' not in page
    drawn = illustrations(two, {}, ["along-sigma"])["along-sigma"]
    assert (drawn.panels, drawn.missing) == ((), ("three power laws or more",))


def test_the_first_screen_says_which_of_several_lattices_it_shows(results: dict[str, Any]) -> None:
    with style.context():
        assert "Of the 2 long-range lattices of this study it is the first: power law σ = 0.8." in (
            answer.illustration(results).caption
        )
    rows = effect_rows(results)
    of = {claim: [row.of for row in rows[k : k + first.rows]] for k, first in enumerate(rows) if (claim := first.claim)}
    assert [text.partition(": ")[0] for text in of["D"]] == ["power law σ = 0.8", "power law σ = 1.2"]
    assert [text.partition(",")[0] for text in of["B"]][::2] == ["nearest neighbour", "power law σ = 3"]
    assert study_answer(results).facts[1].note.endswith(", power law σ = 0.8")
