"""Figures as SVG of a page: what is drawn is there, where it is, once for all that looks alike."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import imread

from spinlens.plot import style
from spinlens.report import svg

HEIGHT, WIDTH = 144, 288  # points; units are tenths
MOVE = re.compile(r"([mlhvzqc])([-\d ]*)")


def element(draw: Callable[[Axes], object]) -> ElementTree.Element:
    """The SVG of what `draw` puts into axes that fill the figure, from 0 to 1 both ways."""
    with style.context():
        figure = Figure(figsize=(WIDTH / 72, HEIGHT / 72))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        draw(axes)
        axes.set(xlim=(0, 1), ylim=(0, 1))
        return ElementTree.fromstring(str(svg.inline(figure, "words")))


def corners(path: ElementTree.Element) -> list[tuple[float, float]]:
    """The points of a path in points, counted from the upper left."""
    at, found = np.zeros(2), []
    for command, numbers in MOVE.findall(path.attrib["d"]):
        own = [int(n) for n in re.findall(r"-?\d+", numbers)]
        step = {"h": (*own, 0), "v": (0, *own)}.get(command, tuple(own[-2:]))
        if command != "z":
            at = at + step
            found.append(tuple((at / 10).tolist()))
    return found


def test_a_line_is_where_matplotlib_has_it_in_the_colour_of_the_theme() -> None:
    (path,) = element(lambda axes: axes.plot([0.25, 0.5, 0.5], [0.5, 0.5, 0.75], color=style.BLUE)).iter("path")
    assert corners(path) == [(72, 72), (144, 72), (144, 36)]
    assert "stroke:var(--blue)" in path.attrib["style"]
    assert "fill" not in path.attrib["style"]


def test_lines_are_cut_at_the_frame() -> None:
    (path,) = element(lambda axes: axes.plot([0.5, 0.5], [0.5, 9.0], color=style.INK)).iter("path")
    assert corners(path) == [(144, 72), (144, 0)]


def test_areas_are_cut_at_the_frame() -> None:
    (path,) = element(lambda axes: axes.axvspan(0.5, 7.0, color=style.BAND, lw=0)).iter("path")
    assert set(corners(path)) == {(144, 0), (144, 144), (288, 0), (288, 144)}


def test_points_are_one_path_of_dots_and_those_outside_are_left_out() -> None:
    found = element(lambda axes: axes.plot([0.25, 0.5, 3.0], [0.5] * 3, "o", ms=4, mec="none", color=style.INK))
    (path,) = found.iter("path")
    assert path.attrib["d"] == "m720 720h0m720 0h0"
    assert "stroke-width:40;stroke-linecap:round" in path.attrib["style"]


@pytest.mark.parametrize(("marker", "sides"), [("s", 4), ("^", 3), ("D", 4), ("*", 10)])
def test_other_markers_are_polygons_about_their_points(marker: str, sides: int) -> None:
    (path,) = element(lambda axes: axes.plot([0.5], [0.5], marker, ms=6, mec="none", color=style.INK)).iter("path")
    assert len(set(corners(path))) == sides
    middle = np.mean([np.min(corners(path), axis=0), np.max(corners(path), axis=0)], axis=0)
    assert middle.tolist() == pytest.approx([144, 72], abs=0.3)


def test_hollow_points_are_circles() -> None:
    (path,) = element(lambda axes: axes.plot([0.5], [0.5], "o", ms=6, mfc="none", color=style.INK)).iter("path")
    assert path.attrib["d"].count("c") == 4
    assert "fill" not in path.attrib["style"]


def test_error_bars_of_many_points_are_one_path() -> None:
    x = np.linspace(0.1, 0.9, 50)
    found = element(lambda axes: style.points(axes, x, 0.5 + 0 * x, 0.1 + 0 * x, style.INK))
    assert len(list(found.iter("path"))) == 2  # bars and dots


def test_words_stand_above_the_drawing_with_their_scripts() -> None:
    found = element(lambda axes: axes.text(0.5, 0.5, "$T_c$ < 1", ha="center", color=style.MUTED))
    (words,) = found.iter("text")
    assert "".join(words.itertext()).replace("\u200b", "") == "Tc < 1"
    assert float(words.attrib["x"]) == 144
    assert found[-1].attrib["style"].endswith("text-anchor:middle;fill:var(--muted)")


def test_powers_of_ten_are_no_commands() -> None:
    with style.context():
        figure = Figure(figsize=(4, 2))
        figure.subplots().loglog([1e-4, 1e-2], [1e-4, 1e-2])
        text = str(svg.inline(figure, "words"))
    assert "mathdefault" not in text
    assert re.search(r"10<tspan[^>]*>−4</tspan>", text)


def test_an_image_is_upright_with_a_palette() -> None:
    spins = np.array([[0.0, 1.0], [0.0, 0.0]])  # the second of the first row is up
    found = element(
        lambda axes: axes.imshow(spins, cmap=style.SPINS, interpolation="none", extent=(0, 1, 0, 1), aspect="auto")
    )
    (image,) = found.iter("image")
    box = [float(image.attrib[name]) for name in ("x", "y", "width", "height")]
    assert box == [0, 0, 10 * WIDTH, 10 * HEIGHT]
    pixels = imread(io.BytesIO(base64.b64decode(image.attrib["href"].partition(",")[2])))
    up = np.array(mpl.colors.to_rgb(style.UP))
    assert (np.abs(pixels[..., :3] - up).max(axis=2) < 0.01).tolist() == [[False, True], [False, False]]
