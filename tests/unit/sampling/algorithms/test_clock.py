"""Clock moves where there is nothing to veto."""

from __future__ import annotations

import numpy as np

from spinlens import CouplingTable, IsingModel
from spinlens.sampling.algorithms.clock import Clock
from spinlens.sampling.algorithms.single_spin import HeatBath, Metropolis
from spinlens.sampling.chains.chain import start_chain


def test_clock_without_couplings_is_free():
    """Σ|J| = 0: spins in a field alone, ⟨m⟩ = tanh βh, from 32,000 spins within 4 errors."""
    model = IsingModel((4, 4), CouplingTable(np.zeros((4, 4))), field=0.5)
    for algorithm in (Clock, Metropolis, HeatBath):
        draws = algorithm(model, 1.0).advance(start_chain(model, 0, 1.0, 0), 2000, 20, False, False)
        assert abs(draws["magnetization"].mean() / 16 - np.tanh(0.5)) < 4 * np.cosh(0.5) ** -1 / np.sqrt(32000)
