"""One sweep from each of the 512 states of 3 × 3 spins leaves the Boltzmann weights as they are.

Sweeps in a fixed order do not obey detailed balance, they leave the weights p invariant: runs that start in states
drawn from p, all 512 among them, end in states of the same distribution after one sweep. 3,072 numbers of ends,
|z| < 5 each, and χ² of all; a β off by 10 % must be found out by the change of the mean energy in that sweep.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.algorithms import clock
from spinlens.sampling.algorithms.algorithm import ChainState
from spinlens.sampling.algorithms.clock import Clock
from spinlens.sampling.algorithms.multispin import MultiSpin, ReplicaState
from spinlens.sampling.algorithms.single_spin import HeatBath, Metropolis
from truths import all_states, boltzmann, numbers

STATES = all_states(9)
FIELD = 0.2
RUNS = 64 * 300


def after_a_sweep(algorithm, starts):
    """Number of the state that each start (RUNS,) has become after one sweep of its own."""
    random = np.random.default_rng(8)
    if isinstance(algorithm, MultiSpin):
        found = [replicas_after(algorithm, STATES[starts[n : n + 64]], random) for n in range(0, RUNS, 64)]
        return np.concatenate(found)
    chain = ChainState(np.ones(9, np.int8), random.integers(1, 2**63, 4).astype(np.uint64))
    fields = [fields_of(algorithm, state) for state in STATES]
    after = np.empty(RUNS, dtype=np.int64)
    for run, start in enumerate(starts):
        chain.spins[:], chain.local_fields = STATES[start], copy.copy(fields[start])
        algorithm.advance(chain, 1, 1, False, False)
        after[run] = numbers(chain.spins)
    return after


def fields_of(algorithm, spins):
    """Local fields of a state where the algorithm keeps them, else None."""
    chain = ChainState(spins, np.ones(4, np.uint64))
    algorithm.prepare(chain)
    return chain.local_fields


def replicas_after(algorithm, spins, random):
    """The same for 64 starts (64, 9) at once."""
    bits = (spins > 0).astype(np.uint64) << np.arange(64, dtype=np.uint64)[:, None]
    state = ReplicaState(np.bitwise_or.reduce(bits, axis=0), random.integers(1, 2**63, 128).astype(np.uint64))
    return [int(numbers(part.states[0])) for part in algorithm.advance_group(state, 1, 1, False, True)]


def scores(algorithm, p, energies):
    """z of the number of runs that end in each state, (512,), and of the change of the mean energy."""
    starts = np.random.default_rng(4).choice(512, size=RUNS, p=p)
    assert len(np.unique(starts)) == 512
    after = after_a_sweep(algorithm, starts)
    ends = np.bincount(after, minlength=512)
    change = energies[after] - energies[starts]
    return (ends - RUNS * p) / np.sqrt(RUNS * p * (1 - p)), change.mean() / (change.std(ddof=1) / np.sqrt(RUNS))


CASES = {
    "metropolis": (Metropolis, PowerLaw(1.2)),
    "heat-bath": (HeatBath, PowerLaw(1.2)),
    "clock": (Clock, PowerLaw(1.2)),
    "metropolis bonds": (Metropolis, NearestNeighbour()),
    "heat-bath bonds": (HeatBath, NearestNeighbour()),
    "multi-spin metropolis": (MultiSpin, NearestNeighbour()),
    "multi-spin heat-bath": (lambda *case: MultiSpin(*case, rule="heat-bath"), NearestNeighbour()),
}


@pytest.mark.parametrize("name", CASES)
def test_a_sweep_leaves_the_boltzmann_weights(name, monkeypatch):
    monkeypatch.setattr(clock, "NEAR", {2: 3})
    monkeypatch.setattr(clock, "STRONG", 2)
    make, coupling = CASES[name]
    model = IsingModel((3, 3), coupling, FIELD)
    temperature = 1.5 * model.coupling_sum
    states, p = boltzmann(model, temperature)
    energies = model.energy(states)
    z, drift = scores(make(model, temperature), p, energies)
    assert np.abs(z).max() < 5
    assert abs((z**2).sum() - 511) < 4 * np.sqrt(2 * 511)
    assert abs(drift) < 4
    _, wrong = scores(make(model, temperature / 1.1), p, energies)
    assert abs(wrong) > 4
