"""Stacks, first layers and wider machines against temperature."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

from spinlens import Estimate
from spinlens.comparisons.depth_rows import DepthAgainstWidth, DepthRow
from spinlens.errors import InputError
from spinlens.plot.depths import depth


def row(T: float, kind: str, machine: int | None, heat: float) -> DepthRow:
    return DepthRow(T, kind, machine, Estimate(-1.5, 0.01), Estimate(heat, 0.02), None, True)


FOUND = DepthAgainstWidth(
    (8, 8), "8", tuple(
        row(T, kind, machine, heat) for T in (2.0, 2.2)
        for kind, machine, heat in [("lattice", None, 1.0), ("8", 0, 0.8), ("8", 1, 0.6), ("8 + 8", 0, 0.7),
                                    ("mirror", 0, 0.7)]
    ),
)  # fmt: skip


def test_the_lattice_is_a_line_and_each_kind_a_point_a_temperature(ax: Axes) -> None:
    assert FOUND.plot(ax, unit=2.0, words="T / T_c") is ax
    assert ax.containers[0].lines[0].get_xydata().tolist() == [[1.0, 1.0], [1.1, 1.0]]
    assert ax.containers[1].lines[0].get_ydata() == pytest.approx([0.7, 0.7])  # of two machines
    assert ax.containers[1].lines[0].get_xdata() == pytest.approx([1.0, 1.1], abs=0.01)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["lattice", "8", "8 + 8"]
    assert "specific heat" in ax.get_ylabel()


def test_kinds_and_observable_can_be_chosen(ax: Axes) -> None:
    depth(FOUND, ax, observable="energy", kinds=["mirror"], legend=False)
    assert ax.containers[1].lines[0].get_ydata() == pytest.approx([-1.5, -1.5])
    assert len(ax.containers) == 2


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(InputError, match="what depth_against_width gives"):
        depth({"energy": 1.0})
    with pytest.raises(InputError, match="kind"):
        depth(FOUND, kinds=["16"])
    with pytest.raises(InputError, match="observable"):
        FOUND.plot(observable="m2")
