"""Calibration curves and readings of known ensembles."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens import EnergyThermometer, IsingModel, NearestNeighbour
from spinlens.errors import InputError
from spinlens.plot.instruments import calibration, validation
from spinlens.thermometers.instruments import sample_independent

MODEL = IsingModel((4, 4), NearestNeighbour())
TEMPERATURES = [0.3, 2.0, 2.5, 3.0, 4.0]
THERMOMETER = EnergyThermometer.calibrate(MODEL, TEMPERATURES, sample_independent(MODEL, TEMPERATURES, 200))


def test_the_curve_with_its_ensembles_and_where_it_cannot_read(ax: Axes) -> None:
    assert calibration(THERMOMETER, ax, unit=2.0) is ax
    curve = THERMOMETER.curve
    points = ax.containers[0].lines[0]
    assert points.get_xdata().tolist() == [T / 2 for T in TEMPERATURES]
    assert points.get_ydata().tolist() == curve.mean.tolist()
    line = ax.lines[0]
    assert line.get_ydata()[200] == pytest.approx(curve.value(2 * line.get_xdata()[200]))
    (grey,) = ax.patches
    assert grey.get_bbox().intervalx.tolist() == [0.15, THERMOMETER.range[0] / 2]
    assert ax.get_ylabel() == "energy per spin"
    assert THERMOMETER.plot(ax) is ax


def test_biases_are_hollow_out_of_range(ax: Axes) -> None:
    read = {"temperatures": np.array([1.0, 2.0, 3.0]), "bias": np.array([0.5, 0.01, -0.02]),
            "error": np.array([0.1, 0.01, 0.02]), "in_range": np.array([False, True, True])}  # fmt: skip
    validation(read, ax)
    inside, outside = (container.lines[0] for container in ax.containers)
    assert inside.get_xydata().tolist() == [[2.0, 0.01], [3.0, -0.02]]
    assert outside.get_markerfacecolor() == "none"
    assert ax.get_ylim()[1] < 0.1  # zoomed to what can be trusted
    found = THERMOMETER.validate(TEMPERATURES, sample_independent(MODEL, TEMPERATURES, 200, seed=1))
    assert found.plot(ax) is ax


def test_a_whole_set_of_instruments_is_refused() -> None:
    with pytest.raises(InputError, match="one thermometer"):
        calibration({"energy": THERMOMETER})
    with pytest.raises(InputError, match=r"Thermometer\.validate"):
        validation(THERMOMETER)
    with pytest.raises(InputError, match="unit must be"):
        calibration(THERMOMETER, unit=-1)
