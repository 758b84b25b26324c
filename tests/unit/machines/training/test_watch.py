"""What is measured on the way, and early stopping."""

import numpy as np
import pytest

from spinlens.machines.rbm import RBM

BLOCKS = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(1000, 2)), 4, axis=1)


def noise(n, seed):
    return np.random.default_rng(seed).choice([-1, 1], size=(n, 8)).astype(np.int8)


def overfitting(**options):
    """A machine with far more weights than 60 states of noise can support."""
    at = tuple(k / 100 for k in range(1, 101))
    return RBM(24, epochs=100, exact_gradient=True, learning_rate=0.5, batch_size=60, initial_scale=0.1, track="exact",
               track_at=at, **options).fit(noise(60, 0), validation=noise(2000, 1))  # fmt: skip


def test_early_stopping_keeps_the_machine_of_the_best_held_out_likelihood():
    whole, stopped = overfitting(), overfitting(patience=5)
    held_out = noise(2000, 1)
    likelihoods = [entry["log_likelihood"] for entry in stopped.history_]
    assert len(stopped.history_) < 100
    assert np.argmax(likelihoods) == len(likelihoods) - 6
    assert stopped.log_likelihood(held_out, "exact").value == pytest.approx(max(likelihoods), abs=1e-9)
    assert whole.log_likelihood(held_out, "exact").value < max(likelihoods) - 0.1


def test_physics_goes_into_the_history():
    observables = {"m2": lambda s: s.mean(axis=1) ** 2, "neighbours": lambda s: s[:, :3] * s[:, 1:4]}
    machine = RBM(4, epochs=4, persistent=True).fit(BLOCKS, observables=observables)
    last = machine.history_[-1]
    assert {"m2", "m2_error", "m2_data", "m2_deviation", "neighbours[2]_deviation"} <= set(last)
    assert last["neighbours[0]_data"] == 1.0
    assert "m2" not in machine.history_[0]


def test_the_gibbs_time_goes_into_the_history_and_grows_with_the_weights():
    ordered = np.repeat(BLOCKS[:, :1], 8, axis=1)
    states = np.where(np.random.default_rng(1).random(ordered.shape) < 0.2, -ordered, ordered)
    machine = RBM(4, epochs=40, persistent=True, learning_rate=0.1, track="exact", track_at=(0.025, 1.0)).fit(states)
    tracked = [entry for entry in machine.history_ if "gibbs_tau" in entry]
    assert [entry["epoch"] for entry in tracked] == [1, 40]
    assert tracked[0]["gibbs_tau"] < 0.7  # weights of 0.01: independent states have ½
    assert tracked[1]["gibbs_tau"] > tracked[0]["gibbs_tau"] + 4 * tracked[1]["gibbs_tau_error"]
