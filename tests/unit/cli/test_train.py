"""`spinlens train`: from a file of states to a folder with the machine, its judgement and its figures."""

import json
import sys

import numpy as np
import pytest
import typer
import xarray as xr

from spinlens import IsingModel, NearestNeighbour
from spinlens.cli.train import train
from spinlens.errors import InputError
from spinlens.files.netcdf import dataset_bytes
from spinlens.lattice.model_document import model_document
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

APP = typer.Typer()
APP.command()(train)


def call(*arguments):
    APP([str(argument) for argument in arguments], standalone_mode=False)


@pytest.fixture
def states(tmp_path):
    """A file like those of `spinlens sample --keep-spins`: free spins at two temperatures of a 3 × 3 lattice."""
    spins = np.random.default_rng(0).choice([-1, 1], size=(2, 1, 400, 3, 3)).astype(np.int8)
    data = xr.Dataset({"spins": (("temperature", "chain", "draw", "x", "y"), spins)})
    data = data.assign_coords(temperature=[2.0, 3.0])
    data.attrs["model"] = json.dumps(model_document(IsingModel((3, 3), NearestNeighbour())))
    path = tmp_path / "states.nc"
    path.write_bytes(dataset_bytes(data))
    return path


OPTIONS = ("--temperature", 3, "--hidden", 4, "--epochs", 8)


def test_a_folder_with_everything(states, tmp_path, capsys):
    interactive = "matplotlib.pyplot" in sys.modules
    call(states, *OPTIONS, "--out", tmp_path / "out")
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    names = ["couplings", "learning-curve", "receptive-fields", "spectrum"]
    figures = [f"{name}.{suffix}" for name in names for suffix in ("svg", "pdf")]
    assert found == sorted([*figures, "index.html", "machine", "results.json", "run.json"])
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["couplings"][0]["true"] == pytest.approx(1 / 3)
    assert abs(results["couplings"][0]["learned"]) < 0.1  # the states are free spins
    assert results["log_likelihood"]["value"] == pytest.approx(-9 * np.log(2), abs=0.1)
    assert RBM.load(tmp_path / "out" / "machine").weights_.shape == (9, 4)
    assert ("matplotlib.pyplot" in sys.modules) == interactive
    said = capsys.readouterr()
    assert "0.3333 true" in said.out
    assert said.err.count("errors") == 8


def test_filters_are_the_machine_for_lattices_and_take_none_of_its_options(states, tmp_path):
    call(states, "--temperature", 3, "--filters", 2, "--epochs", 3, "--out", tmp_path / "out")
    machine = RBM.load(tmp_path / "out" / "machine")
    usual = RBM.for_lattice((3, 3), 2, epochs=3).get_params()
    judged = {"track", "track_at"}
    assert {k: v for k, v in machine.get_params().items() if k not in judged} == {
        k: v for k, v in usual.items() if k not in judged
    }
    for option in (("--hidden", 4), ("--learning-rate", 0.1), ("--cd",)):
        with pytest.raises(InputError, match="--filters brings its own"):
            call(states, "--temperature", 3, "--filters", 1, *option, "--out", tmp_path / "other")


def test_of_a_stack_every_layer_is_said(states, tmp_path, capsys):
    call(states, "--temperature", 3, "--hidden", "4,2", "--epochs", 8, "--out", tmp_path / "out")
    said = capsys.readouterr()
    assert "layer 2   ln p" in said.out
    assert "layer 2  epoch 8/8" in said.err
    assert StackedRBM.load(tmp_path / "out" / "machine").n_hidden == (4, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "choose one of"),
        (("--temperature", 2.5), "no temperature 2.5"),
        (("--temperature", 2, "--held-out", 1.5), "between 0 and 1"),
        (("--temperature", 2, "--hidden", 0), "n_hidden"),
        (("--temperature", 2, "--hidden", "8,x"), "64,16"),
        (("--temperature", 2, "--translations", "--hidden", 4), "multiple of 9"),
        (("--temperature", 2, "--engine", "abacus"), "engine"),
    ],
)
def test_mistakes_are_said(states, tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        call(states, *options, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_files_without_states_are_said(tmp_path):
    path = tmp_path / "x.nc"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match="holds no states"):
        call(path)
    path.write_bytes(dataset_bytes(xr.Dataset({"energy": ("draw", [1.0])})))
    with pytest.raises(InputError, match="--keep-spins"):
        call(path)


@pytest.mark.parametrize(
    ("cut", "options"),
    [({"chain": 0}, ("--temperature", 3)), ({"temperature": 1}, ()), ({"chain": 0, "temperature": 1}, ())],
)
def test_files_cut_by_name_hold_lattices_and_no_rows(states, tmp_path, cut, options):
    """Without its chains a file was read as rows of a lattice, whose machine saw a side of it."""
    with xr.open_dataset(states) as data:
        (tmp_path / "cut.nc").write_bytes(dataset_bytes(data.isel(cut).load()))
    call(tmp_path / "cut.nc", *options, "--hidden", 4, "--epochs", 1, "--out", tmp_path / "out")
    assert RBM.load(tmp_path / "out" / "machine").weights_.shape == (9, 4)
