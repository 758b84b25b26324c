"""Cluster kernels leave the Boltzmann weights of all 512 states of 3×3 as they are.

One move from every state, repeated: the transition matrix T is estimated directly, so there is no autocorrelation and
the errors are multinomial. Two statistics a case: χ² of π T − π, summed over classes of states that translations and
reflections of the square connect (single ones are reached too rarely for a Gaussian), in standard deviations, and the
mean change of βE under π. Each twin runs the kernel at a temperature 2 % off. Eight cases, 16 numbers.
"""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains.chain import start_chain
from spinlens.sampling.kernels import long_range, nearest, wolff
from truths import all_states, normalised

STATES = all_states(9)
REPEATS = 4000
CASES = {
    "swendsen-wang, nearest": ("swendsen-wang", NearestNeighbour(), 3.5, 0.0, nearest, "nearest_chain"),
    "swendsen-wang, long range, field": ("swendsen-wang", PowerLaw(1.2), 7.0, 0.4, long_range, "long_range_chain"),
    "wolff, nearest, field": ("wolff", NearestNeighbour(), 3.5, -0.3, wolff, "nearest_chain"),
    "wolff, long range": ("wolff", PowerLaw(1.2), 7.0, 0.0, wolff, "long_range_chain"),
}


@njit
def _count_transitions(kernel, states, repeats, counts, spins, arguments):
    for start in range(states.shape[0]):
        for _ in range(repeats):
            spins[:] = states[start]
            kernel(spins, *arguments)
            end = 0
            for site in range(spins.size):
                end += (1 << site) * (spins[site] > 0)
            counts[start, end] += 1


def transitions(case, temperature, monkeypatch):
    """Counts (512, 512) of one move from each state by the kernel, with the arguments that the library gives it."""
    name, coupling, _, field, module, function = case
    model = IsingModel((3, 3), coupling, field)
    algorithm = make_algorithm(model, temperature, name)
    chain, kernel, calls = start_chain(model, 3, temperature, 0), getattr(module, function), []
    chain.clusters = 1
    with monkeypatch.context() as patch:
        patch.setattr(module, function, lambda *arguments: calls.append(arguments))
        algorithm.advance(chain, 1, 1, energy=False, states=False)
    counts = np.zeros((512, 512), dtype=np.int64)
    _count_transitions(kernel, STATES, REPEATS, counts, calls[0][0], calls[0][1:])
    return counts


def classes():
    """Membership (512, K) of the states in classes of equal long-range energy and magnetization."""
    energy = IsingModel((3, 3), PowerLaw(1.2)).energy(STATES.reshape(-1, 3, 3))
    keys = np.round(energy, 6) + 1000 * STATES.sum(axis=1)
    return (keys[:, None] == np.unique(keys)).astype(np.float64)


def scores(case, counts):
    """Standard deviations of χ²(π T − π) and of the mean change of βE from what stationarity demands."""
    _, coupling, temperature, field, _, _ = case
    reduced = IsingModel((3, 3), coupling, field).energy(STATES.reshape(-1, 3, 3)) / temperature
    weights = normalised(-reduced)
    members = classes()
    matrix, lumped = counts / REPEATS, counts @ members / REPEATS
    residual = weights @ (lumped - members)
    covariance = (np.diag(weights**2 @ lumped) - (lumped.T * weights**2) @ lumped) / REPEATS
    degrees = len(residual) - 1
    chi2 = residual[1:] @ np.linalg.solve(covariance[1:, 1:], residual[1:])
    spread = weights**2 @ (matrix @ reduced**2 - (matrix @ reduced) ** 2) / REPEATS
    return (chi2 - degrees) / np.sqrt(2 * degrees), (weights @ (matrix @ reduced - reduced)) / np.sqrt(spread)


@pytest.mark.parametrize("name", CASES)
def test_boltzmann_weights_are_left_as_they_are(name, monkeypatch):
    case = CASES[name]
    found = scores(case, transitions(case, case[2], monkeypatch))
    assert max(map(abs, found)) < 4, found


@pytest.mark.parametrize("name", CASES)
def test_a_temperature_two_percent_off_is_found_out(name, monkeypatch):
    case = CASES[name]
    found = scores(case, transitions(case, 1.02 * case[2], monkeypatch))
    assert max(map(abs, found)) > 4, found
