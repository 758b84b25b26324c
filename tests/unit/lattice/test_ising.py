"""Energies against a double loop over pairs, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw
from spinlens.errors import CouplingError, InputError, SpinsError


def energy_by_pairs(model, spins):
    """−½ Σ_{a≠b} J(b − a) s_a s_b, slowly."""
    table, total = model.coupling_table, 0.0
    for a in np.ndindex(model.shape):
        for b in np.ndindex(model.shape):
            r = tuple((y - x) % side for x, y, side in zip(a, b, model.shape, strict=True))
            total -= 0.5 * table[r] * spins[a] * spins[b]
    return total


@pytest.mark.parametrize("shape", [(5,), (3, 4), (5, 3), (3, 4, 3)])
@pytest.mark.parametrize("coupling", [NearestNeighbour(1.5), PowerLaw(1.2), PowerLaw(0.7, images="minimum")])
def test_energy_is_the_sum_over_pairs(shape, coupling):
    model = IsingModel(shape, coupling)
    states = np.random.default_rng(1).choice([-1, 1], size=(2, *shape))
    expected = [energy_by_pairs(model, state) for state in states]
    np.testing.assert_allclose(model.energy(states), expected, rtol=1e-12, atol=1e-11)


def test_ground_state_energy_is_half_the_coupling_sum():
    model = IsingModel((6, 6), PowerLaw(1.2))
    assert model.energy(np.ones((6, 6))) == pytest.approx(-18 * model.coupling_sum)


def test_minimum_image_takes_half_the_side_once():
    table = PowerLaw(1.0, images="minimum").table((4, 4))
    assert table[2, 0] == pytest.approx(2.0**-3)
    assert table[2, 2] == pytest.approx(8.0**-1.5)


def test_energy_refuses_another_shape():
    with pytest.raises(SpinsError, match=r"shape \(\.\.\., 4, 4\), got \(3, 4\)"):
        IsingModel((4, 4), NearestNeighbour()).energy(np.ones((3, 4)))


@pytest.mark.parametrize("shape", [(2, 4), 2, (4, 4, 4, 4), (4.5, 4), ()])
def test_bad_shapes_are_refused(shape):
    with pytest.raises(InputError):
        IsingModel(shape, NearestNeighbour())


@pytest.mark.parametrize("sigma", [0, -1.2, float("nan"), float("inf"), "1.2", True])
def test_bad_sigma_is_refused(sigma):
    with pytest.raises(InputError, match="sigma must be"):
        PowerLaw(sigma)


def test_tables_must_be_symmetric_and_fit():
    with pytest.raises(CouplingError, match="J\\(r\\) = J\\(−r\\)"):
        CouplingTable([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    with pytest.raises(CouplingError, match="they must agree"):
        _ = IsingModel((4, 4), CouplingTable(np.zeros((3, 3)))).coupling_table
    with pytest.raises(CouplingError, match="coupling must be"):
        IsingModel((4, 4), "nearest")
