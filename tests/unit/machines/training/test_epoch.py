"""One pass over the data: batches, and what stops it."""

import numpy as np
import pytest

from spinlens.errors import ConvergenceError
from spinlens.machines.rbm import RBM
from spinlens.machines.training import epoch

DATA = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(400, 2)), 4, axis=1).astype(np.int8)


@pytest.mark.parametrize("n", [1000, 1024, 300])
def test_each_state_comes_once_an_epoch_in_blocks_and_whole(n, monkeypatch):
    for shuffled in (256, 2**18):
        monkeypatch.setattr(epoch, "_SHUFFLED", shuffled)
        batches = list(epoch.shuffled_batches(n, 10, np.random.default_rng(0)))
        rows = np.concatenate(batches)
        assert len(np.unique(rows)) == len(rows)
        assert n - len(rows) < 10 * -(-n // shuffled)
        assert all(len(batch) == 10 for batch in batches)


def test_fewer_states_than_a_batch_still_train():
    at_first = RBM(2, epochs=1, learning_rate=1e-12).fit(DATA[:30]).weights_
    trained = RBM(2, epochs=2).fit(DATA[:30]).weights_
    assert np.abs(trained - at_first).max() > 1e-3


def test_a_diverging_rate_stops_with_the_last_good_state():
    machine = RBM(4, persistent=True).partial_fit(DATA)
    good = machine.weights_.copy()
    with pytest.raises(ConvergenceError, match="smaller learning_rate"):
        machine.set_params(learning_rate=500.0).partial_fit(DATA)
    np.testing.assert_array_equal(machine.weights_, good)


@pytest.mark.parametrize(("options", "remedy"), [({"l2": 1e6}, "a smaller l2"), ({"l1": 1e5}, "a smaller l1")])
def test_a_decay_that_diverges_is_named(options, remedy):
    with pytest.raises(ConvergenceError, match=remedy):
        RBM(4, epochs=3, **options).fit(DATA)
