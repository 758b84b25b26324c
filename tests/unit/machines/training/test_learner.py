"""Fitting in one go and in parts, what is told on the way, averages of parameters."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

TEACHER = RBM.from_weights(np.random.default_rng(1).normal(size=(8, 3)) * 0.6)
DATA = TEACHER.sample(2000, steps=100, seed=1)
NOISY = {"epochs": 10, "learning_rate": 0.2, "final_rate": 1.0, "persistent": True, "batch_size": 50, "seed": 3}


@pytest.mark.parametrize("options", [{}, {"persistent": True, "biases": True}, {"optimizer": "adam"}])
def test_partial_fits_equal_one_fit(options):
    whole = RBM(3, epochs=4, **options).fit(DATA)
    parts = RBM(3, epochs=4, **options).partial_fit(DATA, 1).partial_fit(DATA, 3)
    np.testing.assert_array_equal(whole.weights_, parts.weights_)
    assert whole.history_ == parts.history_
    with pytest.raises(InputError, match="agree"):
        parts.partial_fit(np.ones((200, 9)))


def test_a_training_that_begins_at_a_machine_ends_near_it():
    trained = RBM(3, epochs=20, learning_rate=0.1, seed=2).fit(DATA)
    again = RBM(3, epochs=1, learning_rate=1e-6, persistent=True, biases=True).fit(DATA, start=trained)
    np.testing.assert_allclose(again.weights_, trained.weights_, atol=1e-3)


def test_progress_is_told_each_epoch():
    seen = []
    RBM(2, epochs=3).fit(DATA, progress=seen.append)
    assert [(step.text, step.numbers["epoch"], step.share) for step in seen] == [
        ("epoch 1 of 3", 1, 1 / 3), ("epoch 2 of 3", 2, 2 / 3), ("epoch 3 of 3", 3, 1.0),
    ]  # fmt: skip


def test_late_gain_is_that_of_the_last_two_tracked_epochs():
    held_out = TEACHER.sample(500, steps=100, seed=2)
    machine = RBM(3, epochs=8, track="exact", persistent=True).fit(DATA, validation=held_out)
    assert ["log_likelihood" in entry for entry in machine.history_] == [False] * 5 + [True, False, True]
    last = machine.log_likelihood(held_out, "exact").value
    assert machine.history_[-1]["log_likelihood"] == last
    assert machine.late_gain().value == pytest.approx(last - machine.history_[5]["log_likelihood"])
    with pytest.raises(InputError, match="track"):
        RBM(2, epochs=2).fit(DATA).late_gain()


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_the_machine_is_the_mean_over_the_last_updates(engine):
    if engine == "torch":
        pytest.importorskip("torch")
    options = {**NOISY, "biases": True, "engine": engine, "batch_size": 2000, "momentum": 0.0}  # an update an epoch
    machine, seen = RBM(3, averaging=0.3, **options), []
    machine.fit(DATA, progress=lambda _: seen.append(machine._state.parameters.weights_.copy()))
    np.testing.assert_allclose(machine.weights_, np.mean(seen[7:], axis=0), atol=1e-6)
    np.testing.assert_array_equal(seen[-1], RBM(3, **options).fit(DATA).weights_)  # training itself goes on as without


def test_averaging_takes_out_the_noise_of_a_high_rate():
    """Likelihood of exactly summed machines, against the same training without the average; seed by seed."""
    gains = []
    for seed in range(4):
        options = {**NOISY, "seed": seed}
        averaged, last = (RBM(3, averaging=share, **options).fit(DATA) for share in (0.5, 0.0))
        gains.append(averaged.log_likelihood(DATA, "exact").value - last.log_likelihood(DATA, "exact").value)
    assert min(gains) > 0


def test_layers_of_a_stack_take_all_options():
    assert StackedRBM((4, 2), epochs=2, averaging=0.5).fit(DATA).layers_[1].averaging == 0.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: (x + 1) // 2, "0/1"),
        (lambda x: np.where(np.arange(8) == 3, np.nan, x.astype(float)), "only \\+1 and -1"),
        (lambda x: x[:0], "empty"),
        (lambda x: x[0], "n_samples, n_visible"),
    ],
)
def test_bad_data_is_one_clear_error(change, message):
    with pytest.raises(InputError, match=message):
        RBM(2).fit(change(DATA))
    with pytest.raises(InputError, match=message):
        RBM(2).fit(DATA, validation=change(DATA))
