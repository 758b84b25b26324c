"""Training killed at any write and resumed equals the unbroken run, bit for bit."""

import numpy as np
import pytest
from dying import dies

from spinlens.machines.rbm import RBM

EPOCHS = 30
OPTIONS = {
    "adam": {"optimizer": "adam", "learning_rate": 0.01, "persistent": True, "biases": True},
    "averaged": {"persistent": True, "averaging": 0.4, "learning_rate": 0.01},
    "tempered": {"persistent": True, "replicas": 3, "chains": 20},
    "patience": {
        "exact_gradient": True, "learning_rate": 0.1, "track": "exact", "patience": 20,
        "track_at": tuple(k / EPOCHS for k in range(1, EPOCHS + 1)),
    },
}  # fmt: skip
KILLS = (0, 1, 6, 17)
"""Before the first file has its name, after it has, before the fourth of what is left, after the ninth of that."""


def train(name, checkpoint=None):
    """One machine that writes its state after every epoch."""
    generator = np.random.default_rng(0)
    blocks = np.repeat(generator.choice([-1, 1], size=(600, 4)), 4, axis=1)
    states = np.where(generator.random(blocks.shape) < 0.1, -blocks, blocks).astype(np.int8)
    machine = RBM(8, epochs=EPOCHS, seed=2, **OPTIONS[name])
    return machine.fit(states[:500], validation=states[500:], checkpoint=checkpoint, checkpoint_seconds=0.0)


def assert_same(a, b):
    for name, array in a.to_arrays().items():
        np.testing.assert_array_equal(array, b.to_arrays()[name])
    assert a.history_ == b.history_


@pytest.mark.parametrize("name", list(OPTIONS))
def test_killed_again_and_again_equals_the_unbroken_run(tmp_path, name):
    unbroken = train(name)
    checkpoint = tmp_path / "state.safetensors"
    for at in KILLS:
        assert dies(lambda: train(name, checkpoint), at)
    assert_same(train(name, checkpoint), unbroken)
    assert not dies(lambda: train(name, checkpoint), 0)  # it has come to its end, and writes no more
    assert_same(train(name, checkpoint), unbroken)
