"""Exact sums against an independent 8 × 5 reference machine."""

import json
from pathlib import Path

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.likelihood.free_energy import exact_moments, free_energy, log_likelihood, log_z
from spinlens.machines.rbm import RBM
from truths import all_states

REFERENCE = json.loads((Path(__file__).parents[3] / "data" / "rbm_8x5.json").read_text())


def reference_machine():
    return RBM.from_weights(REFERENCE["W"], REFERENCE["a"], REFERENCE["b"])


def test_log_z_and_likelihood_of_the_reference_machine():
    machine = reference_machine()
    assert log_z(machine, "exact").value == pytest.approx(float(REFERENCE["logZ"]), abs=1e-12)
    found = log_likelihood(machine, REFERENCE["data"], "exact")
    assert found.value == pytest.approx(float(REFERENCE["mean_loglik"]), abs=1e-12)
    assert found.error == 0


def test_moments_and_gradient_of_the_reference_machine():
    machine, moments = reference_machine(), exact_moments(reference_machine())
    np.testing.assert_allclose(moments.visible_hidden, REFERENCE["model_vh"], atol=1e-12)
    np.testing.assert_allclose(moments.visible, REFERENCE["model_v"], atol=1e-12)
    np.testing.assert_allclose(moments.hidden, REFERENCE["model_h"], atol=1e-12)
    data = np.array(REFERENCE["data"], float)
    mean_hidden = np.tanh(data @ machine.weights_ + machine.hidden_bias_)
    np.testing.assert_allclose(
        data.T @ mean_hidden / len(data) - moments.visible_hidden, REFERENCE["grad_W"], atol=1e-12
    )


def test_the_sum_over_either_side_is_the_same():
    machine = reference_machine()
    turned = RBM.from_weights(machine.weights_.T, machine.hidden_bias_, machine.visible_bias_)
    one, other = exact_moments(machine), exact_moments(turned)
    assert one.log_z == pytest.approx(other.log_z, abs=1e-12)
    np.testing.assert_allclose(one.visible_hidden, other.visible_hidden.T, atol=1e-12)


def test_blocks_of_states_join_up():
    """More than one block of 4096 states: independent units have ln Z = Σ ln 2cosh of the biases."""
    bias = np.linspace(-2, 2, 14)
    machine = RBM.from_weights(np.zeros((15, 14)), None, bias)
    assert log_z(machine, "exact").value == pytest.approx(15 * np.log(2) + np.log(2 * np.cosh(bias)).sum(), abs=1e-11)


def test_gradient_is_the_derivative_of_the_likelihood():
    machine = reference_machine()
    W, step = np.array(REFERENCE["W"]), 1e-5
    for i, a in ((0, 0), (3, 2), (7, 4)):
        around = []
        for sign in (1, -1):
            moved = W.copy()
            moved[i, a] += sign * step
            shifted = RBM.from_weights(moved, machine.visible_bias_, machine.hidden_bias_)
            around.append(log_likelihood(shifted, REFERENCE["data"], "exact").value)
        assert (around[0] - around[1]) / (2 * step) == pytest.approx(REFERENCE["grad_W"][i][a], abs=1e-7)


def test_free_energy_is_minus_the_log_of_the_sum_over_hidden_states():
    machine = reference_machine()
    v = np.array(REFERENCE["data"][:3], float)
    hidden = all_states(5)
    energy = -(v @ machine.visible_bias_)[:, None] - hidden @ machine.hidden_bias_ - (v @ machine.weights_) @ hidden.T
    np.testing.assert_allclose(free_energy(machine, v), -np.log(np.exp(-energy).sum(axis=1)), atol=1e-12)


def test_enumeration_of_a_large_machine_is_refused():
    with pytest.raises(InputError, match="stop at 24"):
        log_z(RBM.from_weights(np.zeros((30, 25))), "exact")


def test_states_some_at_a_time_have_the_same_free_energies(monkeypatch):
    rng = np.random.default_rng(5)
    machine = RBM.from_weights(rng.normal(size=(6, 5)), rng.normal(size=6), rng.normal(size=5))
    states = np.where(rng.random((23, 6)) < 0.5, 1, -1)
    whole = machine.free_energy(states)
    monkeypatch.setattr("spinlens.machines.likelihood.free_energy._LARGEST_FIELDS", 20)
    np.testing.assert_allclose(machine.free_energy(states), whole, rtol=1e-14)
