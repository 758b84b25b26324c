"""Annealed importance sampling against exact sums."""

import numpy as np
import pytest

from spinlens.machines.likelihood.free_energy import log_z
from spinlens.machines.rbm import RBM

N_MACHINES = 50


def random_machine(number, scale, biases=True):
    generator = np.random.default_rng(number)
    W = generator.normal(size=(14, 10)) * scale
    return RBM.from_weights(W, generator.normal(size=14) * 0.2 * biases, generator.normal(size=10) * 0.2 * biases)


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
