"""The picture of the first screen: T* of blocks and of the learned layer, instrument by instrument."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import Case, make
from spinlens.plot import style
from spinlens.report.figures.answer import draw_zeros, illustration, zeros
from spinlens.study.claims import judge_all

INSTRUMENTS = ["energy", "|m|", "ξ", "G(r)", "pseudo-likelihood"]


@pytest.fixture
def results() -> dict[str, Any]:
    results, _ = make(0, Case(), Case(fixed="none"))
    return results | {"claims": [dataclasses.asdict(verdict) for verdict in judge_all(results)]}


def test_what_the_verdict_reads_is_drawn(results: dict[str, Any]) -> None:
    """Zeros of the panel are those that claim E takes, every instrument once; the dense stack is no part of it."""
    found = zeros(results["models"]["power-law"])
    (claim,) = [claim for claim in results["claims"] if claim["id"] == "E"]
    read = {e["name"].rpartition(" by ")[2]: e["value"] for e in claim["effects"] if "power law" in e["subject"]}
    with style.context():
        figure = draw_zeros(found)
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == INSTRUMENTS
    drawn = {
        name: found["learned"][key].estimate.value - found["majority"][key].estimate.value
        for key, name in zip(found["learned"], INSTRUMENTS, strict=True)
    }
    assert drawn == pytest.approx(read)
    assert not figure.axes[0].texts


def test_a_bound_is_an_arrow_and_said_to_be_one(results: dict[str, Any]) -> None:
    model = results["models"]["power-law"]
    for entry in model["fixed_points"]:
        if (entry["flow"], entry["instrument"]) == ("learned", "energy"):
            entry.update(value=None, error=None, above=1.2, below=None)
    with style.context():
        picture = illustration(results)
        figure = draw_zeros(zeros(model))
    assert len(figure.axes[0].texts) == 1
    assert "≥ 1.2" in picture.panels[-1].description
    assert picture.numbers is not None
    assert [row[3].startswith("≥ 1.2") for row in picture.numbers.rows].count(True) == 1


def test_without_a_learned_layer_there_is_no_panel(results: dict[str, Any]) -> None:
    model = results["models"]["power-law"]
    model["fixed_points"] = [entry for entry in model["fixed_points"] if entry["flow"] != "learned"]
    with style.context():
        assert len(illustration(results).panels) == 1
