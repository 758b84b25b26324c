"""Exact sums against an independent 8 × 5 reference machine; AIS against exact sums."""

import json
from pathlib import Path

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.likelihood.free_energy import exact_moments, free_energy, log_likelihood, log_z
from spinlens.machines.rbm import RBM

REFERENCE = json.loads((Path(__file__).parents[3] / "data" / "rbm_8x5.json").read_text())
N_MACHINES = 50


def reference_machine():
    return RBM.from_weights(REFERENCE["W"], REFERENCE["a"], REFERENCE["b"])


def random_machine(number, scale, biases=True):
    generator = np.random.default_rng(number)
    W = generator.normal(size=(14, 10)) * scale
    return RBM.from_weights(W, generator.normal(size=14) * 0.2 * biases, generator.normal(size=10) * 0.2 * biases)


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
    hidden = 2.0 * ((np.arange(32)[:, None] >> np.arange(5)) & 1) - 1
    energy = -(v @ machine.visible_bias_)[:, None] - hidden @ machine.hidden_bias_ - (v @ machine.weights_) @ hidden.T
    np.testing.assert_allclose(free_energy(machine, v), -np.log(np.exp(-energy).sum(axis=1)), atol=1e-12)


def judged_machines(stretch=1.0):
    """Random machines and, every second one, machines trained on noisy pairs of units; weights times `stretch`."""
    machines = []
    for number in range(N_MACHINES):
        machine = random_machine(number, (0.2 + 0.2 * (number % 4)) * stretch, number % 3 > 0)
        if number % 2:
            generator = np.random.default_rng(number)
            pairs = np.repeat(generator.choice([-1, 1], size=(500, 7)), 2, axis=1)
            data = np.where(generator.random(pairs.shape) < 0.1, -pairs, pairs)
            options = {"epochs": 8, "learning_rate": 0.3, "initial_scale": 0.2, "seed": number}
            trained = RBM(10, biases=number % 3 > 0, **options).fit(data)
            machine = RBM.from_weights(trained.weights_ * stretch, trained.visible_bias_, trained.hidden_bias_)
        machines.append(machine)
    return machines


@pytest.fixture(scope="module")
def ais_pairs():
    machines = judged_machines()
    return [(log_z(m, "ais", runs=100, betas=200, seed=1), log_z(m, "exact").value) for m in machines]


def test_ais_pulls_have_unit_variance(ais_pairs):
    pulls = np.array([found.deviation(exact) for found, exact in ais_pairs])
    assert abs(pulls.mean()) * np.sqrt(N_MACHINES) < 4
    assert abs(pulls.var() - 1) * np.sqrt(N_MACHINES / 2) < 4
    assert max(found.error for found, _ in ais_pairs) < 0.2


def test_ais_of_wrong_weights_is_noticed(ais_pairs):
    wrong = judged_machines(1.02)
    pulls = np.array(
        [
            log_z(m, "ais", runs=100, betas=200, seed=1).deviation(exact)
            for m, (_, exact) in zip(wrong, ais_pairs, strict=True)
        ]
    )
    assert abs(pulls.mean()) * np.sqrt(N_MACHINES) > 4


def annealing_deviations(machines, **options):
    """ln Z − exact of both directions, (2, machines), and the pulls."""
    pairs = [
        [(log_z(machine, name, seed=1, **options), log_z(machine, "exact").value) for machine in machines]
        for name in ("ais", "reverse-ais")
    ]
    differences = [[found.value - exact for found, exact in row] for row in pairs]
    pulls = [[found.deviation(exact) for found, exact in row] for row in pairs]
    return np.array(differences), np.array(pulls)


def test_forward_and_reverse_annealing_bracket_log_z():
    """In the mean over machines and with few steps AIS errs downward and reverse AIS upward; with many both agree."""
    machines = [random_machine(number, 0.8) for number in range(150)]
    coarse, _ = annealing_deviations(machines, runs=10, betas=3)
    downward, upward = coarse.mean(axis=1) / (coarse.std(axis=1) / np.sqrt(150))
    assert downward < -4
    assert upward > 4
    _, pulls = annealing_deviations(machines[:6], runs=200, betas=500)
    assert np.abs(pulls).max() < 4


def test_enumeration_of_a_large_machine_is_refused():
    with pytest.raises(InputError, match="stop at 24"):
        log_z(RBM.from_weights(np.zeros((30, 25))), "exact")
