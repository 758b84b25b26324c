"""Where flows end: a line an instrument or a machine, starts beside one another, hollow out of range."""

from __future__ import annotations

from typing import Any

import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot import style
from spinlens.plot.ends_of_flows import flow_ends, machine_name


def row(start: str, energy: float, xi: float, **about: Any) -> dict[str, Any]:
    return {
        "control": "given", "recipe": "machine", "n_hidden": 64, "seed": 0, "start": start,
        "T_energy": energy, "T_energy_error": 0.02, "in_range_energy": True,
        "T_xi": None, "T_xi_error": None, "nearest_xi": xi, "in_range_xi": False, **about,
    }  # fmt: skip


ROWS = [row("cold", 2.0, 2.6), row("hot", 2.2, 2.6), row("hot", 1.0, 2.6, control="lattice", recipe="CD-1")]


def points(ax: Axes) -> list[tuple[float, float]]:
    return [(float(c.lines[0].get_xdata()[0]), float(c.lines[0].get_ydata()[0])) for c in ax.containers]


def labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def test_the_given_machine_has_a_line_an_instrument(ax: Axes) -> None:
    assert flow_ends(ROWS, ax, unit=2.0) is ax
    assert labels(ax) == ["energy", "ξ/L"]
    assert points(ax) == [(1.0, -0.22), (1.1, 0.22), (1.3, 0.78), (1.3, 1.22)]
    faces = [c.lines[0].get_markerfacecolor() for c in ax.containers]
    assert faces == [style.BLUE, style.ORANGE, "none", "none"]  # the second instrument is out of its range
    assert ax.get_legend_handles_labels()[1] == ["cold start", "hot start"]


def test_by_one_instrument_it_has_a_line_a_machine(ax: Axes) -> None:
    flow_ends(ROWS, ax, instrument="energy")
    assert labels(ax) == ["machine", "lattice CD-1 64"]
    assert points(ax) == [(2.0, -0.22), (2.2, 0.22), (1.0, 1.22)]
    assert ax.get_xlabel() == "T / J at the end of the flow"


def test_machines_that_differ_by_their_seed_have_one_name() -> None:
    assert machine_name({"control": "exact", "recipe": "", "n_hidden": 2016, "seed": 3}) == "exact 2016"


@pytest.mark.parametrize("given", [[], [{"start": "hot"}], {"T_energy": 1.0}, [1.0]])
def test_what_is_no_row_is_refused(given: Any) -> None:
    with pytest.raises(InputError, match="draws rows of FlowComparison"):
        flow_ends(given)


def test_another_instrument_is_refused() -> None:
    with pytest.raises(InputError, match="not read by 'network'; they were by energy, xi"):
        flow_ends(ROWS, instrument="network")
