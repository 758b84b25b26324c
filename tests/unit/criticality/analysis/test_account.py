"""What a critical point says of itself."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from spinlens import Estimate, NearestNeighbour
from spinlens.criticality.analysis.account import HEADINGS, card, estimates, measured, quality_line
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.synthetic import Truth, synthetic_curves


@pytest.fixture(scope="module")
def point():
    return analyse(synthetic_curves(Truth(), NearestNeighbour(), (8, 16, 32), (10_000,) * 3, 1))


def test_what_was_not_measured_has_no_row(point):
    assert list(estimates(point)) == ["temperature", "delta_spin", "delta_energy", "binder", "xi", "nu", "eta"]
    unknown = Estimate(math.nan, math.nan)
    lacking = replace(point, xi=None, delta_spin=unknown, eta=unknown)
    assert list(estimates(lacking)) == ["temperature", "delta_energy", "binder", "nu"]
    assert "Δ_s" not in card(lacking).line


def test_cells_stand_below_their_headings(point):
    cells = measured(point)
    assert {len(row) for row in cells.values()} == {len(HEADINGS) - 1}
    assert cells["temperature"][0] == str(point.temperature)
    assert cells["temperature"][3] == str(point.by_crossings["temperature"])
    assert cells["nu"][1:] == ("", "", "")


def test_one_screen_has_the_fit_and_the_notes(point):
    told = card(replace(point, notes=("one", "another")))
    assert told.facts["fit"] == quality_line(point)
    assert (told.facts["note"], told.facts["note 2"]) == ("one", "another")
    assert (
        told.line == f"CriticalPoint(T_c = {point.temperature}, Δ_s = {point.delta_spin}, Δ_ε = {point.delta_energy})"
    )
