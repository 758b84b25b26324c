"""Couplings that a machine has learned, beside those of its lattice."""

import math

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw
from spinlens.comparisons.coupling_curve import coupling_curve

LONG = IsingModel((12, 12), PowerLaw(1.2))


def test_the_exact_machine_has_the_couplings_of_the_lattice():
    found = coupling_curve(RBM.exact(LONG, 6.8), LONG, 6.8)
    assert found.r == (1.0, math.sqrt(2), 2.0, math.sqrt(8), 3.0)
    np.testing.assert_allclose(found.learned, found.lattice, rtol=1e-9)
    assert found.lattice[0] == pytest.approx(LONG.coupling_table[0, 1] / 6.8, rel=1e-15)
    assert found.slope.value == pytest.approx(found.lattice_slope, abs=1e-9)
    assert -3.3 < found.lattice_slope < -2.8  # −(d + σ), flattened by the images


def test_the_twin_at_another_temperature_differs():
    found = coupling_curve(RBM.exact(LONG, 6.8), LONG, 7.0)
    assert not np.allclose(found.learned, found.lattice, rtol=1e-3)


def test_tied_weights_are_read_as_dense_ones():
    X = np.where(np.random.default_rng(0).random((300, 64)) < 0.5, 1, -1).astype(np.int8)
    model = IsingModel((8, 8), NearestNeighbour())
    for stride in (1, 2):
        tied = RBM(2 * (8 // stride) ** 2, torus=(8, 8), stride=stride, epochs=2, initial_scale=0.2, seed=1).fit(X)
        dense = RBM.from_weights(tied.weights_)
        one, other = coupling_curve(tied, model, 2.3), coupling_curve(dense, model, 2.3)
        np.testing.assert_allclose(one.learned, other.learned, rtol=1e-4)


def test_errors_hold_unequal_pairs_and_the_number_of_states():
    rng = np.random.default_rng(1)
    machine = RBM.from_weights(0.1 * rng.normal(size=(64, 16)))
    model = IsingModel((8, 8), NearestNeighbour())
    never, few = coupling_curve(machine, model, 2.3), coupling_curve(machine, model, 2.3, 50)
    assert all(error > 1e-5 for error in never.error)
    floor = 1 / math.sqrt(50 * 128)
    assert few.error == pytest.approx([math.hypot(error, floor) for error in never.error])


def test_no_slope_of_two_distances_nor_of_couplings_that_are_not_above_0():
    small = IsingModel((8, 8), PowerLaw(1.2))
    assert coupling_curve(RBM.exact(small, 6.8), small, 6.8).slope is None
    square = IsingModel((12, 12), NearestNeighbour())
    found = coupling_curve(RBM.exact(square, 2.3), square, 2.3)
    assert found.slope is found.lattice_slope is None
    assert found.learned[1:] == pytest.approx([0.0] * 4, abs=1e-14)


def test_a_curve_is_drawn_beside_its_lattice():
    found = coupling_curve(RBM.exact(LONG, 6.8), LONG, 6.8)
    ax = found.plot()
    assert any(np.allclose(line.get_ydata(), found.lattice) for line in ax.lines)
