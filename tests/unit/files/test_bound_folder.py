"""Folders that belong to one set of arguments, and say so to any other."""

from __future__ import annotations

import os
import time

import pytest

from spinlens.errors import CheckpointError
from spinlens.files import bound_folder
from spinlens.files.bound_folder import BoundFolder, difference

ARGUMENTS = {"seed": 0, "sizes": [8, 16], "warmup": None}


def bound(path, **changes):
    return BoundFolder(path, "plan.json", {**ARGUMENTS, **changes}, "workers")


def test_the_same_arguments_find_their_notes_again(tmp_path):
    bound(tmp_path / "run").note(rounds=3)
    bound(tmp_path / "run").note(done=True)
    assert bound(tmp_path / "run").notes == {"rounds": 3, "done": True}
    assert bound(tmp_path / "run", sizes=(8, 16)).notes["rounds"] == 3  # as they come back from a file


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"seed": 1}, "seed was 0 and is 1"),
        ({"warmup": 20}, "warmup was None and is 20"),
        ({"sizes": [8], "more": "x"}, r'sizes was \[8, 16\] and is \[8\], more was None and is "x"'),
    ],
)
def test_other_arguments_are_refused_in_one_sentence(tmp_path, changes, text):
    bound(tmp_path / "run")
    (tmp_path / "run" / "chain").write_bytes(b"saved")
    with pytest.raises(CheckpointError, match=rf"belongs to another run: {text}; give .* \(workers may change\)"):
        bound(tmp_path / "run", **changes)
    bound(tmp_path / "run")


def test_a_run_that_saved_nothing_blocks_nobody_and_one_with_notes_does(tmp_path):
    bound(tmp_path / "run")
    bound(tmp_path / "run", seed=1).note(rounds=3)
    with pytest.raises(CheckpointError, match="seed was 1 and is 2"):
        bound(tmp_path / "run", seed=2)


def test_a_folder_of_other_things_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(CheckpointError, match=r"holds other files and no plan.json; give another folder"):
        bound(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("content", ["", "{", "[]", "3"])
def test_damage_is_said(tmp_path, content):
    bound(tmp_path)
    (tmp_path / "plan.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"is damaged; remove .* to start the run over"):
        bound(tmp_path)


def test_a_folder_of_the_earlier_form_is_read(tmp_path):
    """Arguments alone, without notes, as folders of chains once were."""
    (tmp_path / "plan.json").write_text('{"seed": 0, "sizes": [8, 16], "warmup": null}')
    assert bound(tmp_path).notes == {}


def test_leftovers_of_killed_writes_go_after_an_hour(tmp_path):
    bound(tmp_path)
    old, young = tmp_path / "a.partial", tmp_path / "b.partial"
    for path in (old, young):
        path.write_text("half")
    os.utime(old, (time.time() - 7200,) * 2)
    bound(tmp_path)
    assert not old.exists()
    assert young.exists()


def test_what_differs_is_named():
    assert difference(ARGUMENTS, ARGUMENTS) == ""
    assert difference("broken", {"seed": 1}) == "seed was None and is 1"
    assert difference({"x": "y" * 99}, {"x": 1}).endswith("... and is 1")


OLD, NEW = {"numpy": "1.26.4"}, {"numpy": "2.4.0"}


def test_a_run_that_goes_on_with_other_libraries_says_so(tmp_path, monkeypatch):
    """Draws of both were one result, and nothing said it."""
    monkeypatch.setattr(bound_folder, "made_with", lambda: OLD)
    assert bound(tmp_path).made_with == [OLD]
    monkeypatch.setattr(bound_folder, "made_with", lambda: NEW)
    assert bound(tmp_path).made_with == [NEW]  # the other one had saved nothing
    bound(tmp_path).note(rounds=3)
    monkeypatch.setattr(bound_folder, "made_with", lambda: OLD)
    with pytest.warns(RuntimeWarning, match=r"begun with other libraries .* \(numpy 2.4.0 and 1.26.4\): .* a mixture"):
        assert bound(tmp_path).made_with == [NEW, OLD]
    with pytest.warns(RuntimeWarning, match="mixture"):
        found = bound(tmp_path)
    found.note(more=1)
    assert found.notes == {"rounds": 3, "more": 1}
    with pytest.warns(RuntimeWarning, match="mixture"):
        assert bound(tmp_path).made_with == [NEW, OLD]


@pytest.mark.parametrize("noted", ["nonsense", 3, [3], None])
def test_makes_that_mean_nothing_are_none(noted):
    assert bound_folder.makes_of({"made_with": noted}) == [bound_folder.made_with()]
