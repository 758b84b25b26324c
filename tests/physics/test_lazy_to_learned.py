"""Removing the fault makes it healthy: machines from lazily trained to learned, through the margins of the rules."""

from __future__ import annotations

import pytest

from spinlens.study.claims.couplings import coupling_effects
from spinlens.study.claims.effects import Effect, decide
from spinlens.study.claims.ends import end_effects
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.definition.toml_file import parse_study
from spinlens.workflows.reproduce import reproduce

TIED = {"training_set": "critical", "torus": True}
NATURAL = {
    "optimizer": "natural", "persistent": "growing", "learning_rate": 0.1, "final_rate": 0.1, "averaging": 0.4,
    "batch_size": 300, "initial_scale": 0.05,
}  # fmt: skip
RECIPES = [
    {"name": "lazy", **TIED, "updates": 600, "learning_rate": 5e-4, "final_rate": 1.0},
    {"name": "half", **TIED, "updates": 1200, "learning_rate": 3e-3},
    {"name": "learned", **TIED, **NATURAL, "updates": 3500, "seeds": 6, "ends": 4000},
]
STUDY = {
    "study": {"name": "lazy-to-learned", "version": 2},
    "models": [{"name": "power-law", "coupling": "power-law", "sigma": 1.2}],
    "criticality": {"sizes": [8, 12, 16], "draws": 20_000},
    "ensembles": {
        "size": 8, "temperatures": [0.0, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3], "thin": 8, "grids": [],
        "training": 50, "critical": 60_000, "calibration": 4000, "test": 10_000,
    },
    "machines": {"seeds": 4, "recipes": RECIPES},
    "controls": {"kinds": []},
    "stack": {"seeds": 0},
    "coarse": {"seeds": 0},
    "published": {"seeds": 0},
    "flows": {"steps": 2, "record": [0, 1, 2], "samples": 50, "ends": 2500, "starts": [], "rules": []},
    "thermometers": {"hidden": 4, "epochs": 1},
}  # fmt: skip
ENDS = ("T_end/T_c − 1 by ξ", "spread of the instruments / T_c", "D²", "Δ_s − Monte Carlo")
COUPLINGS = ("J_eff/(J/T) − 1 at r = 1",)


@pytest.fixture(scope="module")
def recipes(tmp_path_factory) -> dict[str, Recipe]:
    results = reproduce(parse_study(STUDY), tmp_path_factory.mktemp("study") / "out")
    return {recipe.name: recipe for recipe in trained(results["models"]["power-law"])}


def effects_of(recipe: Recipe) -> dict[str, Effect]:
    found = (*decide(end_effects(recipe))[1], *decide(coupling_effects(recipe))[1])
    return {effect.name: effect for effect in found}


@pytest.mark.parametrize("name", [*ENDS, *COUPLINGS])
def test_the_effect_shrinks_from_outside_its_margin_to_within_it(recipes, name):
    lazy, half, learned = (effects_of(recipes[recipe])[name] for recipe in ("lazy", "half", "learned"))
    assert lazy.side == "outside"
    assert learned.side != "outside"
    assert abs(lazy.value) > abs(half.value) > 2 * abs(learned.value)
    assert abs(learned.value) < learned.margin


def test_the_scaling_dimension_of_learned_machines_is_inside(recipes):
    assert effects_of(recipes["learned"])["Δ_s − Monte Carlo"].side == "inside"


def test_the_gap_says_which_machines_have_learned(recipes):
    assert [recipes[name].stratum for name in ("lazy", "half", "learned")] == ["not learned", "not learned", "learned"]
    gaps = [recipes[name].gap for name in ("lazy", "half", "learned")]
    assert gaps[0].value > gaps[1].value > 5 * gaps[2].value
