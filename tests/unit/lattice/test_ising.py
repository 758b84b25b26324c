"""Energies against a double loop over pairs, and refusals."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw
from spinlens.errors import CouplingError, InputError, SpinsError


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


def test_bad_cells_are_refused():
    with pytest.raises(InputError, match="cell must be one of point, integrated"):
        PowerLaw(1.2, cell="average")


def test_labels_name_the_convention():
    assert PowerLaw(1.2).label == "power law σ = 1.2"
    both = PowerLaw(1.2, images="minimum", cell="integrated")
    assert both.label == "power law σ = 1.2 (minimum image, integrated over cells)"


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
