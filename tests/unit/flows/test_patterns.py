"""Patterns of units: slow twins, made-up maps, layers of a stack beside block spins."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.comparisons.pattern_table import (
    Units,
    fills_lattices,
    machine_units,
    majority,
    pattern_table,
    stack_units,
)
from spinlens.errors import InputError
from spinlens.flows.correlators import spin_correlation, visible_hidden_correlation
from spinlens.flows.pattern_match import match_temperature
from spinlens.flows.patterns import layer_patterns, translation_covariance, unit_maps
from spinlens.flows.reading import read_flow
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.rbm import RBM
from spinlens.renormalization.block_spin import block_spin_flow, block_spins


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


def correlated(n: int, L: int, width: float, seed: int) -> np.ndarray:
    """Signs of smoothed noise: spins with a range of correlation about `width`."""
    k = np.fft.fftfreq(L)
    kernel = np.exp(-2 * (np.pi * width) ** 2 * np.add.outer(k**2, k**2))
    noise = np.random.default_rng(seed).normal(size=(n, L, L))
    field = np.fft.ifft2(np.fft.fft2(noise) * kernel).real
    return np.where(field > 0, 1, -1).astype(np.int8)


def test_maps_of_single_units_average_to_the_map_of_the_layer() -> None:
    visible = correlated(60, 8, 1.0, 0)
    hidden = block_spins(visible, 2, generator=np.random.default_rng(0))
    maps = unit_maps(visible, hidden, None, 20)
    whole = visible_hidden_correlation(visible, hidden)
    every = np.ones(20, dtype=bool)
    assert np.allclose(maps.connected(every).mean(axis=0).reshape(8, 8), whole.values, atol=1e-12)
    unit, x, y = 5, 3, 6
    slow = np.cov(visible[:, (2 + x - 3) % 8, (2 + y - 3) % 8], hidden[:, 1, 1])[0, 1]
    assert maps.connected(every)[unit].reshape(8, 8)[x, y] == pytest.approx(slow)


def test_connected_spin_correlation_subtracts_the_mean_of_every_site() -> None:
    rng = np.random.default_rng(1)
    pattern = np.where(rng.random((6, 6)) < 0.5, 0.8, -0.8)
    spins = np.where(rng.random((4000, 6, 6)) < (1 + pattern) / 2, 1, -1)  # free spins in a random field
    plain, connected = spin_correlation(spins), spin_correlation(spins, connected=True)
    away = connected.table.ravel()[1:] / connected.table_error.ravel()[1:]
    assert np.abs(away).max() < 4.5
    assert np.abs(plain.table.ravel()[1:] / plain.table_error.ravel()[1:]).max() > 4.5
    assert connected.value[0] == pytest.approx(1 - 0.64, abs=0.02)
    single = np.cov(spins[:, 0, 0], spins[:, 0, 0])[0, 1]
    assert single == pytest.approx(1 - 0.64, abs=0.05)


def test_independent_units_share_nothing_and_half_alike_ones_half() -> None:
    visible = random_spins(3000, 8, 8, seed=2)
    flat, sites = visible.reshape(3000, 64), np.random.default_rng(3).permutation(64)[:16]
    alone = translation_covariance(visible, flat[:, sites].reshape(-1, 4, 4))
    assert alone.value < 0.35
    alike = block_spins(visible, 2, "decimation")
    assert translation_covariance(visible, alike).deviation(1.0) == pytest.approx(0, abs=4)
    mixed = np.where(np.arange(16).reshape(4, 4) % 2 == 0, alike, flat[:, sites].reshape(-1, 4, 4))
    half = translation_covariance(visible, mixed)
    assert alone.value < half.value < 0.7
    with pytest.raises(InputError, match="at least 4 samples"):
        translation_covariance(visible[:2], alike[:2])


def test_layers_of_a_flow_have_their_own_patterns() -> None:
    states = correlated(300, 16, 1.5, 4)
    path = block_spin_flow(states, 2)
    first, second = layer_patterns(path)
    assert (first.layer, second.layer) == (1, 2)
    expected = visible_hidden_correlation(path.states[1], path.states[2])
    assert np.array_equal(second.connected.values, expected.values)
    assert first.amplitude == 1.0
    assert second.unit_spins.distance[-1] == 2
    assert first.covariance.value == pytest.approx(1, abs=0.2)
    averages = layer_patterns(block_spin_flow(states, 1, rule="average"))
    assert averages[0].amplitude < 1


def test_a_table_of_patterns_of_machines_stacks_and_blocks() -> None:
    states, rng = correlated(400, 8, 1.0, 5), np.random.default_rng(6)
    home = np.arange(64).reshape(8, 8) // 2 % 4 + 4 * (np.arange(8) // 2)[:, None]
    block = np.zeros((64, 16))
    block[np.arange(64), home.ravel()] = 2.0
    lower, upper = RBM.from_weights(block), RBM.from_weights(block[:16, :4] + 0.1)

    class Two:
        layers_ = (lower, upper)

    units = {"machine": machine_units(lower, states, rng), "blocks": Units(majority(states, 2, rng))}
    units |= {f"layer {k}": entry for k, entry in enumerate(stack_units(Two(), states, 1), 1)}
    ensembles = {float(T): correlated(400, 8, 2 / T, 7 + T) for T in (1, 2, 3)}
    rows, maps = pattern_table(states, units, ensembles, rng)
    assert [row["source"] for row in rows] == ["machine", "blocks", "layer 1", "layer 2"]
    assert [row["block"] for row in rows] == [2, 2, 2, 4]
    assert abs(rows[0]["match_temperature"]["value"] - rows[1]["match_temperature"]["value"]) < 0.5
    assert rows[0]["quality"]["value"] == 1.0
    assert np.array(maps["layer 2"]["raw"]).shape == (8, 8)
    assert machine_units(RBM.from_weights(np.ones((64, 5))), states, rng) is None
    assert not fills_lattices(type("Odd", (), {"layers_": [RBM.from_weights(np.ones((64, 5)))]})(), (8, 8))
    assert majority(np.ones((2, 9, 9), dtype=np.int8), 3, rng).shape == (2, 3, 3)


def test_mistakes_of_matching_and_reading_are_said() -> None:
    states = random_spins(50, 8, 8)
    one = visible_hidden_correlation(states, states[:, ::2, ::2])
    with pytest.raises(InputError, match="3 or more temperatures"):
        match_temperature(one, {1.0: one, 2.0: one})
    raw = visible_hidden_correlation(states, states[:, ::2, ::2], connected=False)
    with pytest.raises(InputError, match="all raw or all connected"):
        match_temperature(one, {1.0: raw, 2.0: raw, 3.0: raw})
    path = Trajectory("rest", (0, 1), (states, states[:, ::2, ::2]))
    with pytest.raises(InputError, match="instruments is empty"):
        read_flow(path, {})
    with pytest.raises(InputError, match="no instrument was calibrated at"):
        read_flow(path, {(3, 3): {"none": None}})


def test_displacements_of_the_map_are_those_of_the_block() -> None:
    visible = random_spins(500, 8, 8, seed=8)
    for a, b in itertools.product(range(2), range(2)):
        found = visible_hidden_correlation(visible, visible[:, a::2, b::2])
        assert np.unravel_index(found.values.argmax(), (8, 8)) == (3 + a, 3 + b)
