"""Reweighted functions of temperature with the runs that they come from."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import IsingModel, NearestNeighbour, reweight, sample
from spinlens.errors import InputError
from spinlens.plot.thermodynamics import reweighted

RUNS = sample(IsingModel((4, 4), NearestNeighbour()), [2.2, 2.4], draws=1000, seed=1)
TABLE = reweight(RUNS, [2.2, 2.3, 2.4])


def test_the_curve_and_its_runs(ax: Axes) -> None:
    assert reweighted(TABLE, ax, runs=RUNS, known=([2.2, 2.4], [-1.6, -1.5])) is ax
    assert ax.lines[0].get_ydata().tolist() == TABLE.energy.values.tolist()
    points = ax.containers[0].lines[0]
    assert points.get_ydata().tolist() == RUNS.average.sel(observable="energy").values.tolist()
    assert ax.lines[-1].get_ydata().tolist() == [-1.6, -1.5]


def test_runs_are_marked_where_they_hold_no_such_average(ax: Axes) -> None:
    reweighted(TABLE, ax, quantity="specific_heat", runs=RUNS)
    assert ax.lines[1].get_xdata().tolist() == [2.2, 2.4]
    assert ax.get_ylabel().startswith("specific heat")
    half = TABLE.specific_heat_error.values
    vertices = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert np.isclose(vertices.min(), (TABLE.specific_heat.values - half).min())


def test_a_quantity_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="no 'entropy'; it has energy, specific_heat"):
        reweighted(TABLE, quantity="entropy")
    with pytest.raises(InputError, match="draws what reweight gives"):
        reweighted({"energy": [1.0]})
