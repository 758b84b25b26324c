"""Which ratios cross, and where their crossings tend."""

from __future__ import annotations

from spinlens import NearestNeighbour, PowerLaw
from spinlens.criticality.analysis.crossing_limits import from_crossings, ratios_of
from spinlens.criticality.synthetic import Correction, Truth, synthetic_curves

SIZES, DRAWS = (8, 16, 32, 64), (40_000,) * 4


def made(truth, coupling=None, sizes=SIZES):
    return synthetic_curves(truth, coupling or NearestNeighbour(), sizes, DRAWS[: len(sizes)], 1)


def test_crossings_tend_to_the_truth():
    """Both ratios to one T_c, Δ_s and Δ_ε, with corrections of their own, and to a value each."""
    truth = Truth(corrections=(Correction(1.75, (0.3, -0.4, 0.2)),))
    families, limits = from_crossings(made(truth), "short-range")
    assert [family.ratio for family in families] == ["binder", "xi"]
    assert set(limits) == {"temperature", "delta_spin", "delta_energy", "binder", "xi"}
    for name, true in (
        ("temperature", 2.3),
        ("delta_spin", 0.125),
        ("delta_energy", 1.0),
        ("binder", 0.61),
        ("xi", 0.9),
    ):
        assert abs(limits[name].deviation(true)) < 4
    assert abs(limits["temperature"].deviation(2.3 * 1.005)) > 4


def test_above_the_upper_critical_dimension_only_the_cumulant_crosses():
    assert ratios_of(made(Truth()), "short-range") == ("binder", "xi")
    assert ratios_of(made(Truth()), "mean-field") == ("binder",)
    assert ratios_of(made(Truth(), PowerLaw(1.0)), "boundary") == ("binder",)
    assert ratios_of(made(Truth(), PowerLaw(1.9)), "boundary") == ("binder", "xi")


def test_one_pair_has_no_limit():
    families, limits = from_crossings(made(Truth(), sizes=(8, 16)), "mean-field")
    assert len(families[0].crossings) == 1
    assert limits is None


def test_curves_that_do_not_cross_give_nothing():
    """Sizes whose cumulants are all the same but for a constant."""
    curves = made(Truth(slope=(0.0, 1.0, 1.0), bend=(0.0, 0.0, 0.0)), sizes=(8, 16))
    curves[1].noise[:, 0] += 0.5
    assert from_crossings(curves, "mean-field") == ((), None)
