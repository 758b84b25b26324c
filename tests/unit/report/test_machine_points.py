"""Machines as points: effects with the margins of the rules, looks that are the same in all figures."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from spinlens.comparisons import gap
from spinlens.report.machine_points import EFFECTS, effects_of, end_temperatures, keys, looks, machine_points
from spinlens.study.claims import recipes


@pytest.fixture
def results(made_up_study: Any) -> dict[str, Any]:
    return copy.deepcopy(made_up_study(0)[0])


def test_all_effects_of_a_learned_machine_are_inside(results: dict[str, Any]) -> None:
    points = machine_points(results["models"]["power-law"])
    learned, published = (next(p for p in points if p.recipe == name) for name in ("learned", "cd1-critical"))
    assert list(learned.effects) == list(EFFECTS)
    assert all(effect.inside for effect in learned.effects.values())
    assert not any(effect.inside for effect in published.effects.values())
    assert learned.learned
    assert not published.learned


def test_margins_of_the_words_are_those_of_the_effects(results: dict[str, Any]) -> None:
    (point, *_) = machine_points(results["models"]["power-law"])
    assert {key: effect.margin for key, effect in point.effects.items()} == {k: v for k, (_, v) in EFFECTS.items()}


def test_a_chain_that_did_not_settle_has_no_effects(results: dict[str, Any]) -> None:
    model = results["models"]["power-law"]
    model["machines"][0]["end"]["settled"] = False
    assert effects_of(model, model["machines"][0]) == {}


def test_readings_out_of_range_are_left_out(results: dict[str, Any]) -> None:
    model = results["models"]["power-law"]
    model["machines"][0]["end"]["all"]["in_range"]["xi"] = False
    assert "xi" not in end_temperatures(model, model["machines"][0])
    assert end_temperatures({}, model["machines"][0]) == {}


def test_looks_tell_recipes_and_controls_apart(results: dict[str, Any]) -> None:
    found = looks(results)
    assert len({(look.color, look.marker) for look in found.values()}) == len(found)
    assert [name for name, look in found.items() if look.hollow] == ["lazy", "geometry-free", "mean-field", "redrawn"]
    assert [key.label for key in keys(found, ["learned", "exact"])] == ["learned", "exact (control)"]


def test_learned_means_the_same_to_rules_and_gaps() -> None:
    assert recipes.LEARNED == gap.LEARNED
