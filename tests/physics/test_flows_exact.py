"""Flows against exact identities, each with a broken twin that is rejected."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens.exact.enumeration import enumerate as enumerate_states
from spinlens.flows.correlators import spin_correlation, visible_hidden_correlation
from spinlens.flows.placement import place_units
from spinlens.flows.rbm_flow import rbm_flow
from spinlens.flows.stacked_flow import place_stack, stacked_flow, visible_centres
from spinlens.lattice.couplings import NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.renormalization.block_spin import block_spins
from truths import all_states, drawn


def invariant_ensemble(L: int, seed: int) -> np.ndarray:
    """All translates and the mirror images of a few states: an ensemble exactly invariant under both."""
    states = drawn(IsingModel((4, 4), PowerLaw(1.2)), 7.0, 3, seed)
    states = np.tile(states, (1, L // 4, L // 4))
    states[:, 0, : L // 2] *= -1
    moves = itertools.product(range(L), range(L))
    moved = np.concatenate([np.roll(states, move, axis=(1, 2)) for move in moves])
    return np.concatenate([moved, -moved])


@pytest.mark.parametrize("scale", [2, 4])
def test_map_of_the_block_average_is_the_block_sum_of_the_lattice_correlation(scale: int) -> None:
    states = invariant_ensemble(8, 0)
    table = spin_correlation(states).table
    found = visible_hidden_correlation(states, block_spins(states, scale, "average"), connected=False)
    corner = 8 // 2 - scale // 2
    offsets = list(itertools.product(range(scale), repeat=2))
    expected = sum(np.roll(table, (corner + x, corner + y), axis=(0, 1)) for x, y in offsets) / scale**2
    assert np.allclose(found.values, expected, atol=1e-12)
    decimated = visible_hidden_correlation(states, block_spins(states, scale, "decimation"), connected=False)
    assert not np.allclose(decimated.values, expected, atol=1e-2)
    connected = visible_hidden_correlation(states, block_spins(states, scale, "average"))
    n = len(states)
    assert np.allclose(connected.values, found.values * n / (n - 1), atol=1e-12)  # ⟨v⟩ = 0 exactly here


def test_connected_map_falls_to_zero_far_from_the_block_when_hot() -> None:
    rng = np.random.default_rng(1)
    free = np.where(rng.random((4000, 8, 8)) < 0.5, 1, -1).astype(np.int8)
    polarised = np.where(rng.random((4000, 8, 8)) < 0.7, 1, -1).astype(np.int8)  # ⟨s⟩ = 0.4, uncorrelated
    for states in (free, polarised):
        found = visible_hidden_correlation(states, block_spins(states, 2, "average"))
        assert abs(found.values[0, 0] / found.errors[0, 0]) < 4
        assert abs(found.values[3, 3] - states.var() / 4) < 4 * found.errors[3, 3]
    raw = visible_hidden_correlation(polarised, block_spins(polarised, 2, "average"), connected=False)
    assert raw.values[0, 0] / raw.errors[0, 0] > 4  # the twin: without subtraction it stays at ⟨s⟩²


def block_machine(shape: tuple[int, ...], block: int, rng: np.random.Generator) -> tuple[RBM, np.ndarray, np.ndarray]:
    """A machine of block receptive fields with shuffled units and random signs."""
    coarse = tuple(side // block for side in shape)
    sites = np.stack(np.unravel_index(np.arange(np.prod(shape)), shape), axis=1) // block
    home = np.ravel_multi_index(tuple(sites.T), coarse)
    weights = np.zeros((len(home), np.prod(coarse)))
    weights[np.arange(len(home)), home] = rng.uniform(0.8, 1.2, len(home))
    order, signs = rng.permutation(weights.shape[1]), np.where(rng.random(weights.shape[1]) < 0.5, -1, 1)
    return RBM.from_weights((weights * signs)[:, order]), order, signs[order]


@pytest.mark.parametrize(("shape", "block"), [((16,), 2), ((16, 16), 2), ((9, 9), 3), ((4, 4, 4), 2)])
def test_placement_recovers_a_known_permutation_and_signs(shape: tuple[int, ...], block: int) -> None:
    machine, order, signs = block_machine(shape, block, np.random.default_rng(2))
    placed = place_units(machine.weights_, shape)
    assert np.array_equal(order[placed.index], np.arange(len(order)))
    assert np.array_equal(placed.signs, signs[placed.index])
    assert placed.coherence == pytest.approx(1.0)
    assert placed.quality > 0.8


def test_placement_of_random_weights_is_no_better_than_chance() -> None:
    weights = np.random.default_rng(3).normal(size=(256, 64))
    placed = place_units(weights, (16, 16))
    assert placed.quality < 0.2
    assert placed.concentration < 0.2
    assert placed.coherence < 0.2


class TwoLayers:
    def __init__(self, layers: list[RBM]) -> None:
        self.layers_ = layers


def test_a_stack_of_block_machines_flows_like_block_spins_and_unplaced_it_does_not() -> None:
    rng = np.random.default_rng(4)
    machines = [block_machine(shape, 2, rng)[0] for shape in ((16, 16), (8, 8))]
    below, order, signs = block_machine((16, 16), 2, rng)
    upper = machines[1].weights_[np.argsort(np.argsort(order))] * signs[:, None]  # in the lower layer's own order
    strong = TwoLayers([RBM.from_weights(40 * below.weights_), RBM.from_weights(40 * upper)])
    states = np.where(rng.random((40, 4, 4)) < 0.5, 1, -1).astype(np.int8).repeat(4, axis=1).repeat(4, axis=2)
    flow = stacked_flow(strong, states, seed=1)
    assert flow.shapes == ((16, 16), (8, 8), (4, 4))
    for step in (1, 2):
        assert np.array_equal(flow.at(step), states[:, :: 2**step, :: 2**step])
    placements = place_stack(strong, (16, 16))
    unplaced = strong.layers_[0].sample_hidden(states.reshape(40, -1), rng).reshape(40, 8, 8)
    assert not np.array_equal(unplaced, flow.at(1))
    centres = visible_centres(placements, (16, 16), 2)
    expected = np.array(list(itertools.product(1.5 + 4 * np.arange(4), repeat=2)))
    assert np.abs((centres - expected + 8) % 16 - 8).max() < 0.5


@pytest.mark.parametrize("coupling", [NearestNeighbour(), PowerLaw(1.2)])
def test_flow_of_the_exact_machine_stays_at_its_temperature_and_a_wrong_machine_leaves(
    coupling: NearestNeighbour | PowerLaw,
) -> None:
    model = IsingModel((3, 3), coupling)
    temperature = 0.4 * model.coupling_sum
    exact = enumerate_states(model, temperature)
    states = drawn(model, temperature, 20_000, 5)

    def deviations(machine: RBM) -> list[float]:
        end = rbm_flow(machine, states, 50, record=[50], seed=6).at(50)
        energy, size = model.energy(end) / 9, np.abs(end.mean(axis=(1, 2)))
        pairs = ((energy, exact.energy), (size, exact.abs_m))
        return [(x.mean() - value) / (x.std() / len(x) ** 0.5) for x, value in pairs]

    assert max(abs(z) for z in deviations(RBM.exact(model, temperature))) < 4
    assert max(abs(z) for z in deviations(RBM.exact(model, 1.05 * temperature))) > 4


def test_exact_machine_relaxes_at_the_rate_of_its_spectrum() -> None:
    model = IsingModel((3,), NearestNeighbour())
    machine = RBM.exact(model, 1.5)
    visible, hidden = all_states(3), all_states(3)
    field = visible.astype(float) @ machine.weights_
    up = np.exp(field @ hidden.T) / np.prod(2 * np.cosh(field), axis=1)[:, None]  # p(h | v)
    field = hidden.astype(float) @ machine.weights_.T
    down = np.exp(field @ visible.T) / np.prod(2 * np.cosh(field), axis=1)[:, None]  # p(v | h)
    step = up @ down
    flow = rbm_flow(machine, np.ones((40_000, 3), dtype=np.int8), 3, seed=7)
    start = (visible.min(axis=1) == 1).astype(float)
    for k in (1, 2, 3):
        expected = start @ np.linalg.matrix_power(step, k) @ visible.mean(axis=1)
        size = flow.at(k).mean(axis=1)
        error = size.std() / len(size) ** 0.5
        assert abs(size.mean() - expected) < 4 * error
        slower = start @ np.linalg.matrix_power(step, k + 1) @ visible.mean(axis=1)
        assert abs(size.mean() - slower) > 4 * error
