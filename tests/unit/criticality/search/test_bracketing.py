"""The first look for T_c: where the ladder ends, and how close the looks come."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw
from spinlens.criticality.search import bracketing
from spinlens.criticality.search.bracketing import first_look, locate, pair_of
from spinlens.errors import ConvergenceError, CouplingError


def squares(*sizes, coupling=None):
    return [IsingModel((L, L), coupling or NearestNeighbour()) for L in sizes]


def test_the_square_is_found_to_a_percent():
    look = locate(*squares(6, 12))
    assert look.temperature == pytest.approx(2.269185, rel=0.02)
    assert 0.3 < look.spread < 2  # bonds of a site


@pytest.mark.parametrize("factor", [0.25, 3.0])
def test_temperatures_scale_with_the_coupling(factor):
    """The ladder begins at Σ J and goes down by ratios: with c J it is the same search at c T."""
    one, other = (
        locate(*squares(4, 8, coupling=PowerLaw(1.2, strength=strength)), seed=1) for strength in (1.0, factor)
    )
    assert other.temperature == pytest.approx(factor * one.temperature, rel=0.02)


def test_no_transition_is_said():
    with pytest.raises(ConvergenceError, match="no transition at T > 0"):
        locate(*[IsingModel((L,), NearestNeighbour()) for L in (8, 16)])


def test_negative_couplings_are_refused():
    table = np.zeros((8, 8))
    table[0, 1] = table[0, -1] = table[1, 0] = table[-1, 0] = -1.0
    model = IsingModel((8, 8), CouplingTable(table))
    with pytest.raises(CouplingError, match="J ≥ 0 needed"):
        locate(model, model)


@pytest.mark.parametrize(("sizes", "pair"), [((8, 16, 32), (8, 16)), ((8, 12, 20), (8, 20)), ((8, 9, 10), (8, 10))])
def test_the_pair_is_twice_as_large_where_one_is(sizes, pair):
    assert tuple(model.shape[0] for model in pair_of(squares(*sizes))) == pair


class Curves:
    """U4 of a lattice that does not exist, with noise; steps of one in the scaled temperature overlap."""

    def __init__(self, L, grid, rng):
        self.L, self.noise = L, dict(zip(grid, rng.normal(0, 0.01, len(grid)), strict=True))

    def binder_with_error(self, T):
        return 1 / 3 - math.tanh(self.L * (T - 1)) / 3 + self.noise[T], 0.01

    def theta(self, T):
        return -math.log(T)

    def bond_spread(self, theta):
        return 1.5 * self.L


def test_looks_come_closer_until_histograms_overlap(monkeypatch):
    """A first look at L = 128 and 256 in steps of 2 % sees saturated cumulants; the last is right within a step."""
    rng, looks = np.random.default_rng(0), []

    def pilot(model, grid):
        looks.append(grid)
        return Curves(model.shape[0], grid, rng)

    found = bracketing._refined(*squares(128, 256), 0.92, 1.09, pilot)
    assert abs(found.temperature - 1) < 1 / (1.5 * 256)
    assert found.spread == 1.5
    assert len(looks) == 2 * 3
    monkeypatch.setattr(bracketing, "_LOOKS", 1)
    assert abs(bracketing._refined(*squares(128, 256), 0.92, 1.09, pilot).temperature - 1) > 1 / (1.5 * 256)


def test_first_looks_do_not_depend_on_workers():
    models = squares(4, 6, 8)
    assert first_look(models, 3, 2) == first_look(models, 3, 1) != first_look(models, 4, 1)


def test_every_look_is_told():
    told = []
    square = [IsingModel((L, L), NearestNeighbour()) for L in (4, 8)]
    first_look(square, seed=1, tell=told.append)
    assert told[0].text == "looking for the transition: L = 4, T = 4"
    assert told[1].text == "looking for the transition: L = 8, T = 4"
    assert " to " in told[-1].text
    assert {step.share for step in told} == {0.0}
