"""Files that are not what they should be are said, set aside and made anew, never read."""

import json
import os
import shutil

import pytest
import toy_tasks

from spinlens.errors import ArtefactError, StudyError
from spinlens.study.definition.tasks import task_keys
from spinlens.study.running.runner import run
from spinlens.study.storage.store import StudyFolder


@pytest.fixture
def folder(tmp_path, finished_study):
    return shutil.copytree(finished_study, tmp_path / "study")


def files(folder, suffix=""):
    return sorted(path for path in (folder / "artefacts").rglob(f"*{suffix}") if path.is_file())


def cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def empty(path):
    path.write_bytes(b"")


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def link(path):
    moved = path.with_name("elsewhere")
    path.rename(path.parents[2] / moved.name)
    path.symlink_to(path.parents[2] / moved.name)


@pytest.mark.parametrize("damage", [cut, empty, flip, link])
@pytest.mark.parametrize("suffix", [".nc", ".safetensors", ".json"])
def test_a_damaged_file_is_said_and_made_anew(folder, damage, suffix, digest, unbroken):
    path = files(folder, suffix)[0]
    damage(path)
    said = []
    outcome = run(toy_tasks.study(), folder, tell=said.append)
    assert len(outcome.seconds) == 1
    assert f"{path.relative_to(folder)} is " in "\n".join(map(str, said))
    assert len(list((folder / "damaged").iterdir())) == 1
    assert digest(folder) == unbroken


def test_every_single_bit_counts(folder):
    study = StudyFolder(folder)
    results = study.results(task_keys(toy_tasks.study()))
    path = files(folder, ".json")[0]
    good = path.read_bytes()
    for position in range(0, 8 * len(good), 7):
        content = bytearray(good)
        content[position // 8] ^= 1 << position % 8
        path.write_bytes(bytes(content))
        with pytest.raises(ArtefactError, match="damaged"):
            results["results"]


def test_swapped_files_are_noticed(folder, digest, unbroken):
    first, second = files(folder, ".nc")[:2]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    assert len(run(toy_tasks.study(), folder).seconds) == 2
    assert digest(folder) == unbroken


def test_a_file_under_another_key_is_noticed(folder, digest, unbroken):
    first, second = files(folder, ".nc")[:2]
    label, key, _ = second.stem.rsplit("-", 2)
    check = first.stem.rsplit("-", 1)[1]
    second.unlink()
    first.rename(first.with_name(f"{label}-{key}-{check}.nc"))
    assert len(run(toy_tasks.study(), folder).seconds) == 2
    assert digest(folder) == unbroken


def test_foreign_files_are_set_aside(folder, digest, unbroken):
    (folder / "artefacts" / "sample" / "notes.txt").write_text("mine")
    (folder / "artefacts" / "sample" / "8-0123456789abcdef-0123456789abcdef.pkl").write_bytes(b"cos\nsystem\n")
    run(toy_tasks.study(), folder)
    assert digest(folder) == unbroken
    assert len(list((folder / "damaged").iterdir())) == 2


def test_artefacts_of_other_inputs_stay(folder):
    before = len(files(folder))
    run(toy_tasks.study(seed=5), folder)
    assert len(files(folder)) == 2 * before


def test_a_stage_folder_that_is_a_link_is_not_followed(folder, tmp_path, digest, unbroken):
    outside = tmp_path / "outside"
    shutil.move(folder / "artefacts" / "sample", outside)
    (folder / "artefacts" / "sample").symlink_to(outside)
    listing = sorted(os.listdir(outside))
    run(toy_tasks.study(), folder)
    assert sorted(os.listdir(outside)) == listing
    assert digest(folder) == unbroken


def test_an_artefacts_folder_that_is_a_link_is_refused(folder, tmp_path):
    shutil.move(folder / "artefacts", tmp_path / "outside")
    (folder / "artefacts").symlink_to(tmp_path / "outside")
    with pytest.raises(StudyError, match="link out of the study folder"):
        run(toy_tasks.study(), folder)


def test_a_folder_from_the_future_is_left_alone(folder):
    (folder / "study.json").write_text(json.dumps({"spinlens_study": True, "format": 99}))
    with pytest.raises(StudyError, match="newer spinlens"):
        run(toy_tasks.study(), folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"spinlens_study": true, "format": "1"}', "[" * 100_000])
def test_a_damaged_marker_is_said(folder, text):
    (folder / "study.json").write_text(text)
    with pytest.raises(StudyError, match=r"study\.json is damaged"):
        run(toy_tasks.study(), folder)


def test_a_link_as_study_folder_works(folder, tmp_path, digest, unbroken):
    (tmp_path / "link").symlink_to(folder)
    assert len(run(toy_tasks.study(), tmp_path / "link").reused) == len(unbroken)


@pytest.mark.parametrize("name", ["größe σ 模型", "x" * 250, "a b'c\"d", "/".join(["long" * 40] * 5)])
def test_odd_and_long_paths(tmp_path, name, digest, unbroken):
    run(toy_tasks.study(), tmp_path / name, workers=1)
    assert digest(tmp_path / name) == unbroken
