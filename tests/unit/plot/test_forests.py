"""Estimates in rows."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot import style
from spinlens.plot.forests import forest
from spinlens.statistics.estimate import Estimate

READ = {"energy": [Estimate(1.0, 0.01), Estimate(1.1, 0.02)], "xi": Estimate(0.9, 0.03)}


def test_kinds_have_lanes_in_their_row_and_machines_lie_side_by_side(ax: Axes) -> None:
    assert forest({"a": READ, "b": {"energy": 1.2}}, ax, words="T") is ax
    energy, xi = (container.lines[0] for container in ax.containers)
    assert energy.get_xdata().tolist() == [1.0, 1.1, 1.2]
    first, second, below = energy.get_ydata()
    assert -0.5 < first < second < xi.get_ydata()[0] < 0.5 < below
    assert (first + second) / 2 == pytest.approx(below - 1)  # the same lane in every row
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
    assert ax.yaxis_inverted()
    assert energy.get_color() == style.instrument("energy")[0]


def test_errors_are_drawn_along_the_axis(ax: Axes) -> None:
    forest({"a": {"xi": Estimate(0.9, 0.03)}}, ax)
    (bar,) = ax.containers[0].lines[2][0].get_segments()
    assert bar[:, 0] == pytest.approx([0.87, 0.93])


def test_what_lies_beyond_the_frame_is_a_triangle_at_its_edge(ax: Axes) -> None:
    forest({"a": {"energy": [0.2, 1.0, 9.0]}}, ax, frame=(0.5, 1.5))
    edges = {line.get_marker(): line.get_xdata().tolist() for line in ax.lines if line.get_marker() in ("<", ">")}
    assert edges == {"<": [0.5], ">": [1.5]}
    assert ax.containers[0].lines[0].get_xdata().tolist() == [1.0]
    assert ax.get_xlim() == (0.5, 1.5)


def test_a_bound_is_an_arrow_to_its_side(ax: Axes) -> None:
    forest({"a": {"energy": [(1.1, 1)], "xi": [(0.9, -1)]}}, ax)
    assert [(text.xy[0], np.sign(text.xyann[0])) for text in ax.texts] == [(1.1, 1), (0.9, -1)]
    with pytest.raises(InputError, match="above it"):
        forest({"a": {"energy": (1.1, 2)}}, ax)


def test_rows_of_one_kind_have_looks_of_their_own(ax: Axes) -> None:
    forest({"a": {"": 1.0}, "b": {"": 2.0}}, ax, looks={"b": {"color": style.GREEN, "marker": "D"}})
    assert [c.lines[0].get_marker() for c in ax.containers][1] == "D"
    assert ax.get_legend() is None


def test_the_band_is_the_margin_about_what_is_known(ax: Axes) -> None:
    forest({"a": READ}, ax, known=Estimate(1.0, 0.5), margin=0.02)
    assert ax.patches[0].get_extents().transformed(ax.transData.inverted()).intervalx == pytest.approx([0.98, 1.02])


@pytest.mark.parametrize("given", [{}, [1.0], {"a": Estimate(1, 0.1)}, {"a": {"energy": "hot"}}])
def test_something_else_is_refused(given: object, ax: Axes) -> None:
    with pytest.raises(InputError):
        forest(given, ax)
