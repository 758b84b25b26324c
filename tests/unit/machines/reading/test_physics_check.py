"""A machine's own states against data, by any observable."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.physics_check import compare_physics

OBSERVABLES = {"m2": lambda s: s.mean(axis=1) ** 2, "neighbours": lambda s: s[:, :3] * s[:, 1:4]}


def test_comparison_with_own_states_agrees_and_with_a_colder_machine_does_not():
    W = np.abs(np.random.default_rng(3).normal(size=(8, 4))) * 0.3
    machine, colder = RBM.from_weights(W), RBM.from_weights(1.1 * W)
    data = machine.sample(5000, steps=300, seed=9)
    deviations = [
        [check.deviation for check in compare_physics(m, data, OBSERVABLES, chains=5000, steps=300).values()]
        for m in (machine, colder)
    ]
    assert len(deviations[0]) == 4
    assert np.abs(deviations[0]).max() < 4
    assert np.abs(deviations[1]).max() > 4


def test_errors_of_correlated_data_are_those_of_blocks():
    """Every state twenty times in a row: the error is that of the states, not of their copies."""
    states = np.random.default_rng(0).choice([-1, 1], size=(400, 4)).astype(np.int8)
    free = RBM.from_weights(np.zeros((4, 1)))
    alone, copied = (
        compare_physics(free, data, {"m": lambda s: s.mean(axis=1)}, chains=2, steps=1)["m"].data.error
        for data in (states, np.repeat(states, 20, axis=0))
    )
    assert copied == pytest.approx(alone, rel=1e-9)


def test_what_gives_no_comparison_is_said():
    free = RBM.from_weights(np.zeros((10, 1)))
    states = np.ones((10, 10), np.int8)
    with pytest.raises(InputError, match="'total' must give one row a state"):
        compare_physics(free, states, {"total": lambda s: s.sum()})
    with pytest.raises(InputError, match="at least 2 states"):
        compare_physics(free, states[:1], {"m": lambda s: s.mean(axis=1)})
    with pytest.raises(InputError, match="visible units"):
        compare_physics(free, states[:, :9], {"m": lambda s: s.mean(axis=1)})
