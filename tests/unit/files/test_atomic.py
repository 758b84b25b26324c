"""Files that are written in one step: the new content or the old, and nothing beside it."""

from __future__ import annotations

import os

import pytest

from spinlens.files.atomic import replace_file, replacing


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "a.txt"
    for content in (b"old", b"new"):
        replace_file(target, content)
        assert target.read_bytes() == content
    assert list(tmp_path.iterdir()) == [target]


def fail_half_way(target):
    with replacing(target) as stream:
        stream.write(b"ne")
        raise RuntimeError("half way")


def test_a_write_that_fails_leaves_the_old_content(tmp_path):
    target = tmp_path / "a.txt"
    replace_file(target, b"old")
    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way(target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_content_is_on_disk_before_it_has_its_name(tmp_path, monkeypatch):
    """Whoever looks between the two sees a whole file under another name: fsync, rename, fsync of the folder."""
    done = []
    for name in ("fsync", "replace"):
        plain = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, plain=plain: (done.append(name), plain(*given))[1])
    replace_file(tmp_path / "a.txt", b"new", tmp_path / "b.partial")
    assert done == ["fsync", "replace", "fsync"]
