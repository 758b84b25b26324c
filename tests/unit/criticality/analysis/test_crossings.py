"""Where the curves of two sizes cross, and what is said where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.criticality.analysis.crossings import bracket, difference, find_crossings
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import ConvergenceError


def test_sign_changes_that_noise_makes_are_told_from_the_crossing():
    T = np.linspace(1, 2, 8)
    assert bracket(T, np.array([5.0, 4.0, -0.1, 3.0, 1.0, -2.0, -4.0, -5.0])) == (T[4], T[5])
    assert bracket(T, np.full(8, 1.0)) is None
    assert bracket(T, -np.linspace(-1, 1, 8)[::-1]) is None


def curves(sizes, grid, draws=4000):
    models = [IsingModel((L, L), NearestNeighbour()) for L in sizes]
    return [
        SizeCurves.from_dataset(model, sample(model, grid, draws, 2, 1, "swendsen-wang", energy=False))
        for model in models
    ]


def test_no_crossing_in_range_is_said():
    """Windows deep in the ordered phase."""
    with pytest.raises(ConvergenceError, match=r"does not cross between T = 1\.8 and 1\.88: run other temperatures"):
        find_crossings(curves((4, 6, 8), (1.80, 1.84, 1.88)))


def test_windows_that_do_not_meet_are_said():
    (small,), (large,) = curves((4,), (1.8, 1.9)), curves((6,), (2.3, 2.4))
    with pytest.raises(ConvergenceError, match="share no temperature"):
        difference(small, large)


def test_a_larger_size_orders_more_sharply():
    """U4(L = 8) − U4(L = 4) is positive below and negative above the crossing, and so are those of ξ/L."""
    small, large = curves((4, 8), (2.0, 2.2, 2.4, 2.6))
    for ratio in ("binder", "xi"):
        temperatures, values, errors = difference(small, large, ratio)
        assert values[0] > 4 * errors[0]
        assert values[-1] < -4 * errors[-1]
        assert 2.0 < bracket(temperatures, values)[0] < 2.5


def test_sizes_contribute_to_the_numbers_they_enter():
    families, covariances = find_crossings(curves((4, 6, 8), (2.1, 2.3, 2.5)), ("binder", "xi"))
    assert [family.ratio for family in families] == ["binder", "xi"]
    assert [pair.sizes for pair in families[0].crossings] == [(4, 6), (6, 8)]
    assert covariances.shape == (3, 16, 16)
    errors = np.sqrt(np.diag(covariances.sum(axis=0))).reshape(4, 4)
    assert families[1].crossings[1].temperature.error == pytest.approx(errors[3, 0])
    first, last = np.abs(covariances[0]).sum(axis=1).reshape(4, 4), np.abs(covariances[2]).sum(axis=1).reshape(4, 4)
    assert (first[[1, 3]] == 0).all()  # L = 4 is in no pair (6, 8)
    assert (last[[0, 2]] == 0).all()
