"""What the command line says on streams of any kind."""

from __future__ import annotations

import os

from spinlens.cli.voice import _tolerant


def said(text):
    """What arrives where the command line writes `text`."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as there, os.fdopen(writing, "w", encoding="utf-8") as here:
        stream, _ = _tolerant(here, 1)
        stream.write(text)
        stream.flush()
        here.close()
        return there.read().decode()


def test_control_characters_of_foreign_files_are_shown_and_not_obeyed():
    assert said("a\x1b]0;title\x07\x9b2J\x00\x7f") == r"a\u001b]0;title\u0007\u009b2J\u0000\u007f"


def test_lines_tabs_and_what_bars_and_colours_need_stay():
    bar = "\t1/2\r\x1b[2K\x1b[1;31mσ\x1b[0m\n"
    assert said(bar) == bar
