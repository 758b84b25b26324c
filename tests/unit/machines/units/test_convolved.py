"""Gibbs steps by Fourier transforms: the fields of the dense machine, and its distribution."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.machines.tori import shared
from spinlens.machines.units import gibbs
from spinlens.machines.units.convolved import Convolved
from spinlens.machines.units.translations import tying
from truths import chi_squared, machine_distribution


def both(shape, n_filters=2, stride=1, seed=0, biases=True, scale=0.3):
    rng = np.random.default_rng(seed)
    filters = scale * rng.normal(size=(n_filters, *shape))
    b = np.tile(rng.normal(size=(stride,) * len(shape)), [side // stride for side in shape]) * 0.2 * biases
    c = 0.2 * rng.normal(size=n_filters) * biases
    machine = shared(shape, filters, stride, b, c)
    tied = tying(machine.torus, machine.weights_.shape[1], stride)
    return machine, Convolved(tied, filters, b, c)


@pytest.mark.parametrize(("shape", "stride"), [((5,), 1), ((4, 6), 1), ((3, 5), 1), ((4, 6), 2), ((4, 4, 2), 2)])
def test_fields_are_those_of_the_dense_machine(shape, stride):
    machine, convolved = both(shape, stride=stride)
    dense, rng = gibbs.sampler(machine), np.random.default_rng(1)
    v = rng.choice([-1, 1], (7, machine.n_visible)).astype(np.float32)
    h = rng.choice([-1, 1], (7, machine.n_hidden)).astype(np.float32)
    np.testing.assert_allclose(convolved.hidden_field(v), dense.hidden_field(v), atol=1e-5)
    np.testing.assert_allclose(convolved.visible_field(h), dense.visible_field(h), atol=1e-5)
    assert convolved.n_visible == machine.n_visible


@pytest.mark.parametrize("wrong", [False, True])
def test_a_chain_has_the_distribution_of_the_machine(wrong):
    machine, convolved = both((3, 3), 1, seed=4, biases=False, scale=0.3)
    _, p = machine_distribution(machine)
    if wrong:  # the units see stronger weights than they answer by
        filters = 1.5 * tying((3, 3), 9, 1).filters(machine.weights_)
        convolved.hidden_field = Convolved(tying((3, 3), 9, 1), filters, np.zeros(9), np.zeros(1)).hidden_field
    rng = np.random.default_rng(5)
    v = gibbs.random_states(20_000, 9, rng)
    convolved.step(v, convolved.scratch(len(v)), gibbs.make_lanes(rng), 40)
    excess, _ = chi_squared(v, p)
    assert (excess > 10) if wrong else (abs(excess) < 4)
