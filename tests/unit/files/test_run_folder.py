"""Folders of results: the same run goes on in its own, another one is refused or replaces all of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens.errors import CheckpointError
from spinlens.files import bound_folder
from spinlens.files.formats import MARKER
from spinlens.files.run_folder import claim, digest, run_of
from spinlens.versions import made_with

ARGUMENTS = {"seed": 0, "widths": (64, 16), "states": "3f"}


def test_the_same_run_finds_its_files_again(tmp_path):
    claim(tmp_path / "out", "train", ARGUMENTS)
    (tmp_path / "out" / "results.json").write_text("{}")
    claim(tmp_path / "out", "train", ARGUMENTS)
    claim(tmp_path / "out", "train", ARGUMENTS, force=True)
    assert (tmp_path / "out" / "results.json").exists()
    asked = {"command": "train", "seed": 0, "widths": [64, 16], "states": "3f"}
    assert run_of(tmp_path / "out") == {**asked, "made_with": [made_with()]}


def test_a_run_that_goes_on_with_other_libraries_says_so(tmp_path, monkeypatch):
    old = {**made_with(), "numpy": "1.26.4"}
    with monkeypatch.context() as patch:
        patch.setattr(bound_folder, "made_with", lambda: old)
        claim(tmp_path, "train", ARGUMENTS)
    claim(tmp_path, "train", ARGUMENTS)  # nothing was saved
    assert run_of(tmp_path)["made_with"] == [made_with()]
    (tmp_path / "results.json").write_text("{}")
    monkeypatch.setattr(bound_folder, "made_with", lambda: old)
    assert claim(tmp_path, "train", ARGUMENTS) == [old]  # what is finished is made anew, all of it
    for kept in ("training-state.safetensors", "machines/a.training.safetensors", "flows/b.json"):
        folder = tmp_path / kept.partition(".")[0].partition("/")[0]
        with monkeypatch.context() as patch:
            patch.setattr(bound_folder, "made_with", made_with)
            claim(folder, "train", ARGUMENTS)
        (folder / kept).parent.mkdir(exist_ok=True)
        (folder / kept).write_text("")
        with pytest.warns(
            RuntimeWarning, match=r"begun with other libraries .* and 1.26.4\): its numbers are a mixture"
        ):
            assert claim(folder, "train", ARGUMENTS) == [made_with(), old]
        assert run_of(folder)["made_with"] == [made_with(), old]


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("train", {**ARGUMENTS, "seed": 1}, "belongs to another run: seed was 0 and is 1; choose another --out"),
        ("flow", ARGUMENTS, "belongs to spinlens train; choose another --out, or replace what is there with --force"),
    ],
)
def test_another_run_is_refused_and_when_forced_replaces_all_of_it(tmp_path, command, arguments, message):
    claim(tmp_path, "train", ARGUMENTS)
    (tmp_path / "machine").mkdir()
    for name in ("machine/weights.safetensors", "spectrum-layer2.svg", "notes.txt"):
        (tmp_path / name).write_text("before")
    with pytest.raises(CheckpointError, match=message):
        claim(tmp_path, command, arguments)
    assert (tmp_path / "spectrum-layer2.svg").exists()
    claim(tmp_path, command, arguments, force=True)
    assert {path.name for path in tmp_path.iterdir()} == {MARKER, "notes.txt"}
    assert run_of(tmp_path)["command"] == command


def test_a_folder_of_others_is_refused_and_only_added_to_when_forced(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(CheckpointError, match="holds other files"):
        claim(tmp_path, "flow", {})
    assert not (tmp_path / MARKER).exists()
    claim(tmp_path, "flow", {}, force=True)
    assert (tmp_path / "thesis.tex").read_text() == "mine"


def test_a_damaged_marker_is_no_marker(tmp_path):
    for text in ("{", json.dumps([1])):
        (tmp_path / MARKER).write_text(text)
        with pytest.raises(CheckpointError, match="holds other files"):
            claim(tmp_path, "train", ARGUMENTS)


def test_what_cannot_be_a_folder_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CheckpointError, match=r"cannot write .*file"):
        claim(tmp_path / "file", "train", ARGUMENTS)


def test_digests_tell_arrays_apart():
    table = np.arange(6).reshape(2, 3)
    arrays = [[table], [table.T], [table.reshape(3, 2)], [table.astype(float)], [None], [table, table], []]
    assert len({digest(given) for given in arrays}) == len(arrays)
    assert digest([table.T]) == digest([table.T.copy()])


def test_a_run_that_saved_nothing_blocks_nothing(tmp_path):
    """Such as one without PyTorch, or that diverged in its first epoch."""
    claim(tmp_path, "train", {**ARGUMENTS, "engine": "torch-cuda"})
    (tmp_path / "results.json.partial").write_text("half")
    (tmp_path / ".lock").write_text("")
    claim(tmp_path, "flow", ARGUMENTS)
    assert run_of(tmp_path)["command"] == "flow"
