"""Maps of single units, how alike the units of a layer are, and layers of a flow, against slow references."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.correlators import visible_hidden_correlation
from spinlens.flows.patterns import layer_patterns, translation_covariance, unit_maps
from spinlens.flows.placement import place_units
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


def test_units_of_a_convolutional_machine_are_copies_and_on_shuffled_sites_they_are_not() -> None:
    rng, x = np.random.default_rng(16), np.arange(16)
    bell = np.exp(-(np.minimum(np.abs(x - 0.5), 16 - np.abs(x - 0.5)) ** 2) / 4)
    fields = [np.outer(np.roll(bell, 2 * a), np.roll(bell, 2 * b)).ravel() for a, b in np.ndindex(8, 8)]
    weights, states = np.array(fields).T, correlated(1500, 16, 1.5, 17)
    covariance = []
    for table in (weights, rng.permutation(weights)):
        where = place_units(table, (16, 16))
        hidden = RBM.from_weights(table).sample_hidden(states.reshape(-1, 256), rng)
        covariance.append(translation_covariance(states, where.arrange(hidden), where.centres))
    assert covariance[0].value == pytest.approx(1.0, abs=4 * covariance[0].error + 0.05)
    assert covariance[1].value < 0.5


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
