"""Local fields in whole numbers, listed and tabled couplings, chances of a flip."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.sampling.algorithms.single_spin import HeatBath, Metropolis, fixed_point, flip_chance, local_fields
from spinlens.sampling.chains.chain import start_chain
from spinlens.sampling.kernels import nearest_spins


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


@pytest.mark.parametrize(("heat_bath", "kind"), [(False, Metropolis), (True, HeatBath)])
def test_chances_of_all_spins_and_neighbours(heat_bath, kind):
    update = kind(IsingModel((4, 4), NearestNeighbour(0.7), 0.2), 1.3)
    for spin, total in [(-1, -4), (1, -4), (-1, 4), (1, 4), (1, 0), (-1, 2)]:
        chance = flip_chance(2 * spin * (0.7 * total + 0.2) / 1.3, heat_bath)
        assert float(update._chances[nearest_spins.place(spin, total)]) == pytest.approx(chance * 2.0**64, rel=1e-12)


def test_chances_of_the_coldest_are_no_overflow():
    assert flip_chance(1e5, heat_bath=True) == flip_chance(1e5, heat_bath=False) == 0.0
    assert flip_chance(-1e5, heat_bath=True) == 1.0
    update = HeatBath(IsingModel((4, 4), NearestNeighbour()), 0.01)
    assert int(update._chances.max()) == 2**64 - 1


def test_the_energy_of_neighbours_is_that_of_the_model():
    for shape in [(9,), (5, 6), (3, 4, 5)]:
        model = IsingModel(shape, NearestNeighbour(0.7), 0.2)
        drawn = Metropolis(model, 2.0).advance(start_chain(model, 0, 1.0, 0), 20, 1, True, True)
        np.testing.assert_allclose(drawn.energy, model.energy(drawn.states.reshape(-1, *shape)))
