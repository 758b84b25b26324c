"""What correlators at half the lattice are made of, and what cannot be asked of them."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.criticality.correlators.measure import check_with_correlators, correlators, exponents_of, half_lattice
from spinlens.errors import ConvergenceError, InputError
from spinlens.lattice.correlation import axis_correlation, local_bonds

SQUARE, T_C = [IsingModel((L, L), NearestNeighbour()) for L in (8, 16, 32)], 2.269185


@pytest.mark.parametrize("shape", [(6,), (4, 4), (4, 4, 4)])
def test_half_the_lattice_is_the_end_of_the_axes(shape):
    states = np.where(np.random.default_rng(1).random((5, *shape)) < 0.5, 1, -1).astype(np.int8)
    spin, pairs, energy = half_lattice(states, len(shape))
    bonds = local_bonds(states) / len(shape)
    np.testing.assert_allclose(spin, axis_correlation(states)[:, -1], atol=1e-7)
    np.testing.assert_allclose(pairs, axis_correlation(bonds)[:, -1], atol=1e-6)
    np.testing.assert_allclose(energy, bonds.reshape(5, -1).mean(axis=1), atol=1e-6)


def test_exponents_are_those_of_the_class_and_the_slowest():
    assert exponents_of(IsingModel((8, 8), PowerLaw(1.2))) == (0.4, 0.8, 1.2, 2.0)


def test_what_cannot_be_answered_is_said():
    with pytest.raises(InputError, match="even sizes"):
        correlators(IsingModel((5, 5), NearestNeighbour()), 2.3, 100)
    with pytest.raises(InputError, match="at least 16"):
        correlators(SQUARE[0], 2.3, 5)
    with pytest.raises(InputError, match="temperature"):
        check_with_correlators(SQUARE, float("nan"), 100)
    with pytest.raises(InputError, match="two sizes"):
        check_with_correlators(SQUARE[:1], T_C, 100)
    with pytest.raises(ConvergenceError, match="lost in noise"):
        check_with_correlators(SQUARE, 50.0, 100)
    assert half_lattice(np.ones((2, 6), dtype=np.int8), 1)[0].tolist() == [1.0, 1.0]
