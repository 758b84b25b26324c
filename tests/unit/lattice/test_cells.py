"""Power laws integrated over cells: closed forms, sum rules, subdivision, and the literature's critical couplings."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from spinlens import IsingModel, PowerLaw
from spinlens.lattice.cells import cell_integrals, outside_integral
from spinlens.lattice.ewald import epstein_total, image_sum


def box(*extents):
    """All R with 0 ≤ R_i ≤ extents_i."""
    return tuple(range(extent + 1) for extent in extents)


SIGMAS = [0.1, 1.0, 2.0, 4.0]

# Critical couplings K = J/T_c for integrated couplings, d, σ, K_c: Luijten & Blöte, Phys. Rev. B 56, 8945 (1997),
# quoted from memory; an independent program has 0.05172(10) and 0.10266(25) for 2D σ = 0.4 and 1.
LITERATURE = [(2, 0.2, 0.028533), (2, 0.4, 0.051824), (2, 1.0, 0.102556), (3, 0.2, 0.0144344), (3, 0.4, 0.0262927)]


@pytest.mark.parametrize("sigma", SIGMAS)
def test_one_dimension_has_a_closed_form(sigma):
    """((R − ½)^{−σ} − (R + ½)^{−σ})/σ, written without its cancellation."""
    R = np.arange(1, 2000)
    expected = (R + 0.5) ** -sigma * np.expm1(sigma * np.log1p(1 / (R - 0.5))) / sigma
    np.testing.assert_allclose(cell_integrals(box(1999), 1 + sigma)[1:], expected, rtol=1e-14)


@pytest.mark.parametrize("extents", [(600,), (40, 40), (300, 2), (9, 9, 9)])
@pytest.mark.parametrize("sigma", SIGMAS)
def test_more_points_change_nothing(extents, sigma):
    exponent = len(extents) + sigma
    usual, finer = (cell_integrals(box(*extents), exponent, extra=extra) for extra in (0, 6))
    np.testing.assert_allclose(usual, finer, rtol=2e-14)


@pytest.mark.parametrize("sigma", SIGMAS)
def test_fewer_points_would_be_noticed(sigma):
    usual, coarser = (cell_integrals(box(9, 9), 2 + sigma, extra=extra) for extra in (0, -3))
    assert np.max(np.abs(coarser - usual) / np.where(usual > 0, usual, 1)) > 1e-13


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("sigma", SIGMAS)
def test_cells_are_flows_through_their_faces(dimension, sigma):
    """div(x |x|^{−s}) = −σ |x|^{−s}, so a cell's integral is the flow through its faces, one dimension less."""
    exponent = dimension + sigma
    nodes, weights = np.polynomial.legendre.leggauss(40)
    table = cell_integrals(box(*(3,) * dimension), exponent)
    for cell in itertools.product(range(4), repeat=dimension):
        if not any(cell):
            continue
        flow = 0.0
        for axis, side in itertools.product(range(dimension), (-0.5, 0.5)):
            others = [c + nodes / 2 for k, c in enumerate(cell) if k != axis]
            squared, weight = np.full((), (cell[axis] + side) ** 2), np.ones(())
            for component in others:
                squared, weight = np.add.outer(squared, component**2), np.multiply.outer(weight, weights / 2)
            flow += np.sign(side) * (cell[axis] + side) * float((weight * squared ** (-exponent / 2)).sum())
        assert table[cell] == pytest.approx(-flow / sigma, rel=5e-13 / sigma)


@pytest.mark.parametrize("shape", [(3,), (1000,), (3, 3), (4, 7), (33, 20), (3, 60), (3, 3, 3), (4, 5, 6)])
@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 2.0, 4.0])
def test_all_cells_together_are_the_space_outside_one(shape, sigma):
    exponent = len(shape) + sigma
    table, self_image = image_sum(shape, exponent, "integrated")
    assert table.sum() + self_image == pytest.approx(outside_integral(len(shape), exponent), rel=5e-14)


@pytest.mark.parametrize("shape", [(7,), (4, 4), (3, 10), (3, 4, 5)])
@pytest.mark.parametrize("sigma", SIGMAS)
def test_a_cell_is_the_sum_of_its_parts(shape, sigma):
    """Every coupling again from the 3^d cells of a lattice three times finer."""
    exponent = len(shape) + sigma
    fine, _ = image_sum(tuple(3 * side for side in shape), exponent, "integrated")
    total = np.zeros(shape)
    for part in itertools.product((-1, 0, 1), repeat=len(shape)):
        shifted = np.roll(fine, [-step for step in part], axis=range(len(shape)))
        total += shifted[(slice(None, None, 3),) * len(shape)]
    table, _ = image_sum(shape, exponent, "integrated")
    np.testing.assert_allclose((3**sigma * total).ravel()[1:], table.ravel()[1:], rtol=2e-14)


def test_far_cells_are_points_with_a_correction():
    """⟨f⟩ = f + ∇²f/24 + …, ∇² r^{−s} = s (s + 2 − d) r^{−s−2}."""
    value = cell_integrals(box(300, 200), 3.2)[300, 200]
    squared = 300.0**2 + 200.0**2
    assert value == pytest.approx(squared**-1.6 * (1 + 3.2 * 3.2 / (24 * squared)), rel=1e-10)


@pytest.mark.parametrize(("dimension", "sigma", "critical"), LITERATURE)
def test_published_critical_couplings_lie_above_the_mean_field_bound(dimension, sigma, critical):
    """K_c > 1/ΣJ rigorously, and by less than a half: convention and normalisation of the published values."""
    coupling = PowerLaw(sigma, cell="integrated")
    model = IsingModel((8,) * dimension, coupling)
    bound = 1 / (model.coupling_sum + model.self_image)
    assert bound == pytest.approx(1 / outside_integral(dimension, dimension + sigma), rel=1e-13)
    assert bound < critical < 1.5 * bound


def test_the_published_value_at_sigma_1_cannot_be_for_points():
    assert 1 / epstein_total(2, 3.0) > LITERATURE[2][2]


def test_minimum_image_and_strength():
    table = PowerLaw(0.7, images="minimum", cell="integrated", strength=2.5).table((6, 5))
    cells = cell_integrals(box(3, 2), 2.7)
    assert table[3, 2] == pytest.approx(2.5 * cells[3, 2], rel=1e-15)
    assert table[-1, -2] == pytest.approx(2.5 * cells[1, 2], rel=1e-15)
    assert table[0, 0] == 0
