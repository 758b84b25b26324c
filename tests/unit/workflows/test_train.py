"""`spinlens train` from Python: the folder holds what is returned, a training that was stopped goes on to the bit."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, StackedRBM, sample
from spinlens.errors import CheckpointError, InputError
from spinlens.files import bound_folder
from spinlens.versions import made_with
from spinlens.workflows import train
from spinlens.workflows.train import TrainSettings, known_model, layer_widths, run_training

FREE = np.random.default_rng(0).choice([-1, 1], (300, 3, 3)).astype(np.int8)
SETTINGS = TrainSettings(FREE, (4,), {"epochs": 8}, couplings=np.full((3, 3), 0.25), seed=2)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """What a training of free spins returns, its folder, and the steps that it told."""
    folder, steps = tmp_path_factory.mktemp("trained") / "out", []
    return run_training(SETTINGS, folder, steps.append), folder, steps


def test_the_folder_holds_what_is_returned(trained):
    judged, folder, _ = trained
    assert json.loads((folder / "results.json").read_text()) == judged
    figures = ("couplings", "learning-curve", "receptive-fields", "spectrum")
    drawn = {f"{name}.{suffix}" for name in figures for suffix in ("svg", "pdf")}
    assert {path.name for path in folder.iterdir()} == {"machine", "results.json", "index.html", "run.json", *drawn}
    assert RBM.load(folder / "machine").weights_.shape == (9, 4)


def test_free_spins_have_the_likelihood_of_free_spins(trained):
    """−9 ln 2 a state; nothing can be learned above it, and couplings learned are noise beside the 0.25 told."""
    judged, _, _ = trained
    assert judged["log_likelihood"]["value"] == pytest.approx(-9 * np.log(2), abs=0.1)
    assert {row["true"] for row in judged["couplings"]} == {0.25}
    assert max(abs(row["learned"]) for row in judged["couplings"]) < 0.1


def test_eight_steps_tell_likelihood_and_share(trained):
    _, _, steps = trained
    assert [step.share for step in steps if not step.lasting] == [k / 8 for k in range(1, 9)]
    lines = [step.text for step in steps if step.lasting]
    assert len(lines) == 8
    assert lines[-1].startswith("epoch 8/8  ln p -6.")
    assert "worst observable" in lines[-1]


@pytest.mark.parametrize(("kind", "widths"), [(RBM, (4,)), (StackedRBM, (4, 2))])
def test_a_training_that_was_stopped_goes_on_to_the_bit(tmp_path, monkeypatch, kind, widths):
    settings = dataclasses.replace(SETTINGS, widths=widths)
    whole = run_training(settings, tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(kind, "save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_training(settings, tmp_path / "stopped")
    assert (tmp_path / "stopped" / "training-state.safetensors").exists()
    steps = []
    assert run_training(settings, tmp_path / "stopped", steps.append) == whole
    assert not steps  # every epoch had been kept
    names = [{path.name for path in (tmp_path / name).iterdir()} for name in ("whole", "stopped")]
    assert names[0] == names[1]
    for name in ("results.json", "machine/weights.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "stopped" / name).read_bytes()


def test_a_training_that_goes_on_with_other_libraries_says_so(trained, tmp_path, monkeypatch):
    """In what is returned, in results.json and on the page; one that is whole names what it was made with alone."""
    said, old = "computed with different libraries", {**made_with(), "numpy": "1.26.4"}
    judged, folder, _ = trained
    assert judged["made_with"] == [made_with()]
    assert f"numpy {made_with()['numpy']}" in (page := (folder / "index.html").read_text())
    assert said not in page
    with monkeypatch.context() as patch:
        patch.setattr(bound_folder, "made_with", lambda: old)
        patch.setattr(RBM, "save", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_training(SETTINGS, tmp_path)
    with pytest.warns(RuntimeWarning, match="its numbers are a mixture, which results say"):
        mixed = run_training(SETTINGS, tmp_path)
    assert mixed == {**judged, "made_with": [old, made_with()]}
    assert json.loads((tmp_path / "results.json").read_text()) == mixed
    page = (tmp_path / "index.html").read_text()
    assert said in page
    assert "numpy 1.26.4" in page
    assert run_training(SETTINGS, tmp_path) == judged  # what is finished is made anew, all of it


def test_a_stack_is_judged_layer_by_layer(tmp_path):
    square = np.random.default_rng(1).choice([-1, 1], (300, 4, 4)).astype(np.int8)
    judged = run_training(TrainSettings(square, (4, 2), {"epochs": 8}), tmp_path)
    assert [(layer["n_visible"], layer["n_hidden"]) for layer in judged["layers"]] == [(16, 4), (4, 2)]
    assert judged["layers"][0]["placement"]["shape"] == [2, 2]
    assert "placement" not in judged["layers"][1]  # two units are no square
    assert "true" not in judged["couplings"][0]
    assert StackedRBM.load(tmp_path / "machine").n_hidden == (4, 2)


def test_another_run_is_refused_and_replaced_whole_when_forced(tmp_path):
    """The stack's figures go with the stack; what is nobody's stays."""
    square = np.random.default_rng(1).choice([-1, 1], (300, 4, 4)).astype(np.int8)
    run_training(TrainSettings(square, (4, 2), {"epochs": 8}), tmp_path)
    assert (tmp_path / "spectrum-layer2.svg").exists()
    (tmp_path / "notes.txt").write_text("mine")
    single, before = TrainSettings(square, (4,), {"epochs": 8}), (tmp_path / "results.json").read_bytes()
    with pytest.raises(CheckpointError, match=r"another run: widths was \[4, 2\] and is \[4\]; .* --force"):
        run_training(single, tmp_path)
    assert (tmp_path / "results.json").read_bytes() == before
    run_training(single, tmp_path, force=True)
    assert RBM.load(tmp_path / "machine").n_hidden == 4
    assert not list(tmp_path.glob("*layer2*"))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_other_states_are_another_run():
    names = [dataclasses.replace(SETTINGS, states=states).arguments["states"] for states in (FREE, -FREE, FREE[:9])]
    assert len(set(names)) == 3
    assert dataclasses.replace(SETTINGS, couplings=None).arguments != SETTINGS.arguments


def test_too_few_states_are_said(tmp_path):
    with pytest.raises(InputError, match="2 states are too few to hold out 2: sample more draws"):
        run_training(TrainSettings(FREE[:2]), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("text", "widths"), [("64", (64,)), ("64,16", (64, 16)), ("8, 4,2", (8, 4, 2))])
def test_widths_of_layers(text, widths):
    assert layer_widths(text) == widths


@pytest.mark.parametrize("text", ["", "8,x", "2.5", "8,"])
def test_widths_that_are_none(text):
    with pytest.raises(InputError, match="--hidden must be n_hidden, or those of layers as 64,16"):
        layer_widths(text)


def test_the_lattice_is_known_where_the_file_says_which_and_its_states_are_warm():
    model = IsingModel((4, 4), NearestNeighbour(0.5))
    data = sample(model, 2.0, 5, keep_spins=True)
    assert known_model(data, 2.0, (4, 4)) == model
    assert known_model(data, 0.0, (4, 4)) is None
    assert known_model(data, float("inf"), (4, 4)) is None
    assert known_model(data, 2.0, (8, 8)) is None
    assert known_model(data.drop_attrs(), 2.0, (4, 4)) is None


def test_the_gap_is_measured_where_the_lattice_is_known(tmp_path):
    model = IsingModel((3, 3), NearestNeighbour())
    settings = TrainSettings(FREE, (4,), {"epochs": 8}, model=model, temperature=1e6)
    judged = run_training(settings, tmp_path)
    assert judged["gap"]["learned"]
    assert abs(judged["gap"]["value"]) < 1e-3  # a lattice so hot is free
    page = (tmp_path / "index.html").read_text()
    assert "It has learned the lattice" in page
    assert "states 3 × 3 of the nearest-neighbour lattice at T = 1e+06 J" in page


def test_shared_weights_are_shown_filter_by_filter(tmp_path, monkeypatch):
    shown = {}
    monkeypatch.setattr(train, "write_training", lambda out, judged, about, fields, cited: shown.update(fields=fields))
    monkeypatch.setattr(train.Path, "unlink", lambda self, **options: None)
    judged = run_training(TrainSettings(FREE, (4,), {"epochs": 2}).for_lattice(2, epochs=2), tmp_path / "out")
    assert (judged["filters"], shown["fields"].shape) == (2, (2, 3, 3))
    assert run_training(SETTINGS, tmp_path / "free")["filters"] is None
    assert shown["fields"].shape == (4, 3, 3)


def test_a_likelihood_that_is_not_known_is_said_in_words():
    entry = {"epoch": 3.0, "log_likelihood": np.nan, "log_likelihood_error": np.nan, "weight_rms": 0.1}
    assert train._line(entry, 9) == "epoch 3/9  ln p not known (the annealing did not converge)  |W| 0.1000"
