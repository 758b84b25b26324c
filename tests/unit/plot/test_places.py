"""Axes given and made, and numbers read from whatever holds them."""

from __future__ import annotations

import math
import subprocess
import sys

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot import places
from spinlens.statistics.estimate import Estimate


def test_axes_that_are_given_are_used(ax: Axes) -> None:
    assert places.axes_for(ax) is ax


def test_a_figure_made_here_is_white_and_leaves_the_settings_alone() -> None:
    before = dict(mpl.rcParams)
    made = places.axes_for(None)
    assert made.figure.get_facecolor() == (1.0, 1.0, 1.0, 1.0)
    assert dict(mpl.rcParams) == before


def test_a_figure_for_an_axes_is_refused(ax: Axes) -> None:
    with pytest.raises(InputError, match="ax must be one matplotlib Axes"):
        places.axes_for(ax.figure)  # type: ignore[arg-type]


def test_who_gives_axes_needs_no_pyplot() -> None:
    code = (
        "import sys; from matplotlib.figure import Figure; import spinlens\n"
        "spinlens.plot.states([[1, -1], [1, 1]], Figure().subplots())\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_values_come_from_estimates_entries_and_numbers() -> None:
    assert places.value_error(Estimate(2.0, 0.1)) == (2.0, 0.1)
    assert places.value_error({"value": 2.0, "error": 0.1}) == (2.0, 0.1)
    assert places.value_error(2) == (2.0, 0.0)
    assert all(math.isnan(number) for number in places.value_error(None))
    with pytest.raises(InputError, match="a number or an Estimate"):
        places.value_error("2.27")


def test_a_known_value_is_a_dashed_line_with_its_error(ax: Axes) -> None:
    places.known_line(ax, Estimate(2.0, 0.5))
    assert ax.lines[0].get_ydata() == [2.0, 2.0]
    assert ax.patches[0].get_bbox().intervaly.tolist() == [1.5, 2.5]
