"""Crossings at given temperatures: where curves of known form cross, with the spread of repeated data as error."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.criticality.own_data.pairs import crossing_families
from spinlens.criticality.own_data.points import points_of
from spinlens.criticality.synthetic import Truth, synthetic_table

GRID = {L: np.linspace(2.26, 2.34, 5) for L in (8, 16)}


def crossings(draws=10_000_000, seed=0, grid=GRID, lacking=()):
    table = synthetic_table(Truth(), grid, draws, seed)
    return crossing_families(points_of({name: c for name, c in table.items() if not name.startswith(lacking)}), 2)


def test_both_ratios_cross_at_criticality():
    families = crossings()
    assert [family.ratio for family in families] == ["binder", "xi"]
    for family, star in zip(families, (0.61, 0.9), strict=True):
        (pair,) = family.crossings
        assert pair.sizes == (8, 16)
        for found, true in (
            (pair.temperature, 2.3),
            (pair.value, star),
            (pair.delta_spin, 0.125),
            (pair.delta_energy, 1),
        ):
            assert abs(found.deviation(true)) < 4
        assert pair.temperature.error < 1e-3


def test_errors_are_the_spread_of_repeated_data():
    found = [crossings(40_000, seed)[0].crossings[0].temperature for seed in range(40)]
    spread, said = np.std([T.value for T in found]), np.mean([T.error for T in found])
    assert said == pytest.approx(spread, rel=0.4)  # 40 of them: ± 11 %


def test_without_a_crossing_there_is_none():
    assert crossings(grid={8: [2.4, 2.5], 16: [2.4, 2.5]})[0].crossings == ()
    assert crossings(grid={8: [2.2], 16: [2.4]})[0].crossings == ()


def test_without_moments_there_is_no_delta_spin():
    (pair,) = crossings(lacking=("m2",))[0].crossings
    assert np.isnan(pair.delta_spin.value)
    assert abs(pair.temperature.deviation(2.3)) < 4
