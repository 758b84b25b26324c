"""Image sums against many-digit values, zeta functions, direct sums and identities that hold site by site."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.lattice import ewald
from spinlens.lattice.cells import outside_integral
from spinlens.lattice.ewald import epstein_total, image_sum, minimum_image

SIGMAS = [0.1, 0.5, 1.0, 1.2, 2.0, 2.0000001, 3.0, 4.0]


def whole_table(shape, exponent, cell="point"):
    """The image sums with the self-image term in its place."""
    table, self_image = image_sum(shape, exponent, cell)
    table[(0,) * len(shape)] = self_image
    return table


def folded(table, shape, times):
    """A torus of `times` the sides folded onto `shape`: images of the small one are images and sites of the large."""
    for axis, side in enumerate(shape):
        table = table.reshape(*table.shape[:axis], times, side, *table.shape[axis + 1 :]).sum(axis=axis)
    return table


def test_tables_agree_with_the_reference(reference_data):
    for sigma, entry in reference_data("lattice_sums")["2D"].items():
        for L, values in entry["L"].items():
            table = whole_table((int(L), int(L)), 2 + float(sigma))
            for key, text in values.items():
                assert table[tuple(int(n) for n in key.split(","))] == pytest.approx(float(text), rel=1e-13)


def test_every_dimension_and_unequal_sides_agree_with_the_reference(reference_data):
    """106 values, d = 1, 2, 3, σ from 0.1 to 4, sides from 3 to 1024; the worst, a self-image, is off by 4e-14."""
    for case in reference_data("image_sums")["cases"]:
        table = whole_table(tuple(case["shape"]), len(case["shape"]) + float(case["sigma"]))
        for key, text in case["values"].items():
            value = table[tuple(int(n) for n in key.split(","))]
            assert value == pytest.approx(float(text), rel=1e-13, abs=0), (case["shape"], case["sigma"], key)


@pytest.mark.parametrize("L", [3, 4, 16, 33, 128])
def test_total_for_sigma_1_2_is_the_epstein_value(L):
    assert whole_table((L, L), 3.2).sum() == pytest.approx(8.0156218637507936, abs=1e-12)


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("shape", [(3,), (7,), (1024,), (3, 3), (7, 7), (3, 100), (1024, 1024)])
def test_totals_are_zeta_values(sigma, shape):
    exponent = len(shape) + sigma
    assert whole_table(shape, exponent).sum() == pytest.approx(epstein_total(len(shape), exponent), rel=1e-14)


@pytest.mark.parametrize(("sigma", "total"), [(1, 16.53231596), (2, 10.37752483), (3, 8.40192397), (4, 7.46705778)])
@pytest.mark.parametrize("shape", [(3, 3, 3), (4, 5, 6), (3, 3, 20), (16, 16, 16)])
def test_totals_in_three_dimensions_are_lattice_sums_of_the_simple_cubic_crystal(sigma, total, shape):
    """Σ |R|^−s for s = 4, 5, 6, 7: Jones & Ingham, Proc. R. Soc. A 107, 636 (1925), to their eight decimals."""
    assert whole_table(shape, 3.0 + sigma).sum() == pytest.approx(total, abs=1e-8)


@pytest.mark.parametrize("shape", [(11,), (1024,), (3, 9), (33, 20), (3, 200), (5, 5, 5), (3, 4, 7), (3, 3, 20)])
@pytest.mark.parametrize("cell", ["point", "integrated"])
@pytest.mark.parametrize("sigma", [0.1, 1.2, 2.0, 4.0])
def test_folding_a_larger_torus_gives_the_small_one(shape, cell, sigma):
    exponent = len(shape) + sigma
    larger = whole_table(tuple(2 * side for side in shape), exponent, cell)
    np.testing.assert_allclose(folded(larger, shape, 2), whole_table(shape, exponent, cell), rtol=1e-13)


@pytest.mark.parametrize(
    ("shape", "box"), [((5,), 405), ((4, 4), 324), ((3, 5), 255), ((3, 3, 3), 135), ((3, 3, 9), 135)]
)
@pytest.mark.parametrize("sigma", [1.0, 2.0, 3.0, 4.0])
def test_direct_sums(shape, box, sigma):
    """Images that fill a cube of side `box` one by one; the others are an integral over what lies outside it.

    The integral is right to second order in L/box, 3 % at worst, of a tail that is 1e-2 to 1e-9 of the sum.
    """
    exponent, volume = len(shape) + sigma, np.prod(shape)
    counts = [(box // side - 1) // 2 for side in shape]
    images = np.meshgrid(*(np.arange(-n, n + 1) for n in counts), indexing="ij")
    table = whole_table(shape, exponent)
    tail = outside_integral(len(shape), exponent) * box**-sigma / volume
    for r in [(1,) * len(shape), (1,) + (0,) * (len(shape) - 1), tuple(side // 2 for side in shape)]:
        squared = sum((x + n * L) ** 2 for x, n, L in zip(r, images, shape, strict=True))
        direct = float((squared ** (-exponent / 2)).sum())
        assert table[r] == pytest.approx(direct + tail, rel=1e-13, abs=0.03 * tail)


def test_minimum_image_takes_half_the_side_once():
    assert minimum_image((4, 4), 3.0)[2, 2] == pytest.approx(8.0**-1.5, rel=1e-15)
    assert minimum_image((5,), 2.0).tolist() == [0.0, 1.0, 0.25, 0.25, 1.0]


def test_a_wrong_exponent_is_noticed():
    assert abs(whole_table((8, 8), 3.2 + 1e-9).sum() - 8.0156218637507936) > 1e-10


@pytest.mark.parametrize("cell", ["point", "integrated"])
def test_slabs_change_nothing(cell, monkeypatch):
    whole = image_sum((4, 6, 17), 4.2, cell)
    monkeypatch.setattr(ewald, "_SLAB", 1000)
    in_slabs = image_sum((4, 6, 17), 4.2, cell)
    np.testing.assert_allclose(in_slabs[0], whole[0], rtol=1e-14)
    assert in_slabs[1] == pytest.approx(whole[1], rel=1e-14)


def test_one_coupling_off_by_1e_12_is_noticed():
    table, larger = whole_table((9, 9), 3.2), whole_table((18, 18), 3.2)
    larger[4, 4] *= 1 + 1e-12
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(folded(larger, (9, 9), 2), table, rtol=1e-13)
