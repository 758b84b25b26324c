"""Dimensions of equilibrium against temperature: parabolas, their errors, how an ensemble differs at its own T."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.flows.dimension_curve import DimensionCurve, dimension_curve
from spinlens.flows.dimensions import effective_dimensions
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.statistics.estimate import Estimate
from truths import drawn

GRID = np.array([1.0, 1.3, 1.5, 2.0, 2.4])
MODEL = IsingModel((4, 4), NearestNeighbour())


def parabola(T: np.ndarray) -> np.ndarray:
    return 0.3 + 0.2 * T - 0.05 * T**2


def curve(errors: float = 0.01) -> DimensionCurve:
    spin = np.column_stack([parabola(GRID), np.full(5, errors)])
    energy = np.column_stack([[np.nan, 1.0, 1.1, np.nan, 1.2], np.full(5, errors)])
    return DimensionCurve(GRID, spin, energy, 1)


def test_a_parabola_is_read_exactly_and_nodes_have_their_own_errors() -> None:
    for T in (1.0, 1.2, 1.77, 2.4):
        assert curve().at(Estimate(T, 0.0)).delta_spin.value == pytest.approx(parabola(T), abs=1e-12)
    assert curve().at(Estimate(1.5, 0.0)).delta_spin.error == pytest.approx(0.01)
    between = curve().at(Estimate(1.4, 0.0)).delta_spin.error
    assert 0.005 < between < 0.015


def test_the_error_of_the_temperature_enters_by_the_slope() -> None:
    found = curve(0.0).at(Estimate(1.6, 0.1)).delta_spin
    assert found.error == pytest.approx(0.1 * (0.2 - 0.1 * 1.6))


def test_undefined_nodes_are_passed_over_and_nothing_is_said_outside() -> None:
    assert curve().at(Estimate(1.4, 0.0)).delta_energy is not None  # through 1.3, 1.5 and 2.4
    assert curve().at(Estimate(1.1, 0.0)).delta_energy is None
    assert curve().at(Estimate(2.5, 0.0)).delta_spin is None


def test_ensembles_differ_from_a_curve_by_nothing_at_their_own_temperature_and_by_much_at_another() -> None:
    """All states of 4 × 4 at five temperatures; the reference curve knows them within its noise."""
    grid = (2.6, 2.8, 3.0, 3.2, 3.4)
    known = dimension_curve({T: drawn(MODEL, T, 20_000, k) for k, T in enumerate(grid)})
    found = effective_dimensions(drawn(MODEL, 2.9, 20_000, 9))
    own, other = (found.minus(known.at(Estimate(T, 0.0))) for T in (2.9, 3.3))
    for difference in (own.delta_spin, own.delta_energy):
        assert abs(difference.deviation(0.0)) < 4
    assert abs(other.delta_spin.deviation(0.0)) > 8


def test_mistakes_are_said() -> None:
    with pytest.raises(InputError, match="at least 3 temperatures"):
        dimension_curve({1.0: np.ones((4, 4, 4)), 2.0: np.ones((4, 4, 4))})
