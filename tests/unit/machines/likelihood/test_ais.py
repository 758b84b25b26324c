"""Annealed importance sampling against exact sums."""

import numpy as np
import pytest

from spinlens.errors import ConvergenceError
from spinlens.exact import kaufman
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.likelihood import ais
from spinlens.machines.likelihood.free_energy import log_z
from spinlens.machines.rbm import RBM
from truths import machine_distribution

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


def drawn(machine, n):
    """States of a machine's own distribution, which has valleys that its chain seldom leaves."""
    states, p = machine_distribution(machine)
    return states[np.random.default_rng(0).choice(len(states), n, p=p)]


def annealing_deviations(machines, runs, betas):
    """ln Z − exact of both directions, (2, machines), and the pulls; few effective weights are let pass."""
    exact = [log_z(machine, "exact").value for machine in machines]
    up = [ais.forward(machine, runs, betas, 1, least=0) for machine in machines]
    down = [ais.backward(machine, runs, betas, 1, drawn(machine, runs), least=0) for machine in machines]
    pairs = [list(zip(found, exact, strict=True)) for found in (up, down)]
    differences = [[found.value - exact for found, exact in row] for row in pairs]
    pulls = [[found.deviation(exact) for found, exact in row] for row in pairs]
    return np.array(differences), np.array(pulls)


def test_forward_and_reverse_annealing_bracket_log_z():
    """In the mean over machines and with few steps AIS errs downward and reverse AIS upward; with many both agree."""
    machines = [random_machine(number, 0.55) for number in range(150)]
    coarse, _ = annealing_deviations(machines, runs=10, betas=2)
    downward, upward = coarse.mean(axis=1) / (coarse.std(axis=1) / np.sqrt(150))
    assert downward < -4
    assert upward > 4
    _, pulls = annealing_deviations(machines[:6], runs=200, betas=500)
    assert np.abs(pulls).max() < 4


def test_both_sides_bracket_with_an_error_that_holds():
    machines = [random_machine(number, 0.2 + 0.1 * (number % 4)) for number in range(24)]
    found = [ais.bracket(machine, 100, 100, seed=1) for machine in machines]
    pulls = [part.value.deviation(log_z(machine, "exact").value) for part, machine in zip(found, machines, strict=True)]
    assert np.abs(pulls).max() < 4
    assert all(part.value.error <= part.forward.error + part.reverse.error for part in found)
    wrong = [
        part.value.deviation(log_z(random_machine(n, 0.21 + 0.2 * (n % 4)), "exact").value)
        for n, part in enumerate(found)
    ]
    assert np.abs(wrong).max() > 4


CRITICAL = IsingModel((8, 8), NearestNeighbour())


def test_few_effective_weights_are_refused_and_the_bracket_is_right():
    """The exact machine of a critical lattice: ln Z is known, up to the constant of the bonds, from Kaufman."""
    T = 2 / np.log(1 + np.sqrt(2))
    machine = RBM.exact(CRITICAL, T)
    # Σ_h e^{wh(s+s')} = A e^{K s s'} with 2 = A e^{−K} for unequal spins: A = 2 e^K for each of the 128 bonds
    log_z_exact = kaufman(8, T).log_z + 128 * (np.log(2.0) + 1 / T)
    states = np.ones((100, 64))
    states[::2] = -1
    found = ais.bracket(machine, 200, 1000, seed=2, states=states)
    assert abs(found.value.deviation(log_z_exact)) < 4
    assert found.value.error < 0.3
    with pytest.raises(ConvergenceError, match="raise betas"):
        ais.forward(machine, 100, 3, seed=0)


def test_a_bracket_that_does_not_close_is_refused(monkeypatch):
    """Reverse annealing from states that are not the machine's own errs downward."""
    machine = RBM.exact(CRITICAL, 2.0)
    generator = np.random.default_rng(0)
    free = generator.choice([-1.0, 1.0], (100, 64)).astype(np.float32)
    monkeypatch.setattr(ais, "equilibrate", lambda machine, count, generator, states: (free.copy(), None))
    with pytest.raises(ConvergenceError, match="not bracketed"):
        ais.bracket(machine, 100, 500, seed=0)
