"""One list of training options: RBM, the study file and `spinlens train` take theirs from `Recipe`."""

import dataclasses
import inspect
import re

from spinlens.cli.train import train
from spinlens.machines.rbm import RBM
from spinlens.machines.training.recipe import Recipe
from spinlens.study.definition.recipes import Phase, RecipeSection, StackSection, Training

OPTIONS = {field.name: field.default for field in dataclasses.fields(Recipe)}
IN_THE_SHELL = {"hidden": "n_hidden", "translations": "torus"}
"""Options of the command under another name."""
OF_THE_COMMAND = {"context", "states", "shape", "temperature", "filters", "held_out", "out", "force", "as_json"}
OF_THE_STUDY = {"training_set", "updates"}
BETTER_IN_THE_SHELL = {"epochs": None, "persistent": True, "torus": False, "n_hidden": "64"}
"""Defaults of the command that are not those of RBM: it trains one machine well, for longer without --filters."""


def test_the_arguments_of_rbm_are_the_fields_of_the_recipe():
    assert RBM(3).get_params() == {**OPTIONS, "n_hidden": 3}
    assert list(inspect.signature(RBM).parameters) == list(OPTIONS)
    documented = re.findall(r"^    (\w[\w, ]*) : ", RBM.__doc__.split("Attributes")[0], re.M)
    assert set(", ".join(documented).split(", ")) == set(OPTIONS)


def test_the_study_file_has_options_of_the_recipe_with_its_defaults():
    study = {name: getattr(Training(), name) for name in Training.model_fields if name in OPTIONS}
    assert study == {name: OPTIONS[name] for name in study}
    assert set(Training.model_fields) - set(study) == OF_THE_STUDY
    assert set(study) <= set(StackSection.model_fields)


def test_the_lattice_gives_sides_to_what_a_study_file_turns_on():
    study = {name: getattr(RecipeSection(name="a"), name) for name in RecipeSection.model_fields if name in OPTIONS}
    assert study == {name: {**OPTIONS, "torus": False, "augment": False}[name] for name in study}
    (options,) = RecipeSection(name="a", torus=True, augment=True).options(12)
    assert options["torus"] == options["augment"] == [12, 12]


def test_phases_change_all_options_but_those_of_the_machine():
    phase = {name for name in Phase.model_fields if not name.startswith("_")}
    assert phase == {*Training.model_fields, "augment", "torus", "stride", "hidden"} - {"training_set"}


def test_the_command_has_options_of_the_recipe():
    command = {
        IN_THE_SHELL.get(name, name): parameter.default
        for name, parameter in inspect.signature(train).parameters.items()
        if name not in OF_THE_COMMAND
    }
    assert command == {name: {**OPTIONS, **BETTER_IN_THE_SHELL}[name] for name in command}
