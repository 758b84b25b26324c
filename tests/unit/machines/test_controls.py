"""Controls: machines and data without geometry."""

import tracemalloc

import numpy as np
import pytest
from scipy import stats

from spinlens.errors import InputError
from spinlens.machines.controls import extreme_states, kadanoff_machine, mean_field_states, redrawn
from spinlens.machines.rbm import RBM
from truths import all_states, normalised


@pytest.mark.parametrize("family", ["normal", "student", "shuffled"])
def test_redrawn_weights_have_the_distribution_and_not_the_places(family):
    generator = np.random.default_rng(0)
    source = generator.normal(0.1, 0.3, size=(60, 50))
    if family == "student":
        source = stats.t(3, 0.05, 0.2).rvs((60, 50), random_state=generator)
    machine = RBM.from_weights(source.astype(np.float32), hidden_bias=np.arange(50))
    new = redrawn(machine, family, seed=1)
    assert stats.ks_2samp(new.weights_.ravel(), source.ravel()).pvalue > 1e-3
    assert abs(np.corrcoef(new.weights_.ravel(), source.ravel())[0, 1]) < 4 / np.sqrt(3000)
    assert new.weights_.dtype == np.float32
    np.testing.assert_array_equal(new.hidden_bias_, np.arange(50))
    assert not np.array_equal(new.weights_, redrawn(machine, family, seed=2).weights_)


def test_the_wrong_family_is_noticed_by_the_test_above():
    heavy = RBM.from_weights(stats.t(2).rvs((60, 50), random_state=np.random.default_rng(0)))
    assert stats.ks_2samp(redrawn(heavy, "normal").weights_.ravel(), heavy.weights_.ravel()).pvalue < 1e-3


def test_extreme_states_are_half_frozen_and_half_free():
    states = extreme_states(4000, 40, seed=3)
    frozen = np.abs(states.sum(axis=1)) == 40
    assert frozen.sum() == 2000
    free = states[~frozen].astype(float)
    assert abs(free.mean()) < 4 / np.sqrt(free.size)
    neighbours = (free[:, 1:] * free[:, :-1]).mean()
    assert abs(neighbours) < 4 / np.sqrt(free[:, 1:].size)
    assert abs(states[frozen, 0].mean()) < 4 / np.sqrt(2000)


def mean_field_z(K, data_K):
    """Deviations of ⟨m²⟩ and ⟨s_0 s_1⟩ from the sum over all 2^8 states, in errors."""
    states = all_states(8).astype(float)
    p = normalised(K * states.sum(axis=1) ** 2 / 16)
    drawn = mean_field_states(20_000, 8, data_K, seed=1).astype(float)
    pairs = [(drawn.mean(axis=1) ** 2, p @ states.mean(axis=1) ** 2)]
    pairs += [(drawn[:, 0] * drawn[:, 5], p @ (states[:, 0] * states[:, 5]))]
    return max(abs(x.mean() - truth) / (x.std() / np.sqrt(len(x))) for x, truth in pairs)


@pytest.mark.parametrize("K", [-0.5, 0.0, 1.0])
def test_mean_field_states_are_those_of_the_model(K):
    assert mean_field_z(K, K) < 4
    assert mean_field_z(K, K + 0.1) > 4


def test_bad_arguments_are_refused():
    with pytest.raises(InputError, match="family"):
        redrawn(RBM.from_weights([[1.0]]), "cauchy")
    with pytest.raises(InputError, match="reduced_coupling"):
        mean_field_states(2, 3, float("nan"))
    with pytest.raises(InputError):
        extreme_states(0, 4)


def test_units_of_a_kadanoff_machine_follow_the_rule():
    machine, p = kadanoff_machine((4, 4), 0.3), 0.3
    states = np.where(np.random.default_rng(0).random((50, 4, 4)) < 0.5, 1, -1)
    sums = states.reshape(50, 2, 2, 2, 2).sum(axis=(2, 4)).reshape(50, 4)
    np.testing.assert_allclose(machine.hidden_mean(states.reshape(50, 16)), np.tanh(p * sums), atol=1e-6)
    with pytest.raises(InputError, match="at least 0"):
        kadanoff_machine((4, 4), -1.0)
    with pytest.raises(InputError, match="does not divide"):
        kadanoff_machine((5, 4), 1.0)


@pytest.mark.parametrize("make", [extreme_states, lambda n, sites: mean_field_states(n, sites, 1.0)])
def test_many_states_take_little_more_memory_than_themselves(make):
    make(10, 64)
    tracemalloc.start()
    try:
        states = make(100_000, 64)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 3 * states.nbytes
