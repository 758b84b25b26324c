"""Readings along flows: paired errors, layers of their own sizes, and mistakes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.flow_field import fields_of
from spinlens.flows.reading import change, measure, read_flow, read_layers
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.trajectory import Trajectory
from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments, sample_independent
from truths import drawn

MODEL = IsingModel((4, 4), NearestNeighbour())
GRID = [1.8, 2.2, 2.6, 3.0, 3.5, 4.2]


@pytest.fixture(scope="module")
def energy() -> InstrumentSet:
    states = np.stack([drawn(MODEL, T, 2000, k) for k, T in enumerate(GRID)])
    return calibrate_instruments(MODEL, GRID, states, names=["energy", "magnetization"])


def test_errors_of_changes_are_those_of_paired_samples(energy: InstrumentSet) -> None:
    """A step that turns one spin of every state: ΔT scatters by its own error, far less than two ensembles apart."""
    moves, errors, apart = [], [], []
    for seed in range(40):
        before = drawn(MODEL, 2.6, 300, seed)
        after = before.copy()
        after[np.arange(300), seed % 4, np.arange(300) % 4] *= -1
        one, two = (replace(measure(energy["energy"], states), calibration=0.0) for states in (before, after))
        found = change(one, two)  # of the states alone: one calibration serves all
        moves.append(found.value)
        errors.append(found.error)
        apart.append(np.hypot(one.reading.temperature.error, two.reading.temperature.error))
    assert 0.7 < np.std(moves) / np.mean(errors) < 1.3
    assert np.std(moves) < 0.75 * np.mean(apart)


def test_nothing_changes_in_a_flow_that_rests_and_its_error_is_none(energy: InstrumentSet) -> None:
    states = drawn(MODEL, 2.6, 300, 1)
    table = read_flow(Trajectory("rest", (0, 4), (states, states)), energy)
    assert table.attrs["name"] == "rest"
    assert table["step"].values.tolist() == [0, 4]
    assert np.all(np.isnan(table["change"].values[0]))
    assert np.all(table["change"].values[1] == 0)
    assert np.all(table["change_error"].values[1] == 0)
    half = read_flow(Trajectory("halved", (0,), (0.5 * states,)), energy)
    assert half["off_lattice"].values.all()


def test_out_of_range_there_is_no_temperature_but_the_end_that_is_nearest(energy: InstrumentSet) -> None:
    inside, free = drawn(MODEL, 2.6, 300, 1), drawn(MODEL, 1e9, 300, 2)
    table = read_flow(Trajectory("heated", (0, 1), (inside, free)), energy).sel(instrument="energy")
    assert table["in_range"].values.tolist() == [True, False]
    assert np.isfinite(table["temperature"].values).tolist() == [True, False]
    assert np.isfinite(table["temperature_error"].values).tolist() == [True, False]
    assert table["nearest"].values[0] == table["temperature"].values[0]
    assert table["nearest"].values[1] == pytest.approx(4.2)
    assert table["change"].values[1] == pytest.approx(4.2 - table["nearest"].values[0])


@pytest.fixture(scope="module")
def sizes() -> dict[tuple[int, ...], InstrumentSet]:
    models = [IsingModel((L, L), NearestNeighbour()) for L in (8, 4)]
    names = ["magnetization", "energy"]
    return {model.shape: calibrate_instruments(model, GRID, names=names, samples=400) for model in models}


def test_layers_are_read_by_the_instruments_of_their_own_size(sizes: dict[tuple[int, ...], InstrumentSet]) -> None:
    starts = {T: sample_independent(IsingModel((8, 8), NearestNeighbour()), [T], 400, 3)[0] for T in (2.2, 2.5)}
    paths = {T: block_spin_flow(states, 1, seed=4) for T, states in starts.items()}
    table = read_layers(paths, sizes)
    assert table["temperature"].dims == ("start", "layer", "instrument")
    assert table["layer"].values.tolist() == [8, 4]
    assert table["start"].values.tolist() == [2.2, 2.5]
    for T, path in paths.items():
        for states, shape in zip(path.states, path.shapes, strict=True):
            for name, thermometer in sizes[shape].items():
                found = table["temperature"].sel(start=T, layer=shape[0], instrument=name)
                assert float(found) == thermometer.read(states).temperature.value
    fields = fields_of(table)
    assert fields["energy"].change.tolist() == table["change"].sel(layer=4, instrument="energy").values.tolist()
    assert fields["energy"].change[1] > 0  # blocks of hot states are hotter


def test_instruments_may_come_in_any_order_but_with_the_same_names(sizes: dict[tuple[int, ...], InstrumentSet]) -> None:
    states = np.ones((10, 8, 8), dtype=np.int8)
    path = block_spin_flow(states, 1, rule="decimation")
    turned = {(8, 8): sizes[8, 8], (4, 4): dict(reversed(list(sizes[4, 4].items())))}
    assert read_flow(path, turned).equals(read_flow(path, sizes))
    with pytest.raises(InputError, match="same names"):
        read_flow(path, {(8, 8): sizes[8, 8], (4, 4): {"energy": sizes[4, 4]["energy"]}})


def test_mistakes_are_said(energy: InstrumentSet) -> None:
    states = np.ones((10, 8, 8), dtype=np.int8)
    path = Trajectory("rest", (0, 1), (states, states[:, ::2, ::2]))
    with pytest.raises(InputError, match="instruments is empty"):
        read_flow(path, {})
    with pytest.raises(InputError, match="no instrument was calibrated at"):
        read_flow(path, {(3, 3): energy})
    with pytest.raises(InputError, match="calibrated on a lattice"):
        read_flow(path, energy)
    with pytest.raises(InputError, match="the same samples"):
        change(*(measure(energy["energy"], np.ones((n, 4, 4), dtype=np.int8)) for n in (4, 5)))
    with pytest.raises(InputError, match="pass the same lattices"):
        read_layers({1.0: path, 2.0: Trajectory("rest", (0,), (states,))}, {(8, 8): energy})
