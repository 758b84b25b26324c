"""What is read is a regular file of a bounded size; nobody waits for a pipe."""

from __future__ import annotations

import os

import pytest

from spinlens.errors import InputError
from spinlens.files.formats import beginning
from spinlens.files.regular import read_regular


def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "a").write_bytes(b"all of it")
    assert read_regular(tmp_path / "a", 9) == b"all of it"


def test_pipes_devices_folders_and_large_files_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"0123456789")
    for path, reason in (
        ("pipe", "a device, a pipe"),
        (os.devnull, "a device"),
        (".", "folder"),
        ("large", "10 bytes"),
    ):
        with pytest.raises(OSError, match=reason):
            read_regular(tmp_path / path, 9)


def test_the_beginning_of_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="cannot read"):
        beginning(tmp_path / "pipe")
