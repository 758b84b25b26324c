"""The machines of a study: recipes, families, controls."""

from spinlens.study.definition.lineup import lineup
from spinlens.study.definition.toml_file import PRESETS, load_study, parse_study

RECIPES = [
    {"name": "tied", "torus": True},
    {"name": "a", "hidden": 30, "epochs": 5},
    {"name": "b", "hidden": 30, "epochs": 5, "training_set": "critical"},
    {"name": "c", "hidden": 30, "epochs": 6, "control": True},
]


def of(**changes):
    machines = {"machines": {"recipes": RECIPES, "seeds": 2}}
    return lineup(parse_study({**machines, **changes}))


def test_every_recipe_and_control_is_there():
    found = [(machine.recipe, machine.number) for machine in of(controls={"seeds": 2})]
    recipes = [(name, number) for name in ("tied", "a", "b", "c") for number in (0, 1)]
    controls = [(name, number) for name in ("lazy", "geometry-free", "mean-field", "redrawn") for number in (0, 1)]
    assert found == [*recipes, ("exact", 0), *controls]
    assert [machine.recipe for machine in of(controls={"kinds": []})] == [name for name, _ in recipes]


def test_a_recipe_may_have_another_number_of_machines():
    recipes = [{**RECIPES[0], "seeds": 3}, *RECIPES[1:]]
    found = [machine.recipe for machine in lineup(parse_study({"machines": {"recipes": recipes, "seeds": 2}}))]
    assert [found.count(name) for name in ("tied", "a", "b", "c")] == [3, 2, 2, 2]


def test_how_many_machines_there_are_makes_no_family():
    recipes = [*RECIPES[:2], {**RECIPES[2], "seeds": 5}]
    machines = lineup(parse_study({"machines": {"recipes": recipes, "seeds": 2}}))
    assert {machine.family for machine in machines if machine.recipe == "b"} == {"a"}


def test_families_differ_in_their_training_sets_alone():
    assert {machine.recipe: machine.family for machine in of()} == {
        "tied": "tied", "a": "a", "b": "a", "c": "c", "exact": "exact", "lazy": "lazy",
        "geometry-free": "geometry-free", "mean-field": "mean-field", "redrawn": "redrawn",
    }  # fmt: skip


def test_controls_are_trained_as_the_first_dense_recipe_or_as_another():
    machines = {machine.recipe: machine for machine in of()}
    assert machines["geometry-free"].options == machines["mean-field"].options == machines["a"].options
    assert {machines[name].hidden for name in ("lazy", "geometry-free", "redrawn")} == {30}
    like = {machine.recipe: machine for machine in of(controls={"like": "tied"})}
    assert like["mean-field"].options == like["tied"].options
    assert like["mean-field"].tied


def test_what_is_a_control_and_what_is_not():
    kinds = {machine.recipe: (machine.kind, machine.control) for machine in of()}
    assert kinds["a"] == ("trained", False)
    assert kinds["c"] == kinds["lazy"] == ("trained", True)
    assert (kinds["exact"], kinds["redrawn"]) == (("exact", True), ("redrawn", True))


def test_presets_hold_a_family_of_grids_and_all_negative_controls():
    for preset in ("quick", "standard", "full"):
        machines = lineup(load_study(preset))
        family = {machine.training_set for machine in machines if machine.family == "cd1-grid"}
        assert family >= {"grid", "low", "high"}
        assert {"lazy", "geometry-free", "mean-field", "redrawn"} <= {m.recipe for m in machines if m.control}
        assert any(machine.tied and machine.training_set == "critical" for machine in machines)


def test_maps_hold_nearest_neighbours_what_the_gate_asks_for_and_machines_enough():
    for preset in (name for name in PRESETS if name.startswith("map")):
        study = load_study(preset)
        machines = lineup(study)
        assert {"exact", "lazy", "geometry-free", "mean-field", "redrawn"} == {m.recipe for m in machines if m.control}
        for recipe in ("learned", "cd1-critical"):
            assert sum(machine.recipe == recipe and machine.training_set == "critical" for machine in machines) >= 4
        assert study.coarse.seeds >= 8
        assert study.models[0].coupling == "nearest-neighbour"
        ranges = [model.sigma for model in study.models[1:]]
        assert ranges == sorted(set(ranges))
        assert min(ranges) < 1 < 1.2 in ranges
        assert max(ranges) > 2
