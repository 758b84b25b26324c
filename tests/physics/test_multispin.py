"""Multi-spin coding against Kaufman's exact solution, and a twin that must be found out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, exact
from spinlens.sampling.algorithms.multispin import MultiSpin


@pytest.mark.parametrize("rule", ["metropolis", "heat-bath"])
def test_kaufman(rule):
    """Energies of L = 8, 16, 32 at T = 2, T_c, 2.5 and of L = 64 at 2.5, specific heats of L = 8 and 16; 16 comparisons
    for each rule, and a twin. validation/sampling has the longer runs of every algorithm.
    """
    for L, temperature in itertools.product((8, 16, 32, 64), (2.0, exact.CRITICAL_TEMPERATURE, 2.5)):
        if L == 64 and temperature != 2.5:
            continue
        E = kaufman_run(L, temperature, rule, 300 if L < 64 else 100)
        truth = exact.kaufman(L, temperature)
        mean = E.mean(axis=1)
        assert abs((mean.mean() - truth.energy) / standard_error(mean)) < 4
        if L < 32:
            total = L**2 * ((E - truth.energy) ** 2).mean(axis=1) / temperature**2
            assert abs((total.mean() - truth.specific_heat) / standard_error(total)) < 4
    E = kaufman_run(16, 2.5 / 1.02, rule, 300).mean(axis=1)
    assert abs((E.mean() - exact.kaufman(16, 2.5).energy) / standard_error(E)) > 4


def standard_error(means):
    """Of the mean of 64 independent replicas."""
    return means.std(ddof=1) / np.sqrt(len(means))


def kaufman_run(L, temperature, rule, draws):
    """Energy per spin (64, draws) after 40 L sweeps from ground states."""
    algorithm = MultiSpin(IsingModel((L, L), NearestNeighbour()), temperature, rule=rule)
    state = algorithm.start(5, 0)
    algorithm.advance_group(state, 1, min(40 * L, L * L), False, False)
    return np.stack([part.energy for part in algorithm.advance_group(state, draws, 4, True, False)]) / L**2
