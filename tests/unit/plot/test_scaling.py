"""Crossings and drift: curves as given, T_c where it was found, the frame around it."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot.scaling import crossings, drift

T = np.linspace(2.0, 2.6, 31)
T_C = 2.27


def curve(L: int) -> dict[str, np.ndarray]:
    x = np.log(T_C / T) * L
    return {"temperature": T, "binder": 0.6 + 0.05 * np.tanh(x), "binder_error": np.full(31, 0.002)}


CURVES = {16: curve(16), 8: curve(8), 32: curve(32)}
PAIRS = [
    {"sizes": [8, 16], "temperature": {"value": 2.28, "error": 0.004}, "value": {"value": 0.6, "error": 0.002}},
    {"sizes": [16, 32], "temperature": {"value": 2.272, "error": 0.002}, "value": {"value": 0.601, "error": 0.002}},
]
POINT = {"temperature": {"value": T_C, "error": 0.001}, "crossings": PAIRS, "xi_crossings": ()}


def test_curves_of_all_sizes_in_order_with_their_errors(ax: Axes) -> None:
    assert crossings(CURVES, ax) is ax
    for line, L in zip(ax.lines, (8, 16, 32), strict=True):
        assert line.get_label() == f"L = {L}"
        assert line.get_ydata().tolist() == CURVES[L]["binder"].tolist()
    height = np.ptp(ax.collections[0].get_paths()[0].vertices[:, 1])
    assert height == pytest.approx(np.ptp(CURVES[8]["binder"]) + 0.004)
    assert len({line.get_marker() for line in ax.lines}) == 3


def test_the_frame_holds_the_crossings_and_t_c(ax: Axes) -> None:
    crossings(CURVES, ax, point=POINT, known=2.269185)
    low, high = ax.get_xlim()
    assert low < T_C < 2.28 < high < 2.3
    diamonds = ax.containers[0].lines[0]
    assert diamonds.get_xdata().tolist() == [2.28, 2.272]
    assert [line.get_xdata() for line in ax.lines if line.get_label() == "known $T_c$"] == [[2.269185, 2.269185]]
    wide = crossings(CURVES, point=POINT, zoom=False)
    assert wide.get_xlim()[1] > 2.6


def test_direct_measurements_are_points(ax: Axes) -> None:
    measured = {"measured_temperature": [2.1], "measured_binder": [0.63], "measured_binder_error": [0.01]}
    crossings({8: {**curve(8), **measured}}, ax)
    assert ax.containers[0].lines[0].get_xydata().tolist() == [[2.1, 0.63]]


def test_drift_shows_pairs_against_the_inverse_size(ax: Axes) -> None:
    drift(POINT, ax, known=2.269185)
    points = ax.containers[0].lines[0]
    assert points.get_ydata().tolist() == [2.28, 2.272]
    assert points.get_xdata() == pytest.approx([1 / 8, 1 / 16], rel=0.02)
    assert ax.get_xlim()[0] == 0


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ({"a": 1}, "curves by size"),
        (CURVES[8], "curves by size"),
        ({}, "curves by size"),
        ({8: {}}, "has no temperature"),
    ],
)
def test_something_else_than_curves_by_size_is_refused(curves: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        crossings(curves)


def test_what_is_needed_is_said() -> None:
    with pytest.raises(InputError, match="draws a CriticalPoint"):
        drift({"value": 2.0})
    with pytest.raises(InputError, match="quantity must be one of"):
        crossings(CURVES, quantity="m2")
