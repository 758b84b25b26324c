"""Energies against a double loop over pairs, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw
from spinlens.errors import InputError, SpinsError


def energy_by_pairs(model, spins):
    """−½ Σ_{a≠b} J(b − a) s_a s_b − h Σ_a s_a, slowly."""
    table, total = model.coupling_table, -model.field * sum(spins.ravel())
    for a in np.ndindex(model.shape):
        for b in np.ndindex(model.shape):
            r = tuple((y - x) % side for x, y, side in zip(a, b, model.shape, strict=True))
            total -= 0.5 * table[r] * spins[a] * spins[b]
    return total


@pytest.mark.parametrize("shape", [(5,), (3, 4), (5, 3), (3, 4, 3)])
@pytest.mark.parametrize(
    "coupling",
    [NearestNeighbour(1.5), PowerLaw(1.2), PowerLaw(0.7, images="minimum"), PowerLaw(0.7, cell="integrated")],
)
@pytest.mark.parametrize("field", [0.0, 0.3, -2])
def test_energy_is_the_sum_over_pairs_and_the_field(shape, coupling, field):
    model = IsingModel(shape, coupling, field)
    states = np.random.default_rng(1).choice([-1, 1], size=(2, *shape))
    expected = [energy_by_pairs(model, state) for state in states]
    np.testing.assert_allclose(model.energy(states), expected, rtol=1e-12, atol=1e-11)


def test_ground_state_energy_is_half_the_coupling_sum():
    model = IsingModel((6, 6), PowerLaw(1.2))
    assert model.energy(np.ones((6, 6))) == pytest.approx(-18 * model.coupling_sum)


def test_field_of_a_block_average():
    model = IsingModel((4, 4), NearestNeighbour(), field=0.5)
    assert model.energy(np.full((4, 4), 0.25)) == pytest.approx(-32 / 16 - 0.5 * 4)


def test_models_differ_by_their_field():
    plain, tilted = (IsingModel((4, 4), NearestNeighbour(), field=h) for h in (0.0, 0.1))
    assert plain == IsingModel((4, 4), NearestNeighbour())
    assert plain != tilted
    assert hash(plain) != hash(tilted)


@pytest.mark.parametrize("field", [float("nan"), float("inf"), "0.1", True, None, [0.1]])
def test_bad_fields_are_refused(field):
    with pytest.raises(InputError, match="field must be a"):
        IsingModel((4, 4), NearestNeighbour(), field=field)


def test_energy_refuses_another_shape():
    with pytest.raises(SpinsError, match=r"shape \(\.\.\., 4, 4\), got \(3, 4\)"):
        IsingModel((4, 4), NearestNeighbour()).energy(np.ones((3, 4)))


@pytest.mark.parametrize("shape", [(2, 4), 2, (4, 4, 4, 4), (4.5, 4), ()])
def test_bad_shapes_are_refused(shape):
    with pytest.raises(InputError):
        IsingModel(shape, NearestNeighbour())
