"""A whole study of machines that hardly learn: nothing is decided from them, and the study says what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from spinlens import reproduce
from spinlens.study.results_document import entries

STUDY = Path(__file__).parents[1] / "data" / "lazy.toml"
UNJUDGED = ("undecided", "not assayed")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Half a minute on two cores: five machines of 36 units and their controls at L = 12, for both lattices."""
    return reproduce(str(STUDY), tmp_path_factory.mktemp("lazy") / "study", workers=2)


def test_nothing_is_decided_from_machines_that_hardly_learn(results: dict[str, Any]) -> None:
    outcomes = {claim["id"]: claim["outcome"] for claim in results["claims"]}
    assert list(outcomes) == ["A", "B", "C", "C′", "D", "E", "F", "G"]
    assert set(outcomes.values()) <= set(UNJUDGED)


def test_the_recipe_is_outside_and_a_learned_machine_is_missing(results: dict[str, Any]) -> None:
    claims = {claim["id"]: claim for claim in results["claims"]}
    for name in ("B", "C", "C′"):
        recipe = next(part for part in entries(claims[name], "parts") if part["subject"].endswith("hardly-trained"))
        assert recipe["found"] == "outside"
        assert "a learned machine is missing" in claims[name]["because"]
        assert "until their gap is below 10⁻³ nats a site" in claims[name]["decides"]


def test_the_controls_of_it_are_where_they_belong(results: dict[str, Any]) -> None:
    for name in ("B", "C", "C′"):
        parts = [p for c in results["claims"] if c["id"] == name for p in c["parts"] if p["stratum"] == "control"]
        found = {part["subject"].rsplit(", ", 1)[-1]: part["found"] for part in parts}
        assert found["exact"] != "outside"
        assert {found[kind] for kind in ("lazy", "geometry-free", "mean-field", "redrawn")} == {"outside"}
