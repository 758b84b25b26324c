"""Averaged parameters, and trainings that begin at a trained machine."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

TEACHER = RBM.from_weights(np.random.default_rng(1).normal(size=(8, 3)) * 0.6)
DATA = TEACHER.sample(5000, steps=100, seed=1)
NOISY = {"epochs": 10, "learning_rate": 0.2, "final_rate": 1.0, "persistent": True, "batch_size": 50, "seed": 3}


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_the_machine_is_the_mean_over_the_last_updates(engine):
    if engine == "torch":
        pytest.importorskip("torch")
    options = {**NOISY, "biases": True, "engine": engine, "batch_size": 5000, "momentum": 0.0}  # an update an epoch
    machine, seen = RBM(3, averaging=0.3, **options), []
    machine.fit(DATA, callback=lambda _: seen.append(machine._state.parameters.weights_.copy()))
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


def test_a_training_begins_at_the_machine_it_is_given():
    trained = RBM(3, epochs=20, learning_rate=0.1, seed=2).fit(DATA)
    options = {"epochs": 1, "learning_rate": 1e-6, "persistent": True, "biases": True}
    machine = RBM(3, **options).fit(DATA, start=trained)
    np.testing.assert_allclose(machine.weights_, trained.weights_, atol=1e-3)
    assert np.abs(machine._state.chains).min() == 1
    with pytest.raises(InputError, match="start has weights"):
        RBM(4, **options).fit(DATA, start=trained)


def test_chains_begin_at_states_of_the_data():
    up = np.ones((500, 12), np.int8)
    strong = RBM.from_weights(np.full((12, 1), 3.0))  # its Gibbs chain never turns most units
    machine = RBM(1, epochs=1, learning_rate=1e-6, persistent=True).fit(up, start=strong)
    assert np.all(machine._state.chains.mean(axis=1) > 0)
    assert not np.all(RBM(1, epochs=1, learning_rate=1e-6, persistent=True).fit(up)._state.chains.mean(axis=1) > 0)


def test_a_state_on_disk_belongs_to_its_start(tmp_path):
    first, second = (RBM(3, epochs=2, seed=s).fit(DATA) for s in (1, 2))
    path = tmp_path / "state.safetensors"
    done = RBM(3, epochs=2).fit(DATA, start=first, checkpoint=path)
    np.testing.assert_array_equal(RBM(3, epochs=2).fit(DATA, start=first, checkpoint=path).weights_, done.weights_)
    with pytest.raises(InputError, match="start was"):
        RBM(3, epochs=2).fit(DATA, start=second, checkpoint=path)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_fractions_outside_the_training_are_refused(share):
    with pytest.raises(InputError, match="averaging"):
        RBM(3, averaging=share)


def test_layers_of_a_stack_take_it_too():
    assert StackedRBM((4, 2), epochs=2, averaging=0.5).fit(DATA).layers_[1].averaging == 0.5
