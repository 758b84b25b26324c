"""A folder is held by one run, and whoever comes while it ends gets a lock that means something."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from spinlens.errors import StudyError
from spinlens.files import locking
from spinlens.files.locking import CLAIM, LOCK, alone, hold


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


@pytest.fixture
def no_locks(monkeypatch):
    """A file system that has none, as some of clusters."""

    def refuse(stream):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locking, "_try_lock", refuse)


def test_without_locks_a_file_stands_for_one(tmp_path, no_locks):
    """Nothing could be run there at all."""
    with alone(tmp_path / "out"):
        assert (tmp_path / "out" / CLAIM).exists()
        with (
            pytest.raises(StudyError, match=r"in use by process \d+ on .*its file system has no locks"),
            alone(tmp_path / "out"),
        ):
            pass
    assert not (tmp_path / "out" / CLAIM).exists()


@pytest.mark.parametrize(
    ("holder", "goes_on"), [("process {ended} on {here}", True), ("process 1 on elsewhere", False)]
)
def test_what_a_killed_run_left_is_taken_over_where_it_is_known_to_have_ended(tmp_path, no_locks, holder, goes_on):
    ended = os.fork()
    if not ended:
        os._exit(0)
    os.waitpid(ended, 0)
    (tmp_path / CLAIM).write_text(holder.format(ended=ended, here=locking.socket.gethostname()))
    if goes_on:
        with hold(tmp_path / LOCK):
            pass
        assert not (tmp_path / CLAIM).exists()
    else:
        with pytest.raises(StudyError, match=r"or remove .*\.lock\.held when it has ended"), hold(tmp_path / LOCK):
            pass


def test_other_errors_of_locks_stay_what_they_are(tmp_path, monkeypatch):
    def refuse(stream):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(locking, "_try_lock", refuse)
    with pytest.raises(OSError, match="Input/output error"), hold(tmp_path / LOCK):
        pass
