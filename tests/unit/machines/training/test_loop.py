"""What happens around the epochs: early stopping, physics checks."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.physics_check import compare_physics
from spinlens.machines.rbm import RBM


def noise(n, seed):
    return np.random.default_rng(seed).choice([-1, 1], size=(n, 10)).astype(np.int8)


def overfitting(**options):
    """A machine with far more weights than 60 states of noise can support."""
    at = tuple(k / 100 for k in range(1, 101))
    return RBM(40, epochs=100, exact_gradient=True, learning_rate=0.5, batch_size=60, initial_scale=0.1, track="exact",
               track_at=at, **options).fit(noise(60, 0), validation=noise(2000, 1))  # fmt: skip


def test_early_stopping_keeps_the_machine_of_the_best_held_out_likelihood():
    whole, stopped = overfitting(), overfitting(patience=5)
    held_out = noise(2000, 1)
    likelihoods = [entry["log_likelihood"] for entry in stopped.history_]
    assert len(stopped.history_) < 100
    assert np.argmax(likelihoods) == len(likelihoods) - 6
    assert stopped.log_likelihood(held_out, "exact").value == pytest.approx(max(likelihoods), abs=1e-9)
    assert whole.log_likelihood(held_out, "exact").value < max(likelihoods) - 0.1


def test_patience_without_a_likelihood_is_refused():
    with pytest.raises(InputError, match="track"):
        RBM(3, patience=2)


OBSERVABLES = {"m2": lambda s: s.mean(axis=1) ** 2, "neighbours": lambda s: s[:, :3] * s[:, 1:4]}


def test_physics_goes_into_the_history():
    states = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(1000, 2)), 4, axis=1)
    machine = RBM(4, epochs=4, persistent=True).fit(states, observables=OBSERVABLES)
    last = machine.history_[-1]
    assert {"m2", "m2_error", "m2_data", "m2_deviation", "neighbours[2]_deviation"} <= set(last)
    assert last["neighbours[0]_data"] == 1.0
    assert "m2" not in machine.history_[0]


def test_the_gibbs_time_goes_into_the_history_and_grows_with_the_weights():
    blocks = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(1000, 1)), 8, axis=1)
    states = np.where(np.random.default_rng(1).random(blocks.shape) < 0.2, -blocks, blocks)
    machine = RBM(4, epochs=40, persistent=True, learning_rate=0.1, track="exact", track_at=(0.025, 1.0)).fit(states)
    tracked = [entry for entry in machine.history_ if "gibbs_tau" in entry]
    assert [entry["epoch"] for entry in tracked] == [1, 40]
    assert tracked[0]["gibbs_tau"] < 0.7  # weights of 0.01: independent states have ½
    assert tracked[1]["gibbs_tau"] > tracked[0]["gibbs_tau"] + 4 * tracked[1]["gibbs_tau_error"]


def test_comparison_with_own_states_agrees_and_with_a_colder_machine_does_not():
    W = np.abs(np.random.default_rng(3).normal(size=(8, 4))) * 0.3
    machine, colder = RBM.from_weights(W), RBM.from_weights(1.1 * W)
    data = machine.sample(5000, steps=300, seed=9)
    deviations = [
        [pair.deviation for pair in compare_physics(m, data, OBSERVABLES, chains=5000, steps=300).values()]
        for m in (machine, colder)
    ]
    assert np.abs(deviations[0]).max() < 4  # four comparisons
    assert np.abs(deviations[1]).max() > 4


def test_an_observable_of_the_wrong_shape_is_said():
    with pytest.raises(InputError, match="'total' must give one row a state"):
        compare_physics(RBM.from_weights(np.zeros((10, 1))), noise(10, 0), {"total": lambda s: s.sum()})
