"""Image sums of long tori: against the sums of repeated tori, many-digit values, and totals that are zeta functions."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.lattice import ewald
from spinlens.lattice.cells import outside_integral
from spinlens.lattice.ewald import epstein_total, image_sum
from spinlens.lattice.long_tori import is_long


def repeated(monkeypatch, sides, exponent, cell):
    """The same sums with short sides repeated until all are alike."""
    with monkeypatch.context() as patch:
        patch.setattr(ewald, "is_long", lambda sides: False)
        return ewald._orthant(sides, exponent, cell)


@pytest.mark.parametrize("sides", [(3, 24), (24, 3), (4, 33), (7, 100), (3, 3, 30), (3, 40, 5)])
@pytest.mark.parametrize("sigma", [0.001, 0.1, 1.2, 4.0, 20.0])
def test_long_tori_agree_with_repeated_ones(monkeypatch, sides, sigma):
    """Site by site, from the nearest to the farthest; at σ = 0.001 images are a thousand times what a site feels."""
    exponent = len(sides) + sigma
    found, known = ewald._orthant(sides, exponent, "point"), repeated(monkeypatch, sides, exponent, "point")
    np.testing.assert_allclose(found, known, rtol=1e-13 if sigma > 0.01 else 1e-11)


@pytest.mark.parametrize(("sides", "sigmas"), [((4, 40), (0.1, 1.2, 20.0)), ((3, 26, 3), (1.2,))])
def test_long_tori_of_cells_agree_with_repeated_ones(monkeypatch, sides, sigmas):
    for exponent in (len(sides) + sigma for sigma in sigmas):
        known = repeated(monkeypatch, sides, exponent, "integrated")
        np.testing.assert_allclose(ewald._orthant(sides, exponent, "integrated"), known, rtol=1e-13)


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 1.2, 2.0, 3.0])
@pytest.mark.parametrize("shape", [(3, 30_000), (20_001, 5)])
def test_totals_are_zeta_values(sigma, shape):
    """Whatever the torus; (3, 30000) took five minutes and (3, 100000) did not end."""
    table, self_image = image_sum(shape, 2 + sigma)
    assert table.sum() + self_image == pytest.approx(epstein_total(2, 2 + sigma), rel=1e-14)


@pytest.mark.parametrize(("sigma", "total"), [(1, 16.53231596), (2, 10.37752483), (3, 8.40192397)])
def test_totals_in_three_dimensions_are_lattice_sums_of_the_simple_cubic_crystal(sigma, total):
    """Jones & Ingham, Proc. R. Soc. A 107, 636 (1925), to their eight decimals."""
    table, self_image = image_sum((3, 4, 5_000), 3.0 + sigma)
    assert table.sum() + self_image == pytest.approx(total, abs=1e-8)


def test_totals_of_cells_are_the_integral_over_all_space():
    table, self_image = image_sum((3, 10_000), 3.2, "integrated")
    assert table.sum() + self_image == pytest.approx(outside_integral(2, 3.2), rel=1e-13)


def test_the_farthest_sites_feel_a_wire():
    """J of the sites at L/2 of a wire L long and A across: c/A Σ_m |L/2 + mL|^−p = c/A 2 (2^p − 1) ζ(p) L^−p."""
    side, length, p = 3, 30_000, 2.0
    farthest = image_sum((side, length), 3.0)[0][1, length // 2]
    assert farthest == pytest.approx(2 / side * 2 * (2**p - 1) * np.pi**2 / 6 * float(length) ** -p, rel=1e-13)


def test_what_is_long():
    assert [is_long(sides) for sides in [(8,), (3, 23), (3, 24), (3, 24, 24), (24, 3, 3)]] == [
        False, False, True, False, True,
    ]  # fmt: skip
