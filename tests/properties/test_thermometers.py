"""Thermometers under what must not change them, and under what must change them in a known way."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens.errors import CalibrationError, InputError, SpinsError
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.instruments import THERMOMETERS, InstrumentSet, calibrate_instruments
from truths import drawn

COUPLINGS = {"nearest": NearestNeighbour, "power": functools.partial(PowerLaw, 1.2)}
RELATIVE = np.array([0.3, 0.45, 0.55, 0.65, 0.8, 1.1])  # T over the mean-field temperature ΣJ
NETWORK = {"hidden": 8, "epochs": 2}

seeds = st.integers(0, 2**32 - 1)
names = st.sampled_from(list(THERMOMETERS))
kinds = st.sampled_from(list(COUPLINGS))


@functools.cache
def calibrated(kind: str, strength: float = 1.0) -> InstrumentSet:
    """All instruments of a 4 × 4 lattice, on the same states whatever the strength: T goes with J."""
    plain = IsingModel((4, 4), COUPLINGS[kind]())
    states = np.stack([drawn(plain, r * plain.coupling_sum, 400, k) for k, r in enumerate(RELATIVE)])
    model = IsingModel((4, 4), COUPLINGS[kind](strength=strength))
    return calibrate_instruments(model, RELATIVE * model.coupling_sum, states, network=NETWORK)


def some_states(kind: str, seed: int, n: int = 60) -> np.ndarray:
    model = IsingModel((4, 4), COUPLINGS[kind]())
    relative = np.random.default_rng(seed).uniform(0.4, 0.9)
    return drawn(model, relative * model.coupling_sum, n, seed)


def temperature(instruments: InstrumentSet, name: str, states: np.ndarray) -> tuple[float, float]:
    found = instruments[name].read(states).nearest  # of a reading out of range the end of the curve
    return found.value, found.error


@settings(max_examples=40, deadline=None)
@given(seed=seeds, name=names, kind=kinds, move=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_neither_flips_nor_translations_nor_the_order_of_states_change_a_reading(
    seed: int, name: str, kind: str, move: tuple[int, int]
) -> None:
    """Of every state by itself a sign; all moved together (the network alone knows places), in any order."""
    rng, states = np.random.default_rng(seed), some_states(kind, seed)
    signs = np.where(rng.random(len(states)) < 0.5, 1, -1)[:, None, None]
    order = rng.permutation(len(states))
    known = temperature(calibrated(kind), name, states)
    assert temperature(calibrated(kind), name, (signs * states)[order]) == pytest.approx(known, rel=1e-5, abs=1e-7)
    if name != "network":
        moved = np.roll(states, move, axis=(1, 2))
        assert temperature(calibrated(kind), name, moved) == pytest.approx(known, rel=1e-5, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, kind=kinds, move=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_neither_do_they_change_the_equilibrium_test(seed: int, kind: str, move: tuple[int, int]) -> None:
    rng, states = np.random.default_rng(seed), some_states(kind, seed)
    order = rng.permutation(len(states))
    turned = np.roll(-states, move, axis=(1, 2))[order].transpose(0, 2, 1)
    one, other = (calibrated(kind).test(part) for part in (states, turned))
    assert other.p_value == pytest.approx(one.p_value, rel=1e-4, abs=1e-9)
    assert other.distance.value == pytest.approx(one.distance.value, rel=1e-3, abs=1e-4)
    assert other.temperature.value == pytest.approx(one.temperature.value, rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, name=names, kind=kinds, strength=st.sampled_from([0.25, 0.5, 2.0, 3.7]))
def test_temperatures_go_with_the_strength_of_the_coupling(seed: int, name: str, kind: str, strength: float) -> None:
    states = some_states(kind, seed)
    one, scaled = temperature(calibrated(kind), name, states), temperature(calibrated(kind, strength), name, states)
    assert scaled == pytest.approx((strength * one[0], strength * one[1]), rel=1e-4)


@settings(max_examples=20, deadline=None)
@given(seed=seeds, kind=kinds, strength=st.sampled_from([0.5, 3.7]))
def test_the_equilibrium_test_knows_no_unit(seed: int, kind: str, strength: float) -> None:
    states = some_states(kind, seed)
    one, scaled = calibrated(kind).test(states), calibrated(kind, strength).test(states)
    assert scaled.temperature.value == pytest.approx(strength * one.temperature.value, rel=1e-5)
    assert scaled.p_value == pytest.approx(one.p_value, rel=1e-3, abs=1e-9)
    assert scaled.distance.value == pytest.approx(one.distance.value, rel=1e-3, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, name=names, kind=kinds)
def test_readings_rise_with_the_statistic_and_stay_within_the_calibration(seed: int, name: str, kind: str) -> None:
    thermometer = calibrated(kind)[name]
    smallest, largest = thermometer.curve.ends
    width = largest - smallest
    values = np.sort(np.random.default_rng(seed).uniform(smallest - width, largest + width, 30))
    read = np.array([thermometer.curve.invert(value) for value in values])
    rising = thermometer.curve.mean[-1] > thermometer.curve.mean[0]
    assert np.all(np.diff(read if rising else -read) >= 0)
    grid = thermometer.curve.temperatures
    assert np.all((read >= grid[0]) & (read <= grid[-1]))


@settings(max_examples=30, deadline=None)
@given(seed=seeds, name=names, kind=kinds, hotter=st.floats(0.15, 0.35))
def test_hotter_ensembles_read_hotter(seed: int, name: str, kind: str, hotter: float) -> None:
    """A third of all spins drawn anew are heat to every instrument that reads within its range."""
    thermometer, states = calibrated(kind)[name], some_states(kind, seed, 400)
    rng = np.random.default_rng(seed)
    heated = np.where(rng.random(states.shape) < hotter, np.where(rng.random(states.shape) < 0.5, 1, -1), states)
    one, other = thermometer.read(states), thermometer.read(heated)
    assert other.nearest.value > one.nearest.value - 4 * np.hypot(one.nearest.error, other.nearest.error)


@settings(max_examples=30, deadline=None)
@given(name=names, kind=kinds, shape=st.lists(st.integers(3, 7), min_size=1, max_size=3))
def test_other_lattices_and_models_are_refused(name: str, kind: str, shape: list[int]) -> None:
    thermometer = calibrated(kind)[name]
    if tuple(shape) != (4, 4):
        with pytest.raises((SpinsError, InputError), match=r"last axes|chains of at least 8 draws"):
            thermometer.read(np.ones((3, *shape), dtype=np.int8))
        with pytest.raises(CalibrationError, match="calibrated on"):
            type(thermometer).from_arrays(thermometer.to_arrays(), IsingModel(shape, NearestNeighbour()))
    stronger = IsingModel((4, 4), COUPLINGS[kind](strength=1.01))
    with pytest.raises(CalibrationError, match="another coupling"):
        type(thermometer).from_arrays(thermometer.to_arrays(), stronger)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, nodes=st.integers(3, 12), with_energies=st.booleans())
def test_curves_invert_to_rising_temperatures_inside_the_grid(seed: int, nodes: int, with_energies: bool) -> None:
    rng = np.random.default_rng(seed)
    grid = np.cumsum(rng.uniform(0.05, 1.0, nodes))
    values = np.tanh(grid)[:, None] + rng.normal(size=(nodes, 20)) * rng.uniform(0, 0.5)
    curve = Curve.fit(grid, values, 30 * values if with_energies else None)
    inverse = [curve.invert(value) for value in np.linspace(values.min() - 1, values.max() + 1, 50)]
    sign = 1 if curve.mean[-1] > curve.mean[0] else -1
    assert np.all(sign * np.diff(inverse) >= 0)
    assert grid[0] <= min(inverse)
    assert max(inverse) <= grid[-1]
