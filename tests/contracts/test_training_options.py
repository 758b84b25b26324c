"""One list of training options: RBM, the study file and `spinlens train` take theirs from `Recipe`."""

import dataclasses
import inspect
import re

from spinlens.cli.train import train
from spinlens.machines.rbm import RBM
from spinlens.machines.training.recipe import Recipe
from spinlens.study.definition.spec import StackSection, Training

OPTIONS = {field.name: field.default for field in dataclasses.fields(Recipe)}
IN_THE_SHELL = {"hidden": "n_hidden", "translations": "torus"}
"""Options of the command under another name."""
OF_THE_COMMAND = {"states", "temperature", "held_out", "out"}
BETTER_IN_THE_SHELL = {"epochs": 100, "persistent": True, "torus": False, "n_hidden": "64"}
"""Defaults of the command that are not those of RBM: it trains one machine well, and has a torus or none."""


def test_the_arguments_of_rbm_are_the_fields_of_the_recipe():
    assert RBM(3).get_params() == {**OPTIONS, "n_hidden": 3}
    assert list(inspect.signature(RBM).parameters) == list(OPTIONS)
    documented = re.findall(r"^    (\w[\w, ]*) : ", RBM.__doc__.split("Attributes")[0], re.M)
    assert set(", ".join(documented).split(", ")) == set(OPTIONS)


def test_the_study_file_has_options_of_the_recipe_with_its_defaults():
    study = {name: field.default for name, field in Training.model_fields.items() if name != "training_set"}
    assert study
    assert study == {name: OPTIONS[name] for name in study}
    assert set(study) <= set(StackSection.model_fields)


def test_the_command_has_options_of_the_recipe():
    command = {
        IN_THE_SHELL.get(name, name): parameter.default
        for name, parameter in inspect.signature(train).parameters.items()
        if name not in OF_THE_COMMAND
    }
    assert command == {name: {**OPTIONS, **BETTER_IN_THE_SHELL}[name] for name in command}
