"""Figures: every panel is drawn, has words for those who cannot see it, and axes with labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib.text import Text

from spinlens.plot import style
from spinlens.plot.tiles import Tiling
from spinlens.report.figures import correlations, dimensions, maps
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
            assert any(axes.get_ylabel() or _has_words(axes.get_yticklabels()) for axes in curves)


def _has_words(labels: Sequence[Text]) -> bool:
    """Whether rows are named in place of numbers along an axis."""
    return any(letter.isalpha() for label in labels for letter in label.get_text())


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


def test_raw_maps_are_left_out_where_they_are_the_connected_ones() -> None:
    maps_of = xr.Dataset({name: (("source", "x", "y"), np.ones((1, 4, 4))) for name in ("raw", "connected")})
    assert maps.kinds_shown(maps_of) == ("connected",)
    assert maps.kinds_shown(maps_of.assign(connected=0.5 * maps_of["connected"])) == ("raw", "connected")


def test_dimensions_beyond_the_frame_are_triangles_at_its_edge(made_up_study: Callable[..., Any]) -> None:
    results, _ = made_up_study(1)
    model = results["models"]["power-law"]
    model["machines"][0]["end"]["cold"]["delta_spin"] = {"value": 9.0, "error": 0.1}
    with style.context():
        spin = dimensions.draw(model).axes[0]
    edges = [line.get_xdata() for line in spin.lines if line.get_marker() == ">" and len(line.get_xdata())]
    assert set(np.concatenate(edges)) == {dimensions.frame(model, "delta_spin")[1]}
    assert spin.get_xlabel() == f"effective Δ_s, L = {model['size']}"
