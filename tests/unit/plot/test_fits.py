"""Residuals of a fit."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot.fits import residuals

POINT = {"quality": {"residuals": [["binder", 8, 0.5], ["binder", 32, -1.0], ["xi", 16, 2.0]]}}


def test_every_quantity_has_its_points_at_its_sizes(ax: Axes) -> None:
    assert residuals(POINT, ax) is ax
    binder, xi = ax.lines[1:]
    assert binder.get_ydata().tolist() == [0.5, -1.0]
    assert xi.get_xdata()[0] == pytest.approx(1.0)  # the second of three sizes
    assert [label.get_text() for label in ax.get_xticklabels()] == ["8", "16", "32"]
    assert ax.get_legend_handles_labels()[1] == ["$U_4$", "ξ/L"]


def test_something_else_is_refused(ax: Axes) -> None:
    with pytest.raises(InputError, match="CriticalPoint"):
        residuals(3.0, ax)
