"""A folder is held by one run, and whoever comes while it ends gets a lock that means something."""

from __future__ import annotations

import threading

import pytest

from spinlens.errors import StudyError
from spinlens.files import locking
from spinlens.files.locking import LOCK, alone, hold


def test_a_folder_is_held_by_one_run_and_nothing_is_left_in_it(tmp_path):
    with alone(tmp_path / "out"):
        assert (tmp_path / "out" / LOCK).exists()
        with pytest.raises(StudyError, match="is in use by process"), alone(tmp_path / "out"):
            pass
    assert not (tmp_path / "out" / LOCK).exists()
    with alone(tmp_path / "out"):
        (tmp_path / "out" / LOCK).unlink()
        (tmp_path / "out").rmdir()


def test_a_lock_whose_file_has_just_been_removed_is_taken_anew(tmp_path, monkeypatch):
    """Opened before the last holder removed it, locked after: another run would hold a file of the same name."""
    path, once, try_lock = tmp_path / LOCK, threading.Event(), locking._try_lock

    def late(stream):
        if not once.is_set():
            once.set()
            path.unlink()
        try_lock(stream)

    monkeypatch.setattr(locking, "_try_lock", late)
    with hold(path):
        monkeypatch.undo()
        with pytest.raises(StudyError, match="in use"), hold(path):
            pass
