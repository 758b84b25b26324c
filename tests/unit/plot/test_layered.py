"""Temperatures layer by layer."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot.layered import LOOKS, layers


def readings(inside: bool = True) -> xr.Dataset:
    axes = ("start", "layer", "instrument")
    T = 2.0 * np.array([0.9, 1.0, 1.3])[:, None, None] * np.ones((3, 2, 2))
    parts = {"temperature": T, "temperature_error": 0.1 + 0 * T, "in_range": np.full(T.shape, inside)}
    coords = {"start": [1.8, 2.0, 2.6], "layer": [8, 4], "instrument": ["energy", "xi"]}
    return xr.Dataset({name: (axes, values) for name, values in parts.items()}, coords=coords)


def test_starts_about_t_c_are_lines_in_units_of_it(ax: Axes) -> None:
    assert layers(readings(), ax, unit=2.0) is ax
    lines = [line for line in ax.lines if line.get_color() == LOOKS[0.9][0]]
    assert lines[0].get_ydata().tolist() == [0.9, 0.9]
    assert len(ax.containers) == 2  # no start at 1.3 T_c
    assert [label.get_text() for label in ax.get_xticklabels()] == ["8", "4"]


def test_several_machines_are_one_curve_with_gaps(ax: Axes) -> None:
    layers([readings(), readings()], ax, unit=2.0, instrument="xi")
    assert np.isnan(ax.lines[1].get_ydata()).tolist() == [False, False, True, False, False]


def test_points_out_of_range_are_hollow(ax: Axes) -> None:
    layers(readings(inside=False), ax, unit=2.0)
    assert {container.lines[0].get_markerfacecolor() for container in ax.containers} == {"none"}


def test_an_entry_of_results_has_its_starts_in_units_of_t_c(ax: Axes) -> None:
    table = readings()
    entry = {name: table[name].values.tolist() for name in ("temperature", "temperature_error", "in_range")}
    layers({**entry, "start": [0.9, 1.0, 1.3], "layer": [8, 4], "instrument": ["energy", "xi"]}, ax, unit=2.0)
    assert len(ax.containers) == 2
    with pytest.raises(InputError, match="has no layer, instrument"):
        layers({**entry, "start": [0.9]}, ax, unit=2.0)


def test_what_was_not_read_is_refused(ax: Axes) -> None:
    with pytest.raises(InputError, match="energy, xi"):
        layers(readings(), ax, unit=2.0, instrument="network")
    with pytest.raises(InputError, match="read_layers"):
        layers(readings().drop_vars("in_range"), ax, unit=2.0)
    with pytest.raises(InputError, match="got none"):
        layers([], ax, unit=2.0)
