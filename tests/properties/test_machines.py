"""What no relabelling of units may change."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spinlens.machines.likelihood.free_energy import log_z
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.effective_couplings import effective_couplings
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
