"""Train one machine with a checkpoint after every epoch: the process that the tests kill."""

import sys
from pathlib import Path

import numpy as np

from spinlens.machines.rbm import RBM

EPOCHS = 100
OPTIONS = {"adam": {"optimizer": "adam", "learning_rate": 0.01, "persistent": True, "biases": True}}
OPTIONS["averaged"] = {"persistent": True, "averaging": 0.4, "learning_rate": 0.01}
OPTIONS["tempered"] = {"persistent": True, "replicas": 3, "chains": 20}
OPTIONS["patience"] = {
    "exact_gradient": True,
    "track": "exact",
    "track_at": tuple(k / EPOCHS for k in range(1, EPOCHS + 1)),
}
OPTIONS["patience"] |= {"patience": 20, "learning_rate": 0.1}


def data():
    generator = np.random.default_rng(0)
    blocks = np.repeat(generator.choice([-1, 1], size=(3000, 4)), 4, axis=1)
    return np.where(generator.random(blocks.shape) < 0.1, -blocks, blocks).astype(np.int8)


def train(name, checkpoint=None):
    states = data()
    machine = RBM(8, epochs=EPOCHS, seed=2, **OPTIONS[name])
    return machine.fit(states[:2500], validation=states[2500:], checkpoint=checkpoint, checkpoint_seconds=0.0)


if __name__ == "__main__":
    train(sys.argv[1], sys.argv[2]).save(Path(sys.argv[2]).with_name("done"))
