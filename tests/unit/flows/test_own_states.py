"""States of a machine from chains that have forgotten where they began."""

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour
from spinlens.errors import SpinsError
from spinlens.flows.own_states import SNAPSHOTS, own_states
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.machines.units.gibbs import Sampler

FREE = RBM.from_weights(np.full((9, 2), 1e-4))
COLD = np.ones((40, 9), dtype=np.int8)


def test_chains_begin_to_be_taken_after_ten_times_and_lie_two_apart(monkeypatch):
    taken = []
    step = Sampler.step
    monkeypatch.setattr(
        "spinlens.machines.units.gibbs.Sampler.step",
        lambda self, visible, hidden, lanes, steps=1: (taken.append(steps), step(self, visible, hidden, lanes, 1))[1],
    )
    found = own_states(FREE, COLD, GibbsTime(12.3, 0.1))
    assert taken == [123, 25, 25, 25, 25]
    assert (found.states.shape, found.steps, found.settled) == ((40, SNAPSHOTS, 9), 123, True)
    assert found.states.dtype == np.int8
    assert set(np.unique(found.states)) == {-1, 1}


def test_short_times_still_make_fifty_steps():
    assert own_states(FREE, COLD, GibbsTime(0.5, 0.1)).steps == 50


@pytest.mark.parametrize(
    ("tau", "most", "settled"),
    [
        (GibbsTime(30.0, 1.0), 300, True),
        (GibbsTime(30.0, 1.0), 299, False),
        (GibbsTime(30.0, 9.0, False), 599, False),  # a lower bound from a chain of fewer than 20 times
        (GibbsTime(30.0, 9.0, False), 600, True),
    ],
)
def test_settled_are_ten_times_of_a_time_that_is_known(tau, most, settled):
    found = own_states(FREE, COLD[:2], tau, most_steps=most)
    assert found.settled is settled
    assert found.steps == min(300, most)


def test_states_lie_chain_by_chain():
    found = own_states(FREE, COLD, GibbsTime(0.5, 0.1), seed=3)
    np.testing.assert_array_equal(found.on((3, 3))[SNAPSHOTS].ravel(), found.states[1, 0])
    both = found.with_those_of(own_states(FREE, -COLD, GibbsTime(0.5, 0.1), seed=4))
    assert both.chains == 80
    assert both.settled


def test_the_same_seed_gives_the_same_states_and_they_are_of_the_machine():
    model = IsingModel((3, 3), NearestNeighbour())
    exact, tau = RBM.exact(model, 4.0), GibbsTime(3.0, 0.1)
    one, same, other = (own_states(exact, COLD, tau, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.states, same.states)
    assert not np.array_equal(one.states, other.states)
    m = np.abs(own_states(exact, np.tile(COLD, (50, 1)), tau).states.mean(axis=2))
    assert 0.3 < m.mean() < 0.9  # neither the start nor free spins


def test_states_of_another_lattice():
    with pytest.raises(SpinsError):
        own_states(FREE, np.ones((2, 8)), GibbsTime(1.0, 0.1))
