"""Files that are written in one step: the new content or the old, and nothing beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spinlens.errors import StudyError
from spinlens.files import atomic
from spinlens.files.atomic import replace_file, replacing, write_file


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
    replace_file(tmp_path / "a.txt", b"new")
    assert done == ["fsync", "replace", "fsync"]


def test_links_are_followed_where_a_user_names_them_and_replaced_where_a_stranger_may_have_put_them(tmp_path):
    victim, link = tmp_path / "victim", tmp_path / "link"
    victim.write_bytes(b"precious")
    link.symlink_to(victim)
    write_file(link, b"new")
    assert victim.read_bytes() == b"new"
    assert link.is_symlink()
    replace_file(link, b"newer")
    assert victim.read_bytes() == b"new"
    assert not link.is_symlink()


def test_no_link_at_the_temporary_name_is_followed(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic.secrets, "token_hex", lambda count: "guessed")
    victim, target = tmp_path / "victim", tmp_path / "a.txt"
    victim.write_bytes(b"precious")
    (tmp_path / ".guessed.partial").symlink_to(victim)
    with pytest.raises(StudyError, match=r"cannot write .*a\.txt: File exists"):
        write_file(target, b"new")
    assert victim.read_bytes() == b"precious"
    assert not target.exists()


@pytest.mark.parametrize(("make", "what"), [(os.mkfifo, "a device, a pipe"), (os.mkdir, "a folder")])
def test_what_is_no_file_is_not_replaced(tmp_path, make, what):
    target, link = tmp_path / "a", tmp_path / "link"
    make(target)
    link.symlink_to(target)
    mode = target.stat().st_mode
    for name in (target, link, *([Path(os.devnull)] if make is os.mkfifo else [])):
        with pytest.raises(StudyError, match=f"cannot write {name}: {what}"):
            write_file(name, b"new")
    assert target.stat().st_mode == mode
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "link"]
