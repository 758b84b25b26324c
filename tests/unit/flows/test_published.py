"""Estimators of published flows: known correlations come out, and sorting by a network's label is no physics."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import InputError
from spinlens.flows.published import dimensions_by_label, pair_correlation, published_dimensions
from spinlens.machines.controls import mean_field_states
from spinlens.thermometers.network import NetworkThermometer

L = 8


def test_pairs_are_those_within_the_lattice_one_by_one() -> None:
    field = np.random.default_rng(0).normal(size=(3, 4, 5))
    distance, found = pair_correlation(field, 2.5)
    sites = [(x, y) for x in range(4) for y in range(5)]
    for k, r in enumerate(distance):
        pairs = [(a, b) for a in sites for b in sites if a < b and np.isclose(np.hypot(a[0] - b[0], a[1] - b[1]), r)]
        products = [[state[a] * state[b] for a, b in pairs] for state in field]
        np.testing.assert_allclose(found[:, k], np.mean(products, axis=1), atol=1e-12)
    assert distance.tolist() == [1.0, np.sqrt(2), 2.0, np.sqrt(5)]


def test_a_power_law_of_correlations_has_its_exponent() -> None:
    rng, side, delta = np.random.default_rng(1), 24, 0.3
    wide = 4 * side
    offset = np.minimum(np.arange(wide), wide - np.arange(wide))
    G = np.maximum(np.hypot(*np.meshgrid(offset, offset)), 0.5) ** (-2 * delta)
    modes = np.fft.fft2(rng.normal(size=(400, wide, wide))) * np.sqrt(np.maximum(np.fft.fft2(G).real, 0))
    field = np.fft.ifft2(modes).real[:, :side, :side]  # a Gaussian field with ⟨f f⟩ = r^{−2Δ}
    found = published_dimensions(field).delta_spin
    assert found is not None
    assert abs(found.deviation(delta)) < 4
    assert found.error < 0.03
    assert abs(found.deviation(0.5)) > 4  # a power check


def test_states_of_one_magnetization_and_no_lattice_are_flat() -> None:
    found = published_dimensions(mean_field_states(4000, L * L, 1.5).reshape(-1, L, L))
    assert found.states == 4000
    assert found.delta_spin is not None
    assert abs(found.delta_spin.value) < 0.01


def test_what_has_no_correlation_has_no_dimension_and_small_lattices_are_refused() -> None:
    stripes = np.tile(np.where(np.arange(L) % 2, 1, -1), (5, L, 1))
    assert published_dimensions(stripes).delta_energy is None  # every bond alike, less its mean
    with pytest.raises(InputError, match="≥ 6"):
        published_dimensions(np.ones((5, 4, 4)))


@pytest.fixture(scope="module")
def network() -> NetworkThermometer:
    model = IsingModel((L, L), NearestNeighbour())
    T = [1.6, 2.0, 2.27, 2.6, 3.2, 4.5]
    states = sample(model, T, 400, chains=1, keep_spins=True, thin=10, energy=False).spins.values
    return NetworkThermometer.calibrate(model, T, states.reshape(len(T), -1, L, L), hidden=16, epochs=10)


def test_sorting_by_label_chooses_a_magnetization_whatever_made_the_states(network: NetworkThermometer) -> None:
    T = [1.0, 1.5, 2.0, 2.27, 3.0, 5.0]
    model = IsingModel((L, L), NearestNeighbour())
    lattice = sample(model, T, 500, chains=1, keep_spins=True, thin=10, seed=1, energy=False).spins.values
    blind = np.concatenate([mean_field_states(600, L * L, K, seed=k) for k, K in enumerate((0.8, 1.0, 1.1, 1.3, 1.6))])
    ours = dimensions_by_label(lattice.reshape(-1, L, L), network)
    theirs = dimensions_by_label(blind.reshape(-1, L, L), network)
    assert sum(found.states for found in ours.values()) <= 3000
    (critical,) = dimensions_by_label(lattice.reshape(-1, L, L), network, [2.27]).items()
    assert critical == (2.27, ours[2.27])
    both = [T for T in ours if T in theirs and min(ours[T].states, theirs[T].states) > 50]
    assert max(both) > 2.2  # states without a lattice get temperatures, too
    for T in both:
        one, other = ours[T].delta_spin, theirs[T].delta_spin
        assert one is not None
        assert other is not None
        assert abs(other.value) < 0.02  # flat at every label
        assert T < 2.2 or one.value > 0.05  # below T_c the lattice is flat as well
