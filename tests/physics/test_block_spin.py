"""Block spins as renormalization: the exact ring, the fixed point at T_c, and the flow away from it on both sides."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.renormalization.block_spin import block_spin_flow, block_spins
from spinlens.sampling.sampler import sample
from spinlens.thermometers.energy import EnergyThermometer
from spinlens.thermometers.magnetization import MagnetizationThermometer
from spinlens.thermometers.thermometer import Thermometer
from truths import boltzmann, numbers

COUPLING = {"nearest": NearestNeighbour(), "power": PowerLaw(1.2)}
CRITICAL = {"nearest": CRITICAL_TEMPERATURE, "power": 6.835}
GRID = np.array([0.6, 0.7, 0.8, 0.88, 0.94, 1.0, 1.06, 1.12, 1.2, 1.35, 1.6, 2.0])
SHIFT = {16: 0.02, 8: 0.035}
"""How far blocks of 32² at T_c may read from T_c: measured 0.1 to 1.0 % on 16² and 0.7 to 2.2 % on 8², errors 0.3 %."""


def draws(model: IsingModel, temperatures: list[float], n: int, seed: int) -> np.ndarray:
    """(n_temperatures, 2 n, *shape) states, nearly independent."""
    data = sample(model, temperatures, n, 2, seed, keep_spins=True, thin=3, warmup=200, energy=False)
    return data.spins.values.reshape(len(temperatures), -1, *model.shape)


@pytest.mark.parametrize("K", [0.4, 0.7, 1.0])
@pytest.mark.parametrize("scale", [2, 3])
def test_decimated_rings_are_rings_of_the_exact_coupling(K: float, scale: int) -> None:
    """tanh K′ = tanh^b K, which is K′ = ½ ln cosh 2K for b = 2: all probabilities of the kept spins of a ring of 12."""
    length = 12 // scale
    states, p = boltzmann(IsingModel((12,), NearestNeighbour()), 1 / K)
    renormalized = np.arctanh(np.tanh(K) ** scale)
    if scale == 2:
        assert renormalized == pytest.approx(0.5 * np.log(np.cosh(2 * K)))

    def probabilities(kept: np.ndarray) -> np.ndarray:
        return np.bincount(numbers(kept), weights=p, minlength=2**length)

    expected = boltzmann(IsingModel((length,), NearestNeighbour()), 1 / renormalized)[1]
    assert np.allclose(probabilities(block_spins(states, scale, "decimation")), expected, rtol=1e-11)
    blocks = block_spins(states, scale, generator=np.random.default_rng(2))  # the twin: another map
    assert not np.allclose(probabilities(blocks), expected, rtol=0.1)


@functools.cache
def thermometers(name: str, L: int) -> tuple[Thermometer, ...]:
    model = IsingModel((L, L), COUPLING[name])
    grid = (GRID * CRITICAL[name]).tolist()
    states = draws(model, grid, 500, L)
    return tuple(kind.calibrate(model, grid, states) for kind in (EnergyThermometer, MagnetizationThermometer))


@functools.cache
def fine(name: str, ratio: float) -> np.ndarray:
    return draws(IsingModel((32, 32), COUPLING[name]), [ratio * CRITICAL[name]], 1500, 3)[0]


@pytest.mark.parametrize("name", ["nearest", "power"])
def test_critical_blocks_read_critical_and_decimated_ones_do_not(name: str) -> None:
    flow = block_spin_flow(fine(name, 1.0), 2, seed=4)
    for L, states in zip((16, 8), flow.states[1:], strict=True):
        for thermometer in thermometers(name, L):
            reading = thermometer.read(states)
            assert reading.in_range
            shift = reading.temperature.value / CRITICAL[name] - 1
            assert abs(shift) < SHIFT[L] + 4 * reading.temperature.error / CRITICAL[name]
    kept = block_spins(fine(name, 1.0), 2, "decimation")  # the twin: no fixed point at finite T
    reading = thermometers(name, 16)[0].read(kept)
    assert reading.temperature.value / CRITICAL[name] - 1 > SHIFT[16] + 4 * reading.temperature.error / CRITICAL[name]


@pytest.mark.parametrize("name", ["nearest", "power"])
@pytest.mark.parametrize(("ratio", "sign"), [(0.9, -1), (1.1, 1)])
def test_blocks_flow_away_from_the_critical_point_on_the_right_side(name: str, ratio: float, sign: int) -> None:
    flow = block_spin_flow(fine(name, ratio), 2, seed=5)
    known = ratio * CRITICAL[name]
    for kind in range(2):
        temperatures = [known]
        for L, states in zip((16, 8), flow.states[1:], strict=True):
            thermometer = thermometers(name, L)[kind]
            reading = thermometer.read(states)
            assert reading.in_range
            assert sign * thermometer.excess(reading, temperatures[-1]) > 4
            temperatures.append(reading.temperature.value)
        growth = abs(temperatures[1] / CRITICAL[name] - 1) / 0.1
        assert 1.3 < growth < 3  # b^{y_t} = 2, bent by the distance from T_c


@pytest.mark.parametrize("name", ["nearest", "power"])
def test_strong_kadanoff_blocks_are_majority_blocks_and_weak_ones_are_noise(name: str) -> None:
    states = fine(name, 1.0)
    majority = block_spin_flow(states, 2, seed=6)
    for p in (40.0, np.inf):
        strong = block_spin_flow(states, 2, rule="kadanoff", p=p, seed=6)
        decided = np.abs(block_spins(states, 2, "average")) > 0
        assert np.array_equal(strong.at(1)[decided], majority.at(1)[decided])
    energy = thermometers(name, 16)[0]
    soft = [energy.read(block_spins(states, 2, "kadanoff", p, np.random.default_rng(7))) for p in (0.1, 0.3, 1.0, 40.0)]
    read = [reading.statistic.value for reading in soft]
    assert read == sorted(read, reverse=True)  # less noise, lower energy
    assert abs(energy.read(majority.at(1)).statistic.deviation(soft[-1].statistic)) < 4
    assert soft[1].statistic.deviation(soft[-1].statistic) > 4


def test_block_averages_of_spins_are_arithmetic_means() -> None:
    states = fine("nearest", 1.0)[:200]
    for scale in (2, 4, 8):
        slow = np.add.reduceat(
            np.add.reduceat(states.astype(float), range(0, 32, scale), axis=1), range(0, 32, scale), axis=2
        )
        found = block_spins(states, scale, "average")
        assert np.array_equal(found, slow / scale**2)
        assert not np.array_equal(found, np.sign(slow))
