"""Every thermometer: readings with errors, ranges, storage, symmetry, and one clear error for what it cannot read."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from spinlens.errors import CalibrationError, InputError, SpinsError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.instruments import THERMOMETERS
from spinlens.thermometers.thermometer import Thermometer
from truths import drawn

MODEL = IsingModel((4, 4), NearestNeighbour())
GRID = [0.0, 1.2, 1.8, 2.1, 2.4, 2.7, 3.0, 3.5, 4.5, np.inf]


def draw(temperature: float, n: int, seed: int) -> np.ndarray:
    """Independent equilibrium states; 1e-2 and 1e9 are as good as the ends."""
    return drawn(MODEL, min(max(temperature, 1e-2), 1e9), n, seed)


def ensembles(n: int, seed: int) -> np.ndarray:
    return np.stack([draw(t, n, 100 * seed + k) for k, t in enumerate(GRID)])


@functools.cache
def thermometer(name: str) -> Thermometer:
    order = np.random.default_rng(0).permutation(len(GRID))  # any order of temperatures will do
    options = {"hidden": 16, "epochs": 10} if name == "network" else {}
    return THERMOMETERS[name].calibrate(MODEL, np.array(GRID)[order], ensembles(1000, 0)[order], **options)


@pytest.mark.parametrize("name", THERMOMETERS)
def test_reads_temperatures_with_errors(name: str) -> None:
    reading = thermometer(name).read(draw(2.5, 2000, 7))
    assert reading.in_range
    assert not reading.off_lattice
    assert abs(reading.temperature.deviation(2.5)) < 4
    assert reading.temperature.error < 0.15
    assert thermometer(name).excess(reading, 2.5) == pytest.approx(0.0, abs=4)
    assert thermometer(name).excess(reading, 4.0) < -4


@pytest.mark.parametrize("name", THERMOMETERS)
def test_says_out_of_range_beyond_its_calibration(name: str) -> None:
    own = thermometer(name)
    cold, hot = own.read(np.ones((50, 4, 4), dtype=np.int8)), own.read(draw(np.inf, 20_000, 8))
    low, high = own.range
    assert 0 < low < high <= 4.5
    for reading in (cold, hot):
        assert not reading.in_range
        assert np.isnan([reading.temperature.value, reading.temperature.error]).all()
        assert 0 <= reading.nearest.value <= 4.5
    assert (cold.bounds[0], hot.bounds[1]) == (0.0, np.inf)
    assert cold.bounds[1] < 2.1 < 2.7 < hot.bounds[0] <= high
    assert str(cold) == f"< {cold.bounds[1]:.4g} (out of range)"
    assert str(hot) == f"> {hot.bounds[0]:.4g} (out of range)"
    inside = own.read(draw(2.4, 2000, 9))
    assert str(inside) == str(inside.temperature) == str(inside.nearest)
    assert low < inside.bounds[0] < inside.nearest.value < inside.bounds[1] < high


@pytest.mark.parametrize("name", THERMOMETERS)
def test_survives_storage_and_flipping_every_spin(name: str) -> None:
    own, states = thermometer(name), draw(2.4, 100, 9)
    again = type(own).from_arrays(own.to_arrays(), MODEL)
    assert again.read(states) == own.read(states)
    assert np.allclose(own.statistic(-states), own.statistic(states), atol=1e-6)
    with pytest.raises(CalibrationError, match="calibrated on \\(4, 4\\)"):
        type(own).from_arrays(own.to_arrays(), IsingModel((5, 5), NearestNeighbour()))


@pytest.mark.parametrize("name", THERMOMETERS)
def test_real_fields_are_read_and_marked_and_less_amplitude_is_heat(name: str) -> None:
    own, states = thermometer(name), draw(2.4, 300, 10)
    halved = own.read(states * 0.5)
    assert halved.off_lattice
    if name in ("energy", "magnetization", "correlation"):  # ξ is a ratio, the others ask for more than an amplitude
        assert halved.bounds[0] > own.read(states).temperature.value


@pytest.mark.parametrize("name", THERMOMETERS)
def test_validation_table(name: str) -> None:
    table = thermometer(name).validate(GRID, ensembles(400, 4))
    assert table.temperatures.tolist() == GRID[:-1]
    assert np.isnan(table.pull[0])
    inside = table.in_range
    assert inside.sum() >= 4
    assert np.all(np.abs(table.pull[inside]) < 4)
    assert np.all(table.spread[inside] > 3 * table.error[inside])


@pytest.mark.parametrize("name", THERMOMETERS)
def test_bad_input_gets_one_clear_error(name: str) -> None:
    kind, own = THERMOMETERS[name], thermometer(name)
    with pytest.raises(SpinsError, match="must have last axes \\(4, 4\\)"):
        own.read(np.ones((5, 8, 8)))
    with pytest.raises(InputError, match="at least 2 states"):
        own.read(np.ones((1, 4, 4)))
    with pytest.raises(InputError, match="n_temperatures = 3"):
        kind.calibrate(MODEL, [1, 2, 3], np.ones((2, 5, 4, 4)))
    with pytest.raises(InputError, match="at least 3 finite"):
        kind.calibrate(MODEL, [1, 2, np.inf], np.ones((3, 5, 4, 4)))
    with pytest.raises(InputError, match="at least 2 states at each"):
        kind.calibrate(MODEL, [1, 2, 3], np.ones((3, 1, 4, 4)))
    with pytest.raises(SpinsError, match="only \\+1 and -1"):
        kind.calibrate(MODEL, [1, 2, 3], np.zeros((3, 5, 4, 4)))
    with pytest.raises(SpinsError, match="0/1"):
        kind.calibrate(MODEL, [1, 2, 3], np.ones((3, 5, 4, 4), dtype=int) - np.eye(4, dtype=int))
