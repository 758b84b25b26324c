"""Image sums against independent 50-digit values, zeta functions and a folding identity."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.lattice.ewald import epstein_total, image_sum


def test_tables_agree_with_the_reference(reference_data):
    for sigma, entry in reference_data("lattice_sums")["2D"].items():
        for L, values in entry["L"].items():
            table, self_image = image_sum((int(L), int(L)), 2 + float(sigma))
            for key, text in values.items():
                site = tuple(int(n) for n in key.split(","))
                value = self_image if site == (0, 0) else table[site]
                assert value == pytest.approx(float(text), rel=1e-13)


@pytest.mark.parametrize("L", [3, 4, 16, 33, 128])
def test_total_for_sigma_1_2_is_the_epstein_value(L):
    table, self_image = image_sum((L, L), 3.2)
    assert table.sum() + self_image == pytest.approx(8.0156218637507936, abs=1e-12)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 1.2, 2.0, 2.0000001, 3.0, 4.0])
@pytest.mark.parametrize("dimension", [1, 2])
def test_totals_are_zeta_values(sigma, dimension):
    table, self_image = image_sum((7,) * dimension, dimension + sigma)
    assert table.sum() + self_image == pytest.approx(epstein_total(dimension, dimension + sigma), rel=1e-13)


@pytest.mark.parametrize("shape", [(3, 9), (5, 5, 5), (3, 4, 7), (11,)])
@pytest.mark.parametrize("sigma", [0.3, 1.2, 2.0])
def test_folding_a_doubled_torus_gives_the_small_one(shape, sigma):
    """Images of the L torus are the images of the 2L torus and its half-period translates."""
    exponent = len(shape) + sigma
    table, self_image = image_sum(shape, exponent)
    folded, folded_self = image_sum(tuple(2 * side for side in shape), exponent)
    origin = (0,) * len(shape)
    table[origin], folded[origin] = self_image, folded_self
    for axis, side in enumerate(shape):
        folded = folded.reshape(*folded.shape[:axis], 2, side, *folded.shape[axis + 1 :]).sum(axis=axis)
    np.testing.assert_allclose(folded, table, rtol=2e-15 * 20)


def test_a_wrong_exponent_is_noticed():
    table, self_image = image_sum((8, 8), 3.2 + 1e-9)
    assert abs(table.sum() + self_image - 8.0156218637507936) > 1e-10
