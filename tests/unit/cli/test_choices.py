"""Options of some names: they are those of the library, refused at once where they are none, completed by the shell."""

import importlib
from typing import Annotated, get_args

import pytest
import typer
from typer.testing import CliRunner

from spinlens.cli import choices
from spinlens.errors import InputError
from spinlens.lattice.kinds import COUPLING_KINDS
from spinlens.machines.training.recipe import ENGINES
from spinlens.machines.units.passage import KINDS
from spinlens.renormalization.block_spin import BlockRule
from spinlens.sampling.algorithms.choice import ALGORITHMS
from spinlens.study.definition.toml_file import preset_text


def test_names_are_those_of_the_library():
    universality = importlib.import_module("spinlens.criticality.universality")
    assert tuple(ALGORITHMS) == choices.ALGORITHMS
    assert tuple(COUPLING_KINDS) == choices.COUPLINGS
    assert choices.ENGINES == ENGINES
    assert choices.KINDS == KINDS
    assert get_args(BlockRule) == choices.BLOCK_RULES
    assert set(choices.REGIMES) <= set(get_args(universality.Regime))
    assert all(preset_text(name) for name in choices.PRESETS)


app = typer.Typer()


@app.command()
def command(
    kind: Annotated[str, choices.one_of("--kind", ("mean", "mixed"), "How", "-k")] = "mean",
    rule: Annotated[str, choices.some_of("--rule", ("majority", "average"), "Which")] = "",
) -> None:
    typer.echo(f"{kind} {choices.words(rule)}")


def run(*arguments):
    return CliRunner().invoke(app, arguments)


def test_names_are_taken():
    assert run().output == "mean ()\n"
    assert run("-k", "mixed", "--rule", "average, majority").output == "mixed ('average', 'majority')\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "quantum"], "--kind must be one of mean, mixed; got 'quantum'"),
        (["--rule", "majority,median"], "--rule must be one of majority, average; got 'median'"),
    ],
)
def test_other_names_are_refused(arguments, message):
    error = run(*arguments).exception
    assert isinstance(error, InputError)
    assert str(error) == message


def test_the_shell_completes_names():
    line = {"_COMMAND_COMPLETE": "complete_bash", "COMP_WORDS": "command --kind mi", "COMP_CWORD": "2"}
    said = CliRunner().invoke(app, [], prog_name="command", env=line).output
    assert said.split() == ["mixed"]
