"""Colours as those see them who lack a kind of cone, and in grey: marks stay apart, by colour or by marker."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import spinlens.report
from spinlens.arrays import Array
from spinlens.plot import layered, style

# Machado, Oliveira & Fernandes, IEEE Trans. Vis. Comput. Graph. 15, 1291 (2009), severity 1: linear RGB to linear RGB
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                            [-0.003882, -0.048116, 1.051998]]),
    "deuteranopia": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                              [-0.011820, 0.042940, 0.968881]]),
    "tritanopia": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                            [0.004733, 0.691367, 0.303900]]),
    "grey": np.full((3, 3), [0.2126, 0.7152, 0.0722]),
}  # fmt: skip
TO_XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                   [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
CSS = (Path(spinlens.report.__file__).parent / "templates" / "report.css").read_text(encoding="utf-8")
LIGHT, DARK = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", block))
               for block in re.findall(r"color-scheme: (?:light|dark);(.*?)\}", CSS, re.DOTALL)[:2])  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}


def linear(colour: str) -> Array:
    parts = np.array([int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def seen(colour: str, vision: str) -> Array:
    return np.clip(VISIONS[vision] @ linear(colour), 0.0, 1.0)


def lab(rgb: Array) -> Array:
    """CIE L*a*b* of linear RGB, white of D65."""
    scaled = (TO_XYZ @ rgb) / (TO_XYZ @ np.ones(3))
    root = np.where(scaled > 0.008856, np.cbrt(scaled), 7.787 * scaled + 16 / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def apart(first: str, second: str, vision: str) -> float:
    """Distance ΔE of 1976; 2.3 is just noticed, 10 at a glance."""
    return float(np.linalg.norm(lab(seen(first, vision)) - lab(seen(second, vision))))


def contrast(first: str, second: str, vision: str) -> float:
    low, high = sorted(float(VISIONS["grey"][0] @ seen(colour, vision)) for colour in (first, second))
    return (high + 0.05) / (low + 0.05)


def of_theme(colours: Sequence[str], theme: str) -> list[str]:
    return [THEMES[theme][style.CSS_VARIABLES[colour].removeprefix("--")] for colour in colours]


def closest(colours: Sequence[str], theme: str, vision: str) -> float:
    return min(apart(*pair, vision) for pair in itertools.combinations(of_theme(colours, theme), 2))


def test_known_distances() -> None:
    assert apart("#000000", "#ffffff", "all cones") == pytest.approx(100, abs=0.1)
    assert apart("#ff0000", "#00ff00", "all cones") > 10 * apart("#ff0000", "#a08a00", "deuteranopia") > 0


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_whatever_is_drawn_can_be_told_from_the_ground(theme: str, vision: str) -> None:
    drawn = of_theme([*style.SERIES, *style.SHADES, style.MUTED], theme)
    assert min(contrast(colour, THEMES[theme]["paper"], vision) for colour in drawn) >= 3


@pytest.mark.parametrize("vision", [name for name in VISIONS if name != "grey"])
@pytest.mark.parametrize("theme", THEMES)
def test_curves_of_one_figure_are_told_apart_by_their_colours(theme: str, vision: str) -> None:
    assert closest(style.SERIES, theme, vision) >= 9
    assert closest([style.instrument(name)[0] for name in style.INSTRUMENTS], theme, vision) >= 9
    assert closest([color for color, _ in layered.LOOKS.values()], theme, vision) >= 9
    assert closest(list(style.STARTS.values()), theme, vision) >= 40


def test_colours_that_are_one_grey_have_other_markers() -> None:
    families = (
        [style.series(k)[1] for k in range(len(style.SERIES))],
        [style.instrument(name)[1] for name in style.INSTRUMENTS],
        [marker for _, marker in layered.LOOKS.values()],
        [marker for _, marker in style.starts(list(style.STARTS)).values()],
    )
    assert all(len(set(markers)) == len(markers) for markers in families)


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_shades_are_ordered_by_lightness(theme: str, vision: str) -> None:
    lightness = [float(lab(seen(colour, vision))[0]) for colour in of_theme(style.SHADES, theme)]
    steps = np.diff(lightness if theme == "dark" else lightness[::-1])
    assert steps.min() > 4


def test_colours_that_differ_by_red_alone_would_fail() -> None:
    assert apart("#0b5fa5", "#87479c", "protanopia") < 3  # blue and purple that differ by red alone
    assert contrast("#4a97c9", LIGHT["paper"], "protanopia") < 3
