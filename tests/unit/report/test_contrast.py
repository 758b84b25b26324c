"""The colours of the pages: 3 : 1 for what is drawn and 4.5 : 1 for words, on both grounds of both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import spinlens.report
from spinlens.plot import style

CSS = (Path(spinlens.report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
THEMES = [
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", block))
    for block in re.findall(r"color-scheme: (?:light|dark);(.*?)\}", CSS, re.DOTALL)
]
WORDS = ("ink", "muted", "blue", "orange", "purple", "ochre-text")
QUIET = ("--rule", "--band")  # lines between rows and grounds of margins, which say nothing alone


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_21_to_1() -> None:
    assert contrast("#000000", "#fff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
def test_every_colour_can_be_told_from_the_ground(theme: dict[str, str]) -> None:
    drawn = [name.removeprefix("--") for name in style.CSS_VARIABLES.values() if name not in QUIET]
    for ground in ("paper", "panel"):
        assert min(contrast(theme[name], theme[ground]) for name in drawn) >= 3
        assert min(contrast(theme[name], theme[ground]) for name in WORDS) >= 4.5


def test_there_are_the_themes_of_screen_and_of_paper() -> None:
    assert len(THEMES) == 4
    assert THEMES[1] == THEMES[2]
    light, paper = THEMES[0], THEMES[3]
    assert {name for name in light if light[name] != paper[name]} <= {"paper", "panel", "muted"}
