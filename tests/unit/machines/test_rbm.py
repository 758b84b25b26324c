"""The RBM as an estimator: training, sampling, parameters, bad input."""

import itertools

import numpy as np
import pytest
from sklearn.base import clone

from spinlens.errors import ConvergenceError, InputError, SpinsError
from spinlens.machines.rbm import RBM


def two_state_data(n=400, seed=0):
    """Blocks of four equal spins, one in ten flipped: easy to learn and known exactly."""
    generator = np.random.default_rng(seed)
    blocks = np.repeat(generator.choice([-1, 1], size=(n, 2)), 4, axis=1)
    return np.where(generator.random(blocks.shape) < 0.1, -blocks, blocks).astype(np.int8)


def all_states(n):
    return np.array(list(itertools.product([1, -1], repeat=n)))


def test_same_seed_same_machine_other_seed_other_machine():
    data = two_state_data()
    fit = {seed: RBM(4, epochs=3, persistent=True, seed=seed).fit(data).weights_ for seed in (0, 1)}
    np.testing.assert_array_equal(fit[0], RBM(4, epochs=3, persistent=True, seed=0).fit(data).weights_)
    assert not np.array_equal(fit[0], fit[1])


@pytest.mark.parametrize("options", [{}, {"persistent": True, "biases": True}, {"optimizer": "adam"}])
def test_partial_fits_equal_one_fit(options):
    data = two_state_data()
    whole = RBM(3, epochs=4, **options).fit(data)
    parts = RBM(3, epochs=4, **options).partial_fit(data, 1).partial_fit(data, 3)
    np.testing.assert_array_equal(whole.weights_, parts.weights_)
    assert whole.history_ == parts.history_


def test_exact_gradient_beats_pcd_beats_cd_in_likelihood():
    data, final = two_state_data(1000), {}
    settings = {"epochs": 60, "learning_rate": 0.1, "seed": 3}
    for name, options in {
        "exact": {"exact_gradient": True},
        "pcd": {"persistent": True, "steps": 100},
        "cd": {"steps": 1},
    }.items():
        final[name] = RBM(2, **settings, **options).fit(data).log_likelihood(data, "exact").value
    assert final["exact"] >= final["pcd"] - 0.002  # PCD's noise may help by chance, by less than this
    assert final["pcd"] > final["cd"] - 0.002
    flip_entropy = -0.1 * np.log(0.1) - 0.9 * np.log(0.9)
    best = -2 * np.log(2) - 8 * flip_entropy
    assert final["exact"] == pytest.approx(best, abs=0.1)  # statistical spread of 1000 states: 0.06


def test_biases_are_learned_only_when_asked():
    data = np.where(np.random.default_rng(0).random((2000, 5)) < 0.8, 1, -1)
    plain = RBM(2, epochs=2).fit(data)
    assert not plain.visible_bias_.any()
    biased = RBM(1, epochs=60, biases=True, exact_gradient=True, learning_rate=0.2).fit(data)
    p = np.exp(-biased.free_energy(all_states(5)))
    np.testing.assert_allclose(p @ all_states(5) / p.sum(), data.mean(axis=0), atol=0.02)


def test_conditional_means_and_samples_agree():
    machine = RBM.from_weights([[0.5, -0.2], [0.1, 0.9], [-0.7, 0.3]], [0.1, 0.0, -0.3], [0.2, -0.1])
    v = np.array([[1, -1, 1]])
    expected = np.tanh(v @ machine.weights_ + machine.hidden_bias_)
    np.testing.assert_allclose(machine.hidden_mean(v), expected, atol=1e-6)
    np.testing.assert_allclose(
        machine.visible_mean([[1, 1]]), np.tanh([[1, 1]] @ machine.weights_.T + machine.visible_bias_), atol=1e-6
    )
    n = 40_000
    h = machine.sample_hidden(np.repeat(v, n, axis=0), np.random.default_rng(0))
    assert h.dtype == np.int8
    z = (h.mean(axis=0) - expected[0]) / np.sqrt((1 - expected[0] ** 2) / n)
    assert np.abs(z).max() < 4


def gibbs_chi_squared(machine, drawn_from):
    """χ² per degree of freedom of the states of 20,000 independent chains of one machine under p(v) of another."""
    states = all_states(4)
    p = np.exp(-machine.free_energy(states))
    p /= p.sum()
    code = (drawn_from.sample(20_000, steps=200, seed=5) < 0) @ (2 ** np.arange(4)[::-1])
    counts = np.bincount(code, minlength=16)
    return float(((counts - 20_000 * p) ** 2 / (20_000 * p)).sum())


def test_gibbs_samples_follow_the_boltzmann_distribution():
    W = np.random.default_rng(2).normal(size=(4, 3)) * 0.4
    machine = RBM.from_weights(W, [0.1, -0.2, 0.0, 0.3], [0.2, 0.0, -0.1])
    wrong = RBM.from_weights(W * 1.1, [0.1, -0.2, 0.0, 0.3], [0.2, 0.0, -0.1])
    noise = np.sqrt(2 * 15)
    assert abs(gibbs_chi_squared(machine, machine) - 15) < 4 * noise
    assert gibbs_chi_squared(machine, wrong) - 15 > 4 * noise


def test_wide_machines_are_sampled_in_parts(monkeypatch):
    machine = RBM.from_weights(np.zeros((4, 3)), [0.3, -0.3, 1.0, 0.0])
    monkeypatch.setattr("spinlens.machines.gibbs._LARGEST_SCRATCH", 30)
    states = machine.gibbs(np.ones((9_995, 4)), 1, np.random.default_rng(0))
    expected = np.tanh(machine.visible_bias_)
    assert np.abs((states.mean(axis=0) - expected) / np.sqrt((1 - expected**2) / 9_995)).max() < 4


def test_track_records_likelihood_and_late_gain():
    data = two_state_data()
    machine = RBM(3, epochs=8, track="exact", persistent=True).fit(data, validation=two_state_data(seed=1))
    assert ["log_likelihood" in entry for entry in machine.history_] == [False] * 5 + [True, False, True]
    gain = machine.late_gain()
    last = machine.log_likelihood(two_state_data(seed=1), "exact").value
    assert machine.history_[-1]["log_likelihood"] == last
    assert gain.value == pytest.approx(last - machine.history_[5]["log_likelihood"])
    with pytest.raises(InputError, match="track"):
        RBM(2, epochs=2).fit(data).late_gain()


def test_callback_gets_each_epoch():
    seen = []
    RBM(2, epochs=3).fit(two_state_data(), callback=seen.append)
    assert [entry["epoch"] for entry in seen] == [1, 2, 3]


def test_scikit_learn_can_clone_it():
    machine = clone(RBM(7, learning_rate=0.3, chains=11))
    assert machine.get_params()["chains"] == 11
    with pytest.raises(InputError, match="no parameter 'n_hiden'"):
        machine.set_params(n_hiden=3)


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
        RBM(2).fit(change(two_state_data()))


@pytest.mark.parametrize(
    "options",
    [
        {"n_hidden": 0},
        {"learning_rate": -1.0},
        {"learning_rate": float("nan")},
        {"momentum": 1.0},
        {"engine": "abacus"},
        {"steps": 0},
        {"optimizer": "lbfgs"},
        {"seed": -1},
        {"track": "yes"},
    ],
)
def test_bad_options_are_refused(options):
    with pytest.raises(InputError):
        RBM(**{"n_hidden": 3, **options})


def test_a_width_that_does_not_fit_is_refused():
    machine = RBM(2, epochs=1).fit(two_state_data())
    with pytest.raises(SpinsError, match="n_samples, 8"):
        machine.hidden_mean(np.ones((3, 9)))
    with pytest.raises(InputError, match="agree"):
        machine.partial_fit(np.ones((200, 9)))


def test_a_diverging_rate_stops_with_the_last_good_state():
    machine = RBM(4, persistent=True).partial_fit(two_state_data())
    good = machine.weights_.copy()
    with pytest.raises(ConvergenceError, match="smaller learning_rate"):
        machine.set_params(learning_rate=500.0).partial_fit(two_state_data())
    np.testing.assert_array_equal(machine.weights_, good)


def test_an_untrained_machine_says_so():
    with pytest.raises(InputError, match="no weights yet"):
        RBM(3).sample(2)


def test_fewer_samples_than_a_batch_still_train():
    assert RBM(2, epochs=2).fit(two_state_data(30)).weights_.shape == (8, 2)
