"""Figures: every panel is drawn, has words for those who cannot see it, and axes with labels."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr

from spinlens.plot import style
from spinlens.plot.tiles import Tiling
from spinlens.report.figures import correlations, maps
from spinlens.report.pages.study import FIGURES


@pytest.mark.parametrize("module", FIGURES, ids=lambda module: module.__name__.rsplit(".", 1)[1])
def test_every_figure_of_both_models(module: ModuleType, made_up_study: Callable[..., Any]) -> None:
    with style.context():
        picture = module.illustration(*made_up_study(1))
    assert len(picture.panels) >= 2
    assert picture.missing == ()
    assert picture.see.endswith(".")
    for panel in picture.panels:
        assert panel.title
        assert panel.description
        curves = [axes for axes in panel.figure.axes if axes.lines and axes.axison]
        if curves:
            assert any(axes.get_xlabel() for axes in curves)
            assert any(axes.get_ylabel() for axes in curves)


def test_the_largest_lattice_has_the_darkest_shade() -> None:
    for count in range(1, 7):
        assert style.shade(count - 1, count) == style.SHADES[-1]
    assert style.shade(0, 5) == style.SHADES[0]


def test_tiles_are_set_row_by_row_from_the_upper_left() -> None:
    tiling = Tiling((8, 8), count=4, columns=3, titles=0, width=4.0)
    assert (tiling.across, tiling.high) == (26, 17)
    assert tiling.corners() == [(0, 9), (9, 9), (18, 9), (0, 0)]


def test_correlations_are_grouped_by_machine_with_monte_carlo_in_each() -> None:
    groups = correlations.group(["Monte Carlo, T_c", "RBM a, cold start", "RBM b, c, hot start"])
    assert {machine: [(c.index, c.key) for c in curves] for machine, curves in groups.items()} == {
        "RBM a": [(0, "Monte Carlo, T_c"), (1, "cold start")],
        "RBM b, c": [(0, "Monte Carlo, T_c"), (2, "hot start")],
    }
    assert list(correlations.group(["Monte Carlo"])) == [""]


@pytest.mark.parametrize(("size", "first"), [(16, -7.5), (9, -4.0)])
def test_maps_without_coordinates_are_centred_on_their_middle(size: int, first: float) -> None:
    bare = xr.Dataset({"raw": (("x", "y"), np.zeros((size, size)))})
    assert maps.displacement(bare, "x").tolist() == [first + k for k in range(size)]
    assert maps.displacement(bare.assign_coords(x=np.arange(size)), "x")[0] == 0
