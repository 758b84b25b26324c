"""Methods and glossary: every number is that of the study, and what a study lacks is not spoken of."""

from __future__ import annotations

from typing import Any

import pytest

from spinlens.report.methods import glossary, methods, recipe_words
from spinlens.study.definition.toml_file import load_study
from spinlens.study.results_document import entries, section


@pytest.fixture(scope="module")
def study() -> dict[str, Any]:
    return {"study": load_study("standard").model_dump(mode="json", exclude_none=True), "claims": [{"id": "A"}]}


def test_the_numbers_are_those_of_the_study(study: dict[str, Any]) -> None:
    lattices, machines, flows, layers, rules = methods(study)
    scan = study["study"]["criticality"]
    assert f"L = {', '.join(map(str, scan['sizes']))}, {scan['points']} temperatures a size" in lattices
    assert f"{scan['draws']:,} sweeps each".replace(",", "\u202f") in lattices
    assert f"{study['study']['machines']['seeds']} machines each" in machines
    assert f"followed for {study['study']['flows']['steps']} steps" in flows
    assert f"{study['study']['coarse']['states']:,} states".replace(",", "\u202f") in layers
    assert "T_end within 2% of T_c" in rules


def test_every_recipe_has_words(study: dict[str, Any]) -> None:
    recipes = entries(section(study["study"], "machines"), "recipes")
    words = glossary(study)
    assert {recipe["name"] for recipe in recipes} <= set(words)
    assert words["cd1-critical"] == "Recipe: CD-1, on states at T_c, 4000 updates, plain gradient."


def test_what_is_missing_is_not_spoken_of() -> None:
    assert methods({}) == []
    assert methods({"study": {"flows": {"samples": 5}}})[0].startswith("Flows v → h → v′ of 5 states")
    assert recipe_words({}) == "CD-1, on the grid “None”, plain gradient"
