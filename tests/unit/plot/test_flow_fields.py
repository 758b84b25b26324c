"""Flow fields with their fixed points."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

from spinlens import flow_field as make
from spinlens.errors import InputError
from spinlens.plot import style
from spinlens.plot.flow_fields import flow_field
from spinlens.statistics.estimate import Estimate

BEFORE = [Estimate(T, 0.0) for T in (2.0, 2.2, 2.4)]
FIELD = make(BEFORE, [Estimate(T, 0.01) for T in (2.1, 2.2 + 1e-9, 2.3)])


def test_changes_and_fixed_point_in_units_of_t_c(ax: Axes) -> None:
    assert flow_field(FIELD, ax, unit=2.0) is ax
    points, fixed = (container.lines[0] for container in ax.containers)
    assert points.get_xdata().tolist() == [1.0, 1.1, 1.2]
    assert points.get_ydata() == pytest.approx([0.05, 0.0, -0.05], abs=1e-8)
    assert fixed.get_xdata() == pytest.approx([1.1])
    assert fixed.get_marker() == "v"  # the flow is drawn to it
    assert ax.get_legend_handles_labels()[1][-1].startswith("attracts: $T^*$ = 1.10")


def test_a_fixed_point_that_repels_points_up() -> None:
    field = make(BEFORE, [Estimate(T, 0.01) for T in (1.9, 2.2 + 1e-9, 2.5)])
    assert field.plot().containers[-1].lines[0].get_marker() == "^"


def test_fields_by_instrument_have_their_looks(ax: Axes) -> None:
    flow_field({"energy": FIELD, "xi": FIELD, "network": None}, ax)
    colors = [container.lines[0].get_color() for container in ax.containers[::2]]
    assert colors == [style.instrument("energy")[0], style.instrument("xi")[0]]


def test_what_is_no_field_is_refused() -> None:
    with pytest.raises(InputError, match="measure_flow_field"):
        flow_field([1.0, 2.0])
    with pytest.raises(InputError, match="no flow field"):
        flow_field({"energy": None})
