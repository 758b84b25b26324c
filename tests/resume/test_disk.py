"""A disk that is full, read-only or gone: one sentence, nothing half-written, and the study goes on afterwards."""

import errno
import os
from pathlib import Path

import pytest
import toy_tasks

from spinlens.errors import StudyError
from spinlens.study.definition.tasks import Task
from spinlens.study.running.runner import run


@pytest.mark.parametrize("failing", range(0, 11, 2))
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_disk_full_at_each_write(tmp_path, monkeypatch, failing, step, digest, unbroken):
    calls = 0
    original = getattr(os, step)

    def full(*arguments):
        nonlocal calls
        calls += 1
        if calls > failing * (2 if step == "fsync" else 1):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return original(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(os, step, full)
        with pytest.raises(StudyError, match="No space left on device"):
            run(toy_tasks.study(), tmp_path / "study")
    partial = tmp_path / "study" / ".partial"
    assert not partial.exists()
    run(toy_tasks.study(), tmp_path / "study")
    assert digest(tmp_path / "study") == unbroken


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("here")
    for path in (tmp_path / "file", tmp_path / "file" / "study", Path("/proc/study")):
        with pytest.raises(StudyError):
            run(toy_tasks.study(), path)
    assert (tmp_path / "file").read_text() == "here"


def test_a_read_only_folder(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(StudyError, match="Read-only file system"):
        run(toy_tasks.study(), tmp_path / "study")


@pytest.mark.parametrize("names", [["thesis.tex"], ["artefacts"], ["results.json", "notes"]])
def test_a_folder_with_other_things_in_it_is_left_untouched(tmp_path, names):
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.raises(StudyError, match="not a study folder"):
        run(toy_tasks.study(), tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted(names)


def test_the_folder_is_removed_underway(tmp_path):
    tasks = [Task("remove/it", "toy_tasks:remove_folder", {"folder": str(tmp_path / "study")}), *toy_tasks.study()]
    with pytest.raises(StudyError, match=r"has been removed|No such file"):
        run(tasks, tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_another_folder_takes_the_name_underway(tmp_path):
    """Provenance and failures were written into whatever had the name."""
    tasks = [Task("replace/it", "toy_tasks:replace_folder", {"folder": str(tmp_path / "study")}), *toy_tasks.study()]
    with pytest.raises(StudyError, match="another folder has the name"):
        run(tasks, tmp_path / "study")
    assert list((tmp_path / "study").iterdir()) == []
