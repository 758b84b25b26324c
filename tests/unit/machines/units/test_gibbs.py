"""Block Gibbs sampling: fields, and samplers that leave out zeros, against exact distributions."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw
from spinlens.machines.units import gibbs
from truths import chi_squared, machine_distribution


def few_weights(scale: float = 1.0) -> RBM:
    """Ten visible units, sixty hidden ones that see two of them each, with biases."""
    rng = np.random.default_rng(0)
    weights = np.zeros((10, 60))
    for unit in range(60):
        weights[rng.choice(10, 2, replace=False), unit] = 0.25 * scale
    return RBM.from_weights(weights, 0.1 * rng.normal(size=10), 0.1 * rng.normal(size=60))


def sparse(machine: RBM) -> gibbs.SparseSampler:
    return gibbs.SparseSampler(machine.weights_, machine.visible_bias_, machine.hidden_bias_)


def states_after(machine: RBM, steps: int, n: int = 20_000) -> np.ndarray:
    rng = np.random.default_rng(1)
    visible = gibbs.random_states(n, machine.n_visible, rng)
    sparse(machine).step(visible, np.empty((n, machine.n_hidden), np.float32), gibbs.make_lanes(rng), steps)
    return visible


def test_fields_without_zeros_are_the_fields():
    machine = few_weights()
    dense = gibbs.Sampler(machine.weights_, machine.visible_bias_, machine.hidden_bias_)
    visible = gibbs.random_states(7, 10, np.random.default_rng(2))
    np.testing.assert_allclose(sparse(machine).hidden_field(visible), dense.hidden_field(visible), atol=1e-6)
    np.testing.assert_allclose(sparse(machine).log_weight(visible), dense.log_weight(visible), atol=1e-5)


def test_steps_without_zeros_sample_the_machine():
    machine = few_weights()
    excess, _ = chi_squared(states_after(machine, 60), machine_distribution(machine)[1], least=5)
    assert abs(excess) < 4


def test_steps_of_other_weights_do_not():
    excess, _ = chi_squared(states_after(few_weights(1.15), 60), machine_distribution(few_weights())[1], least=5)
    assert excess > 10


@pytest.mark.parametrize(("coupling", "T"), [(NearestNeighbour(), 2.3), (PowerLaw(1.2), 6.8)])
def test_exact_machines_are_sampled_without_their_zeros(coupling, T):
    machine = RBM.exact(IsingModel((12, 12), coupling), T)
    assert isinstance(gibbs.sampler(machine), gibbs.SparseSampler)


def test_learned_machines_are_sampled_with_all_weights():
    machine = RBM(4, epochs=1).fit(np.where(np.random.default_rng(0).random((50, 9)) < 0.5, 1, -1))
    assert type(gibbs.sampler(machine)) is gibbs.Sampler
