"""Natural gradient: what it learns of soft and of stiff directions, and what it does not take."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.training.optimizers import natural
from truths import machine_distribution

TEACHER = RBM.from_weights(np.random.default_rng(0).normal(size=(8, 3)) * 0.6)
OPTIONS = {
    "optimizer": "natural", "persistent": "growing", "learning_rate": 0.2, "damping": (0.01, 10.0), "batch_size": 200,
    "epochs": 12, "initial_scale": 0.1,
}  # fmt: skip


def data(n=4000):
    states, p = machine_distribution(TEACHER)
    return states[np.random.default_rng(1).choice(len(states), n, p=p)].astype(np.int8)


def likelihood(**options):
    return RBM(3, **{**OPTIONS, **options}).fit(data()).log_likelihood(data(), "exact").value


def test_it_reaches_the_entropy_where_plain_ascent_with_as_many_updates_does_not():
    bound = TEACHER.log_likelihood(data(), "exact").value
    assert bound - likelihood() < 0.03
    plain = {"optimizer": "sgd", "learning_rate": 0.02, "persistent": True}
    assert bound - likelihood(**plain) > 4 * (bound - likelihood())


def test_a_step_is_no_longer_than_the_trust_region(monkeypatch):
    monkeypatch.setattr(natural, "_LARGEST_WEIGHT_CHANGE", 1e-3)
    start = RBM.from_weights(np.full((8, 3), 0.1, np.float32))
    moved = RBM(3, **{**OPTIONS, "epochs": 1, "batch_size": 4000}).fit(data(), start=start)
    assert 0 < np.abs(moved.weights_ - 0.1).max() <= 2e-3 + 1e-6


@pytest.mark.parametrize("name", ["biases", "exact_gradient"])
def test_what_has_no_states_or_no_part_in_the_step_is_refused(name):
    with pytest.raises(InputError, match="natural"):
        RBM(3, optimizer="natural", **{name: True})


@pytest.mark.parametrize("damping", [(0.0, 1.0), (2.0, 1.0), (1.0,)])
def test_dampings_rise(damping):
    with pytest.raises(InputError, match="damping"):
        RBM(3, optimizer="natural", damping=damping)


def test_a_rate_above_a_whole_step_is_refused():
    with pytest.raises(InputError, match="learning_rate"):
        RBM(3, optimizer="natural", learning_rate=1.5)
