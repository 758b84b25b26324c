"""Every thermometer: shapes, storage, symmetry, and one clear error for what it cannot read."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import CalibrationError, InputError, SpinsError
from spinlens.exact.enumeration import all_states
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.energy import EnergyThermometer
from spinlens.thermometers.equilibrium import EquilibriumReference, equilibrium_test
from spinlens.thermometers.magnetization import MagnetizationThermometer
from spinlens.thermometers.network import NetworkThermometer
from spinlens.thermometers.thermometer import Thermometer

MODEL = IsingModel((3, 3), NearestNeighbour())
GRID = [0.0, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, np.inf]


def draw(temperature: float, n: int, seed: int) -> np.ndarray:
    """Independent equilibrium states of the 3×3 lattice."""
    states = all_states(9).reshape(-1, 3, 3)
    energy = MODEL.energy(states)
    beta = 0.0 if np.isinf(temperature) else 1 / max(temperature, 1e-2)
    weights = np.exp(-beta * (energy - energy.min()))
    return states[np.random.default_rng(seed).choice(len(states), n, p=weights / weights.sum())]


def ensembles(n: int, seed: int) -> np.ndarray:
    return np.stack([draw(t, n, 100 * seed + k) for k, t in enumerate(GRID)])


@pytest.fixture(scope="module")
def thermometers() -> tuple[Thermometer, ...]:
    order = np.random.default_rng(0).permutation(len(GRID))  # any order of temperatures will do
    grid, states = np.array(GRID)[order], ensembles(600, 0)[order]
    return (
        EnergyThermometer.calibrate(MODEL, grid, states),
        MagnetizationThermometer.calibrate(MODEL, grid, states),
        NetworkThermometer.calibrate(MODEL, grid, states, hidden=16, epochs=5),
    )


@pytest.mark.parametrize("number", [0, 1, 2])
def test_reads_temperatures_with_errors(thermometers: tuple[Thermometer, ...], number: int) -> None:
    reading = thermometers[number].read(draw(2.2, 2000, 7))
    assert reading.in_range
    assert not reading.off_lattice
    assert abs(reading.temperature.deviation(2.2)) < 4
    assert reading.temperature.error < 0.15
    assert thermometers[number].excess(reading, 2.2) == pytest.approx(0.0, abs=4)
    assert thermometers[number].excess(reading, 4.0) < -4


@pytest.mark.parametrize("number", [0, 1, 2])
def test_says_out_of_range_beyond_its_calibration(thermometers: tuple[Thermometer, ...], number: int) -> None:
    thermometer = thermometers[number]
    assert not thermometer.read(np.ones((50, 3, 3), dtype=np.int8)).in_range
    assert not thermometer.read(draw(np.inf, 20_000, 8)).in_range
    low, high = thermometer.curve.range
    assert 0 < low < high <= 4.0
    cold = thermometer.read(np.ones((500, 3, 3), dtype=np.int8))
    assert thermometer.excess(cold, 2.0) < -4


@pytest.mark.parametrize("number", [0, 1, 2])
def test_survives_storage_and_flipping_every_spin(thermometers: tuple[Thermometer, ...], number: int) -> None:
    thermometer = thermometers[number]
    states = draw(2.0, 100, 9)
    again = type(thermometer).from_arrays(thermometer.to_arrays(), MODEL)
    assert again.read(states) == thermometer.read(states)
    assert np.allclose(thermometer.statistic(-states), thermometer.statistic(states), atol=1e-6)
    with pytest.raises(CalibrationError, match="calibrated on \\(3, 3\\)"):
        type(thermometer).from_arrays(thermometer.to_arrays(), IsingModel((4, 4), NearestNeighbour()))


def test_real_fields_are_read_and_marked(thermometers: tuple[Thermometer, ...]) -> None:
    states = draw(2.0, 300, 10)
    for thermometer in thermometers[:2]:
        halved = thermometer.read(states * 0.5)
        assert halved.off_lattice
        assert halved.temperature.value > thermometer.read(states).temperature.value


def test_network_is_the_same_for_the_same_seed() -> None:
    grid, states = GRID[:-1], ensembles(40, 3)[:-1]
    one, two = (NetworkThermometer.calibrate(MODEL, grid, states, hidden=4, epochs=1, seed=5) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one.layers, two.layers, strict=True))


def test_validation_table(thermometers: tuple[Thermometer, ...]) -> None:
    table = thermometers[0].validate(GRID, ensembles(400, 4))
    assert table.temperatures.tolist() == GRID[:-1]
    assert np.isnan(table.pull[0])
    assert np.all(np.abs(table.pull[table.in_range]) < 4)
    inside = table.in_range
    assert np.all(table.spread[inside] > 3 * table.error[inside])


def test_bad_input_gets_one_clear_error(thermometers: tuple[Thermometer, ...]) -> None:
    energy = thermometers[0]
    with pytest.raises(SpinsError, match="must have last axes \\(3, 3\\)"):
        energy.read(np.ones((5, 4, 4)))
    with pytest.raises(InputError, match="at least 2 states"):
        energy.read(np.ones((1, 3, 3)))
    with pytest.raises(InputError, match="n_temperatures = 3"):
        EnergyThermometer.calibrate(MODEL, [1, 2, 3], np.ones((2, 5, 3, 3)))
    with pytest.raises(InputError, match="at least 3 finite"):
        EnergyThermometer.calibrate(MODEL, [1, 2, np.inf], np.ones((3, 5, 3, 3)))
    with pytest.raises(InputError, match="at least 2 states at each"):
        EnergyThermometer.calibrate(MODEL, [1, 2, 3], np.ones((3, 1, 3, 3)))
    with pytest.raises(SpinsError, match="only \\+1 and -1"):
        MagnetizationThermometer.calibrate(MODEL, [1, 2, 3], np.zeros((3, 5, 3, 3)))
    with pytest.raises(InputError, match="half to train"):
        NetworkThermometer.calibrate(MODEL, [1, 2, 3], np.ones((3, 3, 3, 3)))
    with pytest.raises(InputError, match="temperatures above 0"):
        EquilibriumReference.calibrate(MODEL, [0, 1, 2], np.ones((3, 5, 3, 3)))


def test_equilibrium_reference_survives_storage_and_rejects_other_lattices() -> None:
    reference = EquilibriumReference.calibrate(MODEL, GRID, ensembles(600, 5))
    states = draw(2.0, 300, 11)
    found = equilibrium_test(states, reference)
    assert EquilibriumReference.from_arrays(reference.to_arrays(), MODEL).test(states) == found
    assert list(found.pulls) == ["energy", "|m|", "energy²", "m²", "G(1)", "S(1)", "S(1,1)"]
    with pytest.raises(SpinsError, match="last axes"):
        reference.test(np.ones((5, 4, 4)))
    with pytest.raises(CalibrationError, match="calibrated on \\(3, 3\\)"):
        EquilibriumReference.from_arrays(reference.to_arrays(), IsingModel((8, 8), NearestNeighbour()))


def test_few_excitations_are_out_of_range_of_the_equilibrium_test() -> None:
    reference = EquilibriumReference.calibrate(MODEL, GRID, ensembles(600, 6))
    assert not reference.test(np.ones((100, 3, 3), dtype=np.int8)).in_range
    assert reference.test(draw(2.5, 600, 12)).in_range
