"""What docs/peers.md says spinlens has, it has."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path

import pytest

import spinlens as sl

PAGE = (Path(__file__).parents[2] / "docs" / "peers.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"`sl\.([\w.]+)", PAGE)))
COMMANDS = sorted(set(re.findall(r"`spinlens ([a-z]+(?: export)?)", PAGE)))


@pytest.mark.parametrize("name", NAMES)
def test_names_are_there(name):
    assert attrgetter(name)(sl).__doc__


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_there(command, spinlens, capsys):
    assert spinlens(*command.split(), "--help") == 0
    capsys.readouterr()


def test_the_page_names_enough_to_be_a_test():
    assert len(NAMES) > 25
    assert {"sample", "show", "plot", "train", "cite", "study export"} == set(COMMANDS) | {"sample"}
