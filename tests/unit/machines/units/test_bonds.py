"""Machines of bonds: their steps, fields and free energies against exact distributions and dense weights."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw
from spinlens.machines.exact_rbm import exact_bonds
from spinlens.machines.units import gibbs
from spinlens.machines.units.bonds import Bonds
from truths import chi_squared, machine_distribution


def sixty(scale: float = 1.0) -> Bonds:
    """Ten sites, sixty bonds between any of them, a site twice with some partners, some weights negative."""
    rng = np.random.default_rng(0)
    ends = np.array([rng.choice(10, 2, replace=False) for _ in range(60)], np.int32)
    return Bonds(10, ends[:, 0], ends[:, 1], scale * rng.choice([0.3, -0.2, 0.25], 60))


def dense(bonds: Bonds) -> RBM:
    weights = np.zeros((bonds.n_visible, len(bonds.weights)))
    weights[bonds.first, np.arange(len(bonds.weights))] = bonds.weights
    weights[bonds.second, np.arange(len(bonds.weights))] = bonds.weights
    return RBM.from_weights(weights)


def states_after(bonds: Bonds, steps: int, n: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    visible = gibbs.random_states(n, bonds.n_visible, rng)
    bonds.step(visible, bonds.scratch(n), gibbs.make_lanes(rng), steps)
    return visible


@pytest.mark.parametrize("n", [20_000, 20_001])  # whole groups of samples, and a rest
def test_steps_sample_the_machine(n):
    excess, _ = chi_squared(states_after(sixty(), 60, n), machine_distribution(dense(sixty()))[1], least=5)
    assert abs(excess) < 4


def test_steps_of_other_weights_do_not():
    excess, _ = chi_squared(states_after(sixty(1.15), 60, 20_000), machine_distribution(dense(sixty()))[1], least=5)
    assert excess > 10


def test_one_step_is_one_step_of_the_weights():
    """Not only the same equilibrium: the mean of a step from one state is the exact one, and far from that of two."""
    bonds, rng = sixty(), np.random.default_rng(2)
    start = np.repeat(gibbs.random_states(1, 10, rng), 200_000, axis=0)
    visible = start.copy()
    bonds.step(visible, bonds.scratch(len(start)), gibbs.make_lanes(rng), 1)
    machine, hidden = dense(bonds), np.empty((200_000, 60), np.float32)
    other = start.copy()
    gibbs.Sampler(machine.weights_, machine.visible_bias_, machine.hidden_bias_).step(
        other, hidden, gibbs.make_lanes(rng), 1
    )
    error = np.sqrt(2 / len(start))
    assert np.abs(visible.mean(axis=0) - other.mean(axis=0)).max() < 4.5 * error
    assert np.abs(start[0] - other.mean(axis=0)).max() > 50 * error


def test_free_energies_and_fields_are_those_of_the_weights():
    bonds, rng = sixty(), np.random.default_rng(3)
    visible = gibbs.random_states(50, 10, rng)
    np.testing.assert_allclose(bonds.free_energy(visible), dense(bonds).free_energy(visible), rtol=1e-12)
    np.testing.assert_allclose(bonds.hidden_field(visible), visible @ dense(bonds).weights_, atol=1e-6)


def test_bonds_are_found_in_weights():
    found = Bonds.of(dense(sixty()).weights_)
    assert found is not None
    assert {*zip(np.minimum(found.first, found.second), np.maximum(found.first, found.second), strict=True)} == {
        *zip(
            np.minimum(sixty().first, sixty().second).tolist(), np.maximum(sixty().first, sixty().second).tolist(),
            strict=True,
        )
    }  # fmt: skip
    np.testing.assert_array_equal(found.weights, sixty().weights)


@pytest.mark.parametrize(
    "broken",
    [
        lambda W: W.__setitem__((0, 0), W[0, 0] + 0.5),  # three sites, or two weights
        lambda W: W.__setitem__((slice(None), 1), 0.0),
        lambda W: W.__setitem__(np.nonzero(W[:, 2])[0][0], 0.1),
    ],
)
def test_other_weights_are_no_bonds(broken):
    W = dense(sixty()).weights_.copy()
    broken(W)
    assert Bonds.of(W) is None


@pytest.mark.parametrize(("coupling", "T"), [(NearestNeighbour(), 2.3), (PowerLaw(1.2), 6.8)])
def test_exact_machines_are_sampled_by_their_bonds(coupling, T):
    model = IsingModel((6, 6), coupling)
    machine = RBM.exact(model, T)
    assert isinstance(gibbs.sampler(machine), gibbs.BondSampler)
    found, bonds = Bonds.of(machine.weights_), exact_bonds(model, T)
    assert found is not None
    for one, other in ((found.first, bonds.first), (found.second, bonds.second), (found.weights, bonds.weights)):
        np.testing.assert_array_equal(one, other)


def test_machines_with_biases_or_other_weights_are_sampled_with_all_weights():
    machine = RBM.from_weights(dense(sixty()).weights_, visible_bias=np.full(10, 0.1))
    assert type(gibbs.sampler(machine)) is gibbs.Sampler
    learned = RBM(4, epochs=1).fit(np.where(np.random.default_rng(0).random((50, 9)) < 0.5, 1, -1))
    assert type(gibbs.sampler(learned)) is gibbs.Sampler
