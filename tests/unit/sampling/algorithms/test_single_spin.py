"""Local fields in whole numbers, listed and tabled couplings."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, PowerLaw
from spinlens.sampling.algorithms.single_spin import Metropolis, fixed_point, local_fields
from spinlens.sampling.chains.chain import start_chain


@pytest.mark.parametrize("shape", [(9,), (5, 6), (3, 4, 5)])
def test_local_fields_are_exact(shape):
    model = IsingModel(shape, PowerLaw(1.2))
    integers, unit = fixed_point(model.coupling_table)
    np.testing.assert_allclose(integers * unit, model.coupling_table, atol=1e-15 * model.coupling_sum)
    spins = start_chain(model, 0, 1.0, 0).spins.reshape(shape)
    axes = tuple(range(len(shape)))
    direct = sum(integers[r] * np.roll(spins.astype(np.int64), r, axis=axes) for r in np.ndindex(shape))
    np.testing.assert_array_equal(local_fields(integers, spins.ravel()), direct.ravel())


def test_listed_and_tabled_couplings_make_the_same_moves(monkeypatch):
    model = IsingModel((5, 6), PowerLaw(1.2))
    states = []
    for few in (0, 64):
        monkeypatch.setattr("spinlens.sampling.algorithms.single_spin.FEW", few)
        states.append(Metropolis(model, 6.0).advance(start_chain(model, 0, 1.0, 0), 50, 1, False, True).states)
    np.testing.assert_array_equal(*states)
