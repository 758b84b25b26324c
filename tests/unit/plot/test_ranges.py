"""Effects against the range of the power law."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot.ranges import along_sigma


def at(sigma: float | None, value: float, bound: str = "") -> dict[str, Any]:
    return {"model": "a", "sigma": sigma, "value": value, "error": 0.01, "bound": bound}


BLOCKS = [at(0.8, 1.5), at(1.2, 1.6), at(None, 1.87)]
Y_H = {
    "words": "y_h", "margin": 0.1, "about": "majority blocks",
    "points": {"learned map": [at(0.8, 1.2), at(1.2, 1.4), at(None, 1.87)], "majority blocks": BLOCKS},
    "known": [
        {"sigma": [0.8, 1.0], "value": [1.5, 1.5], "firm": True},
        {"sigma": [0.8, 1.0], "value": [1.4, 1.5], "firm": False},
    ],
}  # fmt: skip
ENDS = {"words": "T", "margin": 0.02, "about": "", "points": {"learned": [at(0.8, 0.01), at(1.2, 0.5, "lower")]}}
RESULTS = {"map": {"quantities": {"y_h": Y_H, "temperature": ENDS, "slope": {**ENDS, "points": {}}}}}


def test_points_stand_at_their_range_and_nearest_neighbours_beside(ax: Axes) -> None:
    assert along_sigma(RESULTS, ax) is ax
    learned, blocks = (container.lines[0] for container in ax.containers)
    assert learned.get_ydata().tolist() == [1.2, 1.4, 1.87]
    assert learned.get_xdata().tolist() == pytest.approx([0.7875, 1.1875, 1.5375])
    assert blocks.get_xdata().tolist() == pytest.approx([0.8125, 1.2125, 1.5625])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.8", "1.2", "n.n."]
    assert ax.get_ylabel() == "$y_h$"


def test_the_band_is_about_what_is_compared_with(ax: Axes) -> None:
    along_sigma(RESULTS, ax)
    boxes = [band.get_paths()[0].get_extents() for band in ax.collections if hasattr(band, "get_paths")]
    wide = max(boxes, key=lambda box: box.width)
    assert (wide.x0, wide.x1, wide.y0, wide.y1) == pytest.approx((0.8, 1.2, 1.4, 1.7))
    assert any(box.y0 == pytest.approx(1.77) and box.y1 == pytest.approx(1.97) for box in boxes)


def test_without_a_comparison_the_band_is_about_zero_and_bounds_have_arrows(ax: Axes) -> None:
    along_sigma(RESULTS, ax, quantity="temperature")
    assert ax.patches[0].get_bbox().intervaly.tolist() == [-0.02, 0.02]
    (arrow,) = ax.texts
    assert arrow.xy == (1.2, 0.5)
    assert arrow.xyann[1] > 0


def test_what_is_known_is_a_line_dashed_where_disputed(ax: Axes) -> None:
    along_sigma(RESULTS, ax)
    lines = [line for line in ax.lines if list(line.get_xdata()) == [0.8, 1.0]]
    assert [line.get_linestyle() for line in lines] == ["-", "--"]


def test_no_points_are_an_empty_frame(ax: Axes) -> None:
    assert along_sigma(RESULTS, ax, quantity="slope").get_xlabel()


@pytest.mark.parametrize("found", [{}, {"map": None}, {"models": {}}, {"map": {"quantities": {}}}])
def test_results_without_a_map_are_refused(found: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="three power laws or more"):
        along_sigma(found)


def test_another_quantity_is_refused(ax: Axes) -> None:
    with pytest.raises(InputError, match="quantity must be"):
        along_sigma(RESULTS, ax, quantity="y")
