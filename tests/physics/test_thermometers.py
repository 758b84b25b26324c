"""Thermometers and the equilibrium test on Monte Carlo ensembles that they have not seen."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.renormalization.block_spin import block_spins
from spinlens.sampling.sampler import sample
from spinlens.thermometers.correlation_function import CorrelationThermometer
from spinlens.thermometers.correlation_length import CorrelationLengthThermometer
from spinlens.thermometers.energy import EnergyThermometer
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.thermometers.impostors import halves, shuffled
from spinlens.thermometers.magnetization import MagnetizationThermometer
from spinlens.thermometers.network import NetworkThermometer
from spinlens.thermometers.pseudo_likelihood import PseudoLikelihoodThermometer
from truths import boltzmann

CRITICAL = {"nearest": 2.2691853142130216, "power": 6.835}
COUPLING = {"nearest": NearestNeighbour(), "power": PowerLaw(1.2)}
GRID = np.array([0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.1, 2.6])
CLASSES = (
    EnergyThermometer,
    MagnetizationThermometer,
    CorrelationLengthThermometer,
    CorrelationThermometer,
    PseudoLikelihoodThermometer,
    NetworkThermometer,
)


@functools.cache
def ensembles(name: str, L: int, seed: int) -> tuple[IsingModel, np.ndarray, np.ndarray]:
    """(model, temperatures, states (16, 400, L, L)), 12 sweeps apart: nearly independent."""
    model = IsingModel((L, L), COUPLING[name])
    grid = GRID * CRITICAL[name]
    data = sample(model, grid.tolist(), 200, chains=2, seed=seed, keep_spins=True, thin=12, warmup=200, energy=False)
    return model, grid, data.spins.values.reshape(len(grid), -1, L, L)


def mixture(cold: np.ndarray, hot: np.ndarray) -> np.ndarray:
    """States of both in turn: each is in equilibrium, the ensemble is not."""
    return np.where(np.arange(len(cold))[:, None, None] % 2 == 1, hot, cold)


@pytest.mark.parametrize("name", ["nearest", "power"])
@pytest.mark.parametrize("kind", CLASSES)
def test_pulls_on_held_out_ensembles_have_unit_variance(name: str, kind: type) -> None:
    """Four calibrations, each read on an ensemble of its own: about 55 pulls, whose χ² has an error of √110."""
    pulls, wrong = [], []
    for seed in range(0, 8, 2):
        model, grid, states = ensembles(name, 8, seed)
        _, _, unseen = ensembles(name, 8, seed + 1)
        thermometer = kind.calibrate(model, grid, states)
        pulls.append(thermometer.validate(grid, unseen).pull)
        wrong.append(thermometer.validate(0.95 * grid, unseen).pull)  # the twin: T wrong by 5 %
    found, shifted = (np.concatenate(parts) for parts in (pulls, wrong))
    found, shifted = found[np.isfinite(found)], shifted[np.isfinite(shifted)]
    assert len(found) >= 40

    def z(values: np.ndarray) -> float:
        return float((np.sum(values**2) - len(values)) / np.sqrt(2 * len(values)))

    assert abs(z(found)) < 4
    assert z(shifted) > 4


@pytest.mark.parametrize("kind", CLASSES)
def test_out_of_range_is_said_outside_and_only_there(kind: type) -> None:
    model, grid, states = ensembles("nearest", 8, 0)
    thermometer = kind.calibrate(model, grid[4:12], states[4:12])  # 0.85 … 1.35 T_c
    inner = [thermometer.read(states) for states in ensembles("nearest", 8, 1)[2][6:10]]
    assert all(reading.in_range for reading in inner)
    for k in (0, 1, 14, 15):  # 0.5, 0.6, 2.1 and 2.6 T_c
        assert not thermometer.read(ensembles("nearest", 8, 1)[2][k]).in_range
    whole = kind.calibrate(model, grid, states)  # the twin: calibrated there
    last = 13 if kind is NetworkThermometer else 14  # its classes are next to alike from 2 T_c on
    cold, hot = (whole.read(ensembles("nearest", 8, 1)[2][k]) for k in (1, last))
    assert cold.in_range
    assert hot.in_range == (kind is not CorrelationLengthThermometer)  # whose ratio S(k)/S(0) is flat from 1.75 T_c on


@pytest.mark.parametrize("kind", CLASSES)
def test_calibrated_with_another_coupling_it_misreads(kind: type) -> None:
    """The broken twin: nearest-neighbour states at T/T_c read by an instrument of the power law at the same T/T_c."""
    model, grid, _ = ensembles("power", 8, 0)
    _, _, foreign = ensembles("nearest", 8, 1)
    thermometer = kind.calibrate(model, grid, ensembles("power", 8, 0)[2])
    right = thermometer.validate(grid, ensembles("power", 8, 1)[2]).pull
    wrong = thermometer.validate(grid, foreign).pull
    assert np.nanmax(np.abs(right)) < 4.5
    assert np.nanmax(np.abs(wrong)) > 8


def test_errors_of_correlated_states_contain_their_autocorrelation() -> None:
    """Forty ensembles of four chains of Metropolis sweeps at T_c, τ ≈ 10 to 30: χ² of the pulls has an error of √78."""
    model, grid, _ = ensembles("nearest", 8, 0)
    many = np.concatenate([ensembles("nearest", 8, seed)[2] for seed in range(4)], axis=1)
    data = sample(model, grid[7], 500, chains=160, seed=5, algorithm="multi-spin-metropolis", keep_spins=True)
    runs = data.spins.values[0].reshape(40, 4, 500, 8, 8)
    for kind in (EnergyThermometer, CorrelationThermometer, PseudoLikelihoodThermometer):
        thermometer = kind.calibrate(model, grid, many)
        curve = thermometer.curve
        calibration = curve.error_at(grid[7]) / abs(curve.slope_at(grid[7]))  # common to all
        pulls, plain = [], []
        for run in runs:
            for states, found in ((run, pulls), (run.reshape(-1, 8, 8), plain)):
                known = thermometer.read(states).temperature
                found.append((known.value - grid[7]) / np.sqrt(max(known.error**2 - calibration**2, 1e-9)))
        assert abs(np.var(pulls) * 40 - 39) < 4 * np.sqrt(78), kind.name
        if kind is not PseudoLikelihoodThermometer:  # whose scores forget in a sweep or two
            assert np.var(plain) * 40 > 39 + 4 * np.sqrt(78)  # the twin: taken as independent


@pytest.mark.parametrize("name", ["nearest", "power"])
def test_temperatures_between_those_of_the_calibration_are_read_without_bias(name: str) -> None:
    model, grid, states = ensembles(name, 8, 0)
    between = np.sqrt(grid[1:-1:2] * grid[2::2])
    data = sample(model, between.tolist(), 400, chains=2, seed=2, keep_spins=True, thin=12, warmup=200, energy=False)
    unseen = data.spins.values.reshape(len(between), -1, 8, 8)
    for kind in CLASSES:
        table = kind.calibrate(model, grid, states).validate(between, unseen)
        assert np.nanmax(np.abs(table.pull)) < 4, kind.name


@pytest.mark.parametrize("name", ["nearest", "power"])
@pytest.mark.parametrize("L", [4, 8])
def test_equilibrium_test_accepts_what_is_in_equilibrium(name: str, L: int) -> None:
    model, grid, states = ensembles(name, L, 0)
    reference = EquilibriumReference.calibrate(model, grid, states)
    _, _, unseen = ensembles(name, L, 1)
    found = [reference.test(ensemble) for ensemble in unseen]
    inside = [test for test in found if test.in_range]
    assert len(inside) >= 9
    rejected = sum(test.p_value < 0.05 for test in inside)
    assert rejected <= 0.05 * len(inside) + 4 * np.sqrt(0.05 * 0.95 * len(inside))
    assert all(test.p_value > 1e-4 for test in inside)
    inner = list(zip(found, grid, strict=True))[:-1]  # at the end of the calibration T can only come out lower
    near = [abs(test.temperature.deviation(t)) for test, t in inner if test.in_range]
    assert max(near) < 5


def test_false_alarms_are_one_in_twenty_whatever_the_number_of_states() -> None:
    """Independent draws from all 65,536 states of 4×4, 30 calibrations: 180 ensembles, on and off their temperatures.

    The twin takes the calibration for exact, which 4000 states against 600 show.
    """
    model, critical = IsingModel((4, 4), COUPLING["nearest"]), CRITICAL["nearest"]
    states, rng = boltzmann(model, critical)[0], np.random.default_rng(1)

    @functools.cache
    def cumulative(relative: float) -> np.ndarray:
        return np.cumsum(boltzmann(model, relative * critical)[1])

    def draw(relative: float, n: int) -> np.ndarray:
        return states[np.searchsorted(cumulative(relative), rng.random(n) * cumulative(relative)[-1], side="right")]

    grid, wrong = GRID[5:14], []
    rejected: dict[int, list[bool]] = {200: [], 4000: []}
    for _ in range(30):
        calibration = np.stack([draw(relative, 600) for relative in grid])
        reference = EquilibriumReference.calibrate(model, grid * critical, calibration)
        exact = dataclasses.replace(reference.curve, noise=np.zeros_like(reference.curve.noise))
        twin = EquilibriumReference(model, exact, reference.skewness, reference.kurtosis)
        for n, found in rejected.items():
            for relative in (1.05, 1.075, 1.2):
                ensemble = draw(relative, n)
                found.append(reference.test(ensemble).p_value < 0.05)
                if n == 4000:
                    wrong.append(twin.test(ensemble).p_value < 0.05)
    for found in rejected.values():
        assert abs(np.mean(found) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / len(found))
    assert np.mean(wrong) > 0.5


@pytest.mark.parametrize("name", ["nearest", "power"])
def test_made_up_states_are_rejected_though_the_magnetization_accepts_them(name: str) -> None:
    model, grid, states = ensembles(name, 8, 0)
    reference = EquilibriumReference.calibrate(model, grid, states)
    size = MagnetizationThermometer.calibrate(model, grid, states)
    energy = EnergyThermometer.calibrate(model, grid, states)
    _, _, unseen = ensembles(name, 8, 1)
    critical = unseen[7]
    assert reference.test(critical).p_value > 1e-3
    random = shuffled(critical, seed=3)
    reading = size.read(random)
    assert reading.in_range
    assert reading == size.read(critical)
    assert reference.test(random).p_value < 1e-6
    if name == "nearest":  # the long-range energy is mostly that of m², so there the two nearly agree
        assert energy.read(random).temperature.deviation(reading.temperature) > 4
    for states in (mixture(unseen[4], unseen[10]), halves(unseen[4], unseen[10])):  # 0.85 and 1.2 T_c
        assert size.read(states).in_range
        assert reference.test(states).p_value < 1e-4


@pytest.mark.parametrize("name", ["nearest", "power"])
def test_distance_does_not_grow_with_the_number_of_states_and_significance_does(name: str) -> None:
    model, grid, states = ensembles(name, 8, 0)
    reference = EquilibriumReference.calibrate(model, grid, states)
    true = np.concatenate([ensembles(name, 8, seed)[2][7] for seed in range(1, 6)])
    few, many = (reference.test(shuffled(part)) for part in (true[:200], true))
    assert abs(few.distance.deviation(many.distance)) < 4
    assert many.distance.value > 8 * many.distance.error
    assert max(map(abs, many.pulls.values())) > 1.2 * max(map(abs, few.pulls.values()))
    assert few.states_to_tell < 200
    assert reference.test(true).distance.value < 0.5 * many.distance.value


@pytest.mark.parametrize("name", ["nearest", "power"])
def test_majority_blocks_read_colder_below_and_hotter_above_the_critical_point(name: str) -> None:
    (model, grid, one), (_, _, two) = ensembles(name, 4, 0), ensembles(name, 4, 1)
    states = np.concatenate([one, two], axis=1)
    fine = np.concatenate([ensembles(name, 8, seed)[2] for seed in (0, 1)], axis=1)
    for kind in CLASSES[:2]:
        thermometer = kind.calibrate(model, grid, states)
        for k, sign in ((3, -1), (11, 1)):  # 0.8 and 1.35 T_c
            reading = thermometer.read(block_spins(fine[k], generator=np.random.default_rng(4)))
            assert sign * thermometer.excess(reading, grid[k]) > 4
        same = thermometer.read(block_spins(fine[7], generator=np.random.default_rng(5)))
        assert same.in_range
        assert abs(same.temperature.value / CRITICAL[name] - 1) < 0.1


def test_block_averages_read_hot_in_energy_and_unchanged_in_magnetization() -> None:
    fine = np.concatenate([ensembles("nearest", 8, seed)[2][7] for seed in (1, 3, 5)])  # T_c
    model, grid, states = ensembles("nearest", 4, 0)
    averaged = block_spins(fine, rule="average")
    energy = EnergyThermometer.calibrate(model, grid, states).read(averaged)
    assert energy.off_lattice
    assert energy.temperature.deviation(grid[7]) > 4
    assert EquilibriumReference.calibrate(model, grid, states).test(averaged).p_value < 1e-4
