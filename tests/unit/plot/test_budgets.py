"""Shares of an error: of statistics and systematics, and of the sizes."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot.budgets import error_budget, influence

POINT = {
    "statistical": {"temperature": 3.0, "binder": 0.0, "xi": 1.0},
    "systematic": {"temperature": 4.0, "binder": 0.0},
    "influence": {8: 0.25, 16: 0.75},
}


def test_variances_are_shared_and_bars_are_stacked(ax: Axes) -> None:
    error_budget(POINT, ax)
    assert [bar.get_x() for bar in ax.patches] == pytest.approx([0.0, 0.0, 0.36, 0.0])
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([0.36, 0.0, 0.64, 0.0])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$T_c$", "$U_4$"]  # ξ/L has one part alone
    assert ax.get_legend_handles_labels()[1] == ["statistical", "systematic"]


def test_sizes_have_their_share_in_t_c(ax: Axes) -> None:
    influence(POINT, ax)
    assert [bar.get_height() for bar in ax.patches] == [0.25, 0.75]


@pytest.mark.parametrize("draw", [error_budget, influence])
def test_something_else_is_refused(draw) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="draws a CriticalPoint"):
        draw({"temperature": 2.27})
