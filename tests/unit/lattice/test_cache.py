"""Tables on disk: found again, never believed when damaged, never in the way."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy

from spinlens.files import atomic
from spinlens.lattice import cache, ewald

KEY = ("a table", 1)
TABLE = np.linspace(0, 1, 12).reshape(3, 4)


class Computation:
    """Counts how often it is asked."""

    def __init__(self, array=TABLE):
        self.array, self.calls = array, 0

    def __call__(self):
        self.calls += 1
        return self.array


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "spinlens"


def stored(folder):
    """The one file of the cache, after a first computation."""
    cache.cached(Computation(), KEY, noticeable=True)
    (path,) = folder.iterdir()
    return path


def test_a_table_is_computed_once(folder):
    path, again = stored(folder), Computation()
    np.testing.assert_array_equal(cache.cached(again, KEY, noticeable=True), TABLE)
    assert (again.calls, path.suffix) == (0, ".table")


def test_another_key_is_another_table(folder):
    stored(folder)
    other = Computation(2 * TABLE)
    np.testing.assert_array_equal(cache.cached(other, ("a table", 2), noticeable=True), 2 * TABLE)
    assert other.calls == 1


def test_quick_tables_do_not_touch_the_disk(folder):
    cache.cached(Computation(), KEY, noticeable=False)
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["empty", "short", "flipped", "other key", "pickle", "folder"])
def test_damaged_files_are_computed_again_and_replaced(folder, damage):
    path = stored(folder)
    data = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "other key":
        cache.cached(Computation(2 * TABLE), ("other",), noticeable=True)
        (other,) = (file for file in folder.iterdir() if file != path)
        os.replace(other, path)
    elif damage == "pickle":
        buffer = io.BytesIO()
        np.save(buffer, np.array([{}]), allow_pickle=True)
        name = repr((*KEY, np.__version__, scipy.__version__))
        path.write_bytes(buffer.getvalue() + cache._checksum(name, buffer.getbuffer()))
    else:
        middle = len(data) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        path.write_bytes({"empty": b"", "short": data[:-1], "flipped": flipped}[damage])
    again = Computation()
    np.testing.assert_array_equal(cache.cached(again, KEY, noticeable=True), TABLE)
    assert again.calls == 1
    if damage != "folder":
        assert path.read_bytes() == data
    assert not list(folder.glob("*.partial"))


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    for _ in range(2):
        again = Computation()
        np.testing.assert_array_equal(cache.cached(again, KEY, noticeable=True), TABLE)
        assert again.calls == 1


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "replace", full)
    np.testing.assert_array_equal(cache.cached(Computation(), KEY, noticeable=True), TABLE)
    assert list(folder.iterdir()) == []


def test_the_folder_is_the_users(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/path")
    assert cache.folder().is_relative_to(Path.home())
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache.folder() == Path.home() / "Library" / "Caches" / "spinlens"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(Path.home() / "Local"))
    assert cache.folder() == Path.home() / "Local" / "spinlens" / "cache"


def test_image_sums_are_the_same_from_disk(folder, monkeypatch):
    monkeypatch.setattr(ewald, "_NOTICEABLE", 0)
    first, second = ewald.image_sum((6, 5), 3.2), ewald.image_sum((6, 5), 3.2)
    assert len(list(folder.iterdir())) == 1
    np.testing.assert_array_equal(first[0], second[0])
    assert first[1] == second[1]
    other = ewald.image_sum((6, 5), 3.2, "integrated")
    assert len(list(folder.iterdir())) == 2
    assert not np.allclose(other[0], first[0])
