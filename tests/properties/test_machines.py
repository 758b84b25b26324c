"""What no relabelling of units may change, in what machines are and in what they learn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spinlens.machines.likelihood.free_energy import log_z
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.effective_couplings import effective_couplings
from spinlens.machines.units.parameters import Parameters
from spinlens.machines.units.translations import Translations
from truths import all_states

FINITE = st.floats(-1.5, 1.5, allow_subnormal=False)
WEIGHTS = st.tuples(st.integers(1, 6), st.integers(1, 5)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=FINITE)
)


@settings(max_examples=40, deadline=None)
@given(WEIGHTS, st.integers(0, 2**31))
def test_order_and_sign_of_hidden_units_are_a_gauge(weights, seed):
    generator = np.random.default_rng(seed)
    n_visible, n_hidden = weights.shape
    bias = generator.normal(size=n_hidden)
    signs, order = generator.choice([-1, 1], size=n_hidden), generator.permutation(n_hidden)
    machine = RBM.from_weights(weights, hidden_bias=bias)
    turned = RBM.from_weights((weights * signs)[:, order], hidden_bias=(bias * signs)[order])
    states = generator.choice([-1, 1], size=(5, n_visible))
    np.testing.assert_allclose(turned.free_energy(states), machine.free_energy(states), atol=1e-10)
    np.testing.assert_allclose(effective_couplings(turned), effective_couplings(machine), atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(WEIGHTS)
def test_without_biases_both_signs_of_a_state_are_equally_probable(weights):
    machine = RBM.from_weights(weights)
    states = np.random.default_rng(0).choice([-1, 1], size=(5, len(weights)))
    np.testing.assert_allclose(machine.free_energy(states), machine.free_energy(-states), atol=1e-10)


@settings(max_examples=30, deadline=None)
@given(WEIGHTS)
def test_log_z_is_the_sum_over_visible_states(weights):
    machine = RBM.from_weights(weights)
    states = all_states(machine.n_visible)
    np.testing.assert_allclose(
        log_z(machine, "exact").value, np.logaddexp.reduce(-machine.free_energy(states)), atol=1e-10
    )


@settings(max_examples=30, deadline=None)
@given(WEIGHTS)
def test_couplings_of_two_machines_side_by_side_add(weights):
    doubled = RBM.from_weights(np.hstack([weights, weights]))
    np.testing.assert_allclose(
        effective_couplings(doubled), 2 * effective_couplings(RBM.from_weights(weights)), atol=1e-12
    )


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["sgd", "adam"]),
    st.booleans(),
    st.integers(0, 2**31),
)
def test_turning_and_reordering_visible_units_turns_and_reorders_what_is_learned(optimizer, biases, seed):
    """Exact gradients know no unit from another: with data and start changed alike, so is the machine."""
    generator = np.random.default_rng(seed)
    states = np.where(generator.random((60, 5)) < generator.uniform(0.2, 0.8, 5), 1, -1)
    start = RBM.from_weights(generator.normal(size=(5, 3)) * 0.3)
    signs, order = generator.choice([-1, 1], size=5), generator.permutation(5)
    turned = RBM.from_weights((start.weights_ * signs[:, None])[order])
    options = {"exact_gradient": True, "epochs": 4, "batch_size": 20, "optimizer": optimizer, "biases": biases}
    options |= {"learning_rate": 0.01, "l1": 0.01, "l2": 0.02}
    one = RBM(3, **options).fit(states, start=start)
    other = RBM(3, **options).fit((states * signs)[:, order], start=turned)
    np.testing.assert_allclose(other.weights_, (one.weights_ * signs[:, None])[order], atol=1e-4)
    np.testing.assert_allclose(other.visible_bias_, (one.visible_bias_ * signs)[order], atol=1e-4)
    np.testing.assert_allclose(other.hidden_bias_, one.hidden_bias_, atol=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([(3,), (2, 3), (3, 4)]), st.integers(1, 2), st.integers(0, 2**31))
def test_tied_gradients_are_the_mean_over_all_translations(shape, filters, seed):
    """What `tie` makes of a gradient is what the states in all their translations would have given without it."""
    n_sites = int(np.prod(shape))
    tied = Translations(shape, filters * n_sites)
    generator = np.random.default_rng(seed)
    weights = tied.random(n_sites, generator)
    states = generator.choice([-1, 1], size=(6, n_sites))

    def gradient(states):
        return (states.T @ np.tanh(states @ weights) / len(states)).astype(np.float32)

    moves = np.ndindex(*shape)
    moved = [np.roll(states.reshape(-1, *shape), move, tuple(range(1, len(shape) + 1))) for move in moves]
    found = Parameters(gradient(states), np.zeros(n_sites, np.float32), np.zeros(filters * n_sites, np.float32))
    tied.tie(found)
    np.testing.assert_allclose(found.weights_, gradient(np.concatenate(moved).reshape(-1, n_sites)), atol=1e-5)
