"""Recipes of a study file become options of machines, phase by phase."""

import pytest

from spinlens import RBM
from spinlens.study.definition.recipes import Phase, RecipeSection, StackSection, as_arguments
from spinlens.study.definition.toml_file import parse_study, to_toml

SISTER = {
    "hidden": 100, "persistent": True, "chains": 1, "optimizer": "adam", "learning_rate": 0.001, "epsilon": 0.01,
    "final_rate": 1.0, "biases": True, "initial_scale": 0.05, "batch_size": 100, "updates": 10_000,
}  # fmt: skip
"""reference/external.json: PCD-1 with one chain, Adam 0.001 with epsilon 0.01, constant, biases, 10,000 updates."""


def machine(options, hidden=144):
    return RBM(hidden, **as_arguments({name: value for name, value in options.items() if name != "updates"}))


def test_the_published_protocol_can_be_said():
    (options,) = RecipeSection(name="sister-code", **SISTER).options(10)
    assert options["updates"] == 10_000
    assert "epochs" not in options
    rbm = machine(options, 100)
    assert {name: getattr(rbm, name) for name in SISTER if name not in ("hidden", "updates")} == {
        name: value for name, value in SISTER.items() if name not in ("hidden", "updates")
    }
    assert rbm.torus is rbm.augment is None


def test_phases_change_what_they_name_and_keep_the_rest():
    phases = (Phase(updates=50), Phase(epochs=7, persistent=True, learning_rate=0.01, augment=False))
    first, second = RecipeSection(name="a", epochs=3, augment=True, l1=0.5, phases=phases).options(12)
    assert (first["updates"], first["persistent"], first["augment"], first["l1"]) == (50, False, [12, 12], 0.5)
    assert "epochs" not in first
    assert (second["epochs"], second["persistent"], second["augment"], second["l1"]) == (7, True, None, 0.5)
    assert "updates" not in second


@pytest.mark.parametrize(("options", "units"), [({}, 64), ({"torus": True}, 144), ({"torus": True, "stride": 2}, 36)])
def test_units_that_are_left_out(options, units):
    assert RecipeSection(name="a", **options).units(12, 64) == units
    assert RecipeSection(name="a", hidden=288, **options).units(12, 64) == 288


def test_a_length_is_always_there():
    assert RecipeSection(name="a").epochs == StackSection().epochs == 30
    assert RecipeSection(name="a", updates=5).epochs is None


def test_a_file_with_everything_survives_printing():
    phases = [{"persistent": "growing", "updates": 100}, {"damping": [1.0, 10.0], "optimizer": "natural"}]
    recipe = {"name": "a", "training_set": "warm", "torus": True, "stride": 2, "control": True, "phases": phases}
    grids = [{"name": "warm", "temperatures": [1.0, 1.1]}]
    controls = {"kinds": ["exact", "lazy"], "seeds": 2}
    study = parse_study({"ensembles": {"grids": grids}, "machines": {"recipes": [recipe]}, "controls": controls})
    text = to_toml(study)
    assert "[[machines.recipes.phases]]" in text
    import tomllib

    assert parse_study(tomllib.loads(text)) == study
