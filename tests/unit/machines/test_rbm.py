"""The RBM as an estimator of scikit-learn's kind: one seed, cloned, made of given weights."""

import numpy as np
import pytest
from sklearn.base import clone

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM

DATA = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(400, 2)), 4, axis=1).astype(np.int8)


def test_same_seed_same_machine_other_seed_other_machine():
    fit = {seed: RBM(4, epochs=3, persistent=True, seed=seed).fit(DATA).weights_ for seed in (0, 1)}
    np.testing.assert_array_equal(fit[0], RBM(4, epochs=3, persistent=True, seed=0).fit(DATA).weights_)
    assert not np.array_equal(fit[0], fit[1])


def test_scikit_learn_can_clone_it():
    machine = clone(RBM(7, learning_rate=0.3, chains=11))
    assert machine.get_params()["chains"] == 11
    assert machine.learning_rate == 0.3


def test_machines_of_given_weights_keep_their_precision_and_own_their_arrays():
    weights = np.zeros((3, 2), np.float32)
    machine = RBM.from_weights(weights, hidden_bias=[1, 2])
    weights[:] = 1
    assert machine.weights_.dtype == np.float32
    assert not machine.weights_.any()
    assert machine.hidden_bias_.tolist() == [1, 2]
    assert machine.biases
    assert RBM.from_weights([[1, 2]]).weights_.dtype == np.float64


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (([1.0, 2.0],), "n_visible, n_hidden"),
        ((np.zeros((0, 3)),), "n_visible, n_hidden"),
        (([[1.0]], [1.0, 2.0]), "do not fit"),
        (([[np.inf]],), "finite"),
    ],
)
def test_parameters_that_make_no_machine_are_refused(parts, message):
    with pytest.raises(InputError, match=message):
        RBM.from_weights(*parts)
